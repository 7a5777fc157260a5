/** What the dashboard shows, looked at while it is shown: when the kernel says that something has changed, and on a slow clock, which is slower the longer a look takes. */

import { UserError } from '../../errors.ts';
import type { ContainerLook } from '../../host/container-look.ts';
import { StoreIndex, type StoreLook } from '../../host/store-index.ts';
import type { StorePaths } from '../../host/store-paths.ts';
import type { Facts } from '../../plan/facts.ts';
import { type DashboardState, selectedContainer, shownContainers } from '../../ui/dashboard/state.ts';
import type { DashboardEvent } from '../../ui/dashboard/update.ts';
import { ChangeCounter } from './counts.ts';
import { PanelReader } from './panel-reader.ts';

/** How long nothing is looked at when nothing is said, in milliseconds; and how soon again at the earliest. */
const CLOCK_MS = 2000;
const SHORTEST_MS = 120;
/** Looks may take a part of the time: one in so many. */
const SHARE = 60;
/** Containers around the selected one whose changes are counted. */
const AROUND = 20;

export class DashboardWatch {
  readonly #state: () => DashboardState;
  readonly #tell: (event: DashboardEvent) => void;
  readonly #index: StoreIndex;
  readonly #counter: ChangeCounter;
  readonly #panel: PanelReader;
  #last: StoreLook | undefined;
  #problem = '';
  #shown = '';
  #closed = false;
  #due = true;
  #wake: () => void = () => undefined;

  constructor(
    paths: StorePaths,
    facts: Facts,
    state: () => DashboardState,
    tell: (event: DashboardEvent) => void,
  ) {
    this.#state = state;
    this.#tell = tell;
    this.#index = new StoreIndex(paths);
    this.#counter = new ChangeCounter(paths, facts.mapping);
    this.#panel = new PanelReader(paths, facts, this.#counter);
    this.#index.onChange(() => this.wake());
  }

  /** Never settles, but when it is closed or something is wrong with the program. */
  async run(): Promise<never> {
    while (!this.#closed) {
      this.#due = false;
      const began = performance.now();
      await this.#look();
      const took = performance.now() - began;
      await this.#rest(Math.max(SHORTEST_MS, took), Math.max(CLOCK_MS, took * SHARE));
    }
    return new Promise(() => undefined);
  }

  /** Something has changed. */
  wake(): void {
    this.#due = true;
    this.#wake();
  }

  /** Perhaps something else is selected now. */
  stateChanged(): void {
    const { container, panel } = this.#state();
    const shown = `${container} ${panel}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
    this.#index.close();
    this.#panel.close();
  }

  async #look(): Promise<void> {
    const look = await this.#storeNow();
    if (this.#closed) return;
    if (look !== undefined && look !== this.#last) {
      this.#last = look;
      this.#tell({ type: 'store', ...look });
    }
    this.#tell({ type: 'time', now: Date.now() });
    const selected = selectedContainer(this.#state());
    if (selected !== undefined) {
      await this.#countIn(selected, true);
      const data = this.#closed ? undefined : this.#panel.read(selected, this.#state().panel);
      if (data !== undefined) this.#tell({ type: 'looked', container: selected.container.name, data });
    }
    await this.#countOthers(selected);
  }

  async #storeNow(): Promise<StoreLook | undefined> {
    try {
      const look = await this.#index.look();
      this.#problem = '';
      return look;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Said once: it is the same at the next look.
      if (error.message !== this.#problem)
        this.#tell({ type: 'said', message: { kind: 'failed', text: error.message } });
      this.#problem = error.message;
      return undefined;
    }
  }

  /** One of those around the selected container. */
  async #countOthers(selected: ContainerLook | undefined): Promise<void> {
    const looks = shownContainers(this.#state());
    const at = selected === undefined ? 0 : looks.indexOf(selected);
    for (const look of looks.slice(Math.max(0, at - AROUND), at + AROUND)) {
      if (this.#closed) return;
      if (look === selected || !(await this.#countIn(look, false))) continue;
      // Others are to come, and keys are to be answered in between.
      this.#due = true;
      return;
    }
  }

  /** Returns whether it was time to look. */
  async #countIn(look: ContainerLook, selected: boolean): Promise<boolean> {
    const { looked, news } = await this.#counter.next(look, selected);
    if (news !== undefined && !this.#closed)
      this.#tell({ type: 'counted', container: look.container.name, ...news });
    return looked;
  }

  async #rest(atLeast: number, atMost: number): Promise<void> {
    await pause(atLeast);
    if (this.#due || this.#closed) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, atMost - atLeast);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#due) this.#wake();
    });
    this.#wake = () => undefined;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => void setTimeout(resolve, milliseconds));
}
