/** Reads what the panel shows of the selected container. Each look says only what is new. */

import { totalmem } from 'node:os';
import type { ContainerLook } from '../../host/container-look.ts';
import { type ContainerUsage, usagesOf } from '../../host/container-usage.ts';
import { openLogReader } from '../../host/log-reader.ts';
import { mountTable } from '../../host/mount-table.ts';
import { namespacesOf } from '../../host/namespaces.ts';
import type { OutputReader } from '../../host/output-reader.ts';
import { planLook } from '../../host/plan-look.ts';
import type { StorePaths } from '../../host/store-paths.ts';
import { StoreWatch } from '../../host/store-watch.ts';
import { readText } from '../../host/text-file.ts';
import { examplePlan } from '../../plan/example.ts';
import type { Facts } from '../../plan/facts.ts';
import type { StoreEvent } from '../../plan/store-event.ts';
import { visibleBytes } from '../../ui/changes-text.ts';
import type { LogLine, Panel, PanelData } from '../../ui/dashboard/state.ts';
import type { ChangeCounter } from './counts.ts';

/** Lines of a log, looks at the usage, and events that are kept. */
const LINES = 2000;
const USAGES = 60;
const EVENTS = 500;

export class PanelReader {
  readonly #counter: ChangeCounter;
  readonly #watch: StoreWatch;
  readonly #facts: Facts;
  #titles: ReadonlyMap<string, string> | undefined;
  /** What was told last, and of what. */
  #key = '';
  #told: unknown;
  #log: OutputReader | undefined;
  #lines: readonly LogLine[] = [];
  #usages: readonly ContainerUsage[] = [];
  #events: readonly StoreEvent[] = [];
  #eventsOf: ContainerLook | undefined;

  constructor(paths: StorePaths, facts: Facts, counter: ChangeCounter) {
    this.#facts = facts;
    this.#counter = counter;
    this.#watch = new StoreWatch(paths);
  }

  /** Undefined when there is nothing new. */
  read(look: ContainerLook, panel: Panel): PanelData | undefined {
    const { container, status } = look;
    const key = `${panel} ${container.name} ${container.identity.split(' ')[0]} ${status.type}`;
    const fresh = key !== this.#key;
    if (fresh) this.#forget();
    this.#key = key;
    switch (panel) {
      case 'changes': {
        const known = this.#counter.latest(container.name);
        if (known === undefined) return undefined;
        const { found, reason } = known;
        return this.#ifNew(found ?? reason, fresh, () =>
          found === undefined ? { panel, nothing: reason } : { panel, ...found },
        );
      }
      case 'mounts':
        return this.#mounts(look, fresh);
      case 'namespaces':
        if (status.type !== 'running')
          return this.#ifNew('', fresh, () => ({ panel, nothing: notRunning(look, 'it has no namespaces') }));
        return this.#ifNew(status.init.pid, fresh, () => ({
          panel,
          pid: status.init.pid,
          namespaces: namespacesOf(status.init.pid),
        }));
      case 'usage':
        return this.#usage(look, fresh);
      case 'logs':
        return this.#logs(look, fresh);
      case 'plan':
        return this.#ifNew(container.journal, fresh, () => {
          const plan = planLook(container.directory, this.#titlesOfSteps());
          return plan === undefined
            ? {
                panel,
                nothing: 'It has no journal: a script made it. tinydocker explain tells the steps of a run.',
              }
            : { panel, plan };
        });
      case 'events':
        return this.#happened(look, fresh);
    }
  }

  close(): void {
    this.#forget();
    this.#watch.close();
  }

  /** Those of every step that a run can have here. */
  #titlesOfSteps(): ReadonlyMap<string, string> {
    this.#titles ??= new Map(examplePlan(this.#facts).steps.map(({ id, title }) => [id, title]));
    return this.#titles;
  }

  #forget(): void {
    this.#log?.close();
    this.#log = undefined;
    this.#lines = [];
    this.#usages = [];
    this.#told = undefined;
  }

  #ifNew(value: unknown, fresh: boolean, data: () => PanelData): PanelData | undefined {
    if (!fresh && value === this.#told) return undefined;
    this.#told = value;
    return data();
  }

  #mounts(look: ContainerLook, fresh: boolean): PanelData | undefined {
    const { status, container } = look;
    const panel = 'mounts';
    if (status.type !== 'running') {
      const mounts = (container.record?.mounts ?? []).map(({ destination, type, options, source }) => ({
        mountPoint: destination,
        type,
        options: type === 'bind' ? [...options, source] : options,
      }));
      return this.#ifNew('', fresh, () => ({ panel, mounts, from: 'record' }));
    }
    const text = readText(`/proc/${status.init.pid}/mountinfo`);
    if (text === '')
      return this.#ifNew('', fresh, () => ({ panel, nothing: 'The kernel does not tell you its mounts.' }));
    return this.#ifNew(text, fresh, () => ({ panel, mounts: mountTable(text), from: 'kernel' }));
  }

  #usage(look: ContainerLook, fresh: boolean): PanelData | undefined {
    const { status } = look;
    const panel = 'usage';
    if (status.type !== 'running')
      return this.#ifNew('', fresh, () => ({ panel, nothing: notRunning(look, 'it uses nothing') }));
    const usage = usagesOf([status.init]).get(status.init);
    if (usage === undefined) return undefined;
    this.#usages = [...this.#usages, usage].slice(-USAGES);
    return { panel, usages: this.#usages, memory: totalmem() };
  }

  #logs({ container }: ContainerLook, fresh: boolean): PanelData | undefined {
    const panel = 'logs';
    this.#log ??= openLogReader(container.directory, LINES);
    if (this.#log === undefined)
      return this.#ifNew('', fresh, () => ({
        panel,
        nothing:
          container.record?.logMax === undefined
            ? `${container.name} has no log: it wrote to the terminal that it was run from. run -d keeps one.`
            : `${container.name} has written nothing yet.`,
      }));
    const lines: LogLine[] = [];
    for (let entries = this.#log.next(); entries.length > 0; entries = this.#log.next())
      for (const { stream, bytes } of entries)
        lines.push({ stream, text: visibleBytes(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes) });
    if (!fresh && lines.length === 0) return undefined;
    const kept = this.#lines.length + lines.length > LINES;
    this.#lines = [...this.#lines, ...lines].slice(-LINES);
    return { panel, lines: this.#lines, kept: !kept };
  }

  #happened(look: ContainerLook, fresh: boolean): PanelData | undefined {
    // A look at all journals: only when something has changed.
    if (look !== this.#eventsOf || fresh) {
      this.#events = [...this.#events, ...this.#watch.look()].slice(-EVENTS);
      this.#eventsOf = look;
    }
    const { name } = look.container;
    const events = this.#events.filter(event => event.name === name);
    return this.#ifNew(`${name} ${events.length}`, fresh, () => ({ panel: 'events', events }));
  }
}

function notRunning({ container }: ContainerLook, therefore: string): string {
  return `${container.name} does not run, so ${therefore}.`;
}
