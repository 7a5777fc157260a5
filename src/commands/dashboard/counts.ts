/** What containers have changed, found again only when their writable layer looks different. */

import { UserError } from '../../errors.ts';
import { fingerprint, type LiveChanges, liveChanges } from '../../host/changes/live.ts';
import type { ContainerLook } from '../../host/container-look.ts';
import type { StorePaths } from '../../host/store-paths.ts';
import type { IdMapping } from '../../plan/facts.ts';
import type { ChangeCount } from '../../ui/dashboard/state.ts';
import { runForLook } from '../as-owner.ts';

/** What is known of one container. */
interface Known {
  /** Of whom: at another look, everything may be different. */
  readonly look: ContainerLook;
  readonly mark: string;
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  readonly found: LiveChanges | undefined;
  /** Why there is nothing to look at. */
  readonly reason: string;
  /** How often there was no time to look at everything. */
  readonly tries: number;
}

/** How long what was found is believed, in milliseconds: of the selected container, and of others. */
const SELECTED_MS = 900;
const OTHERS_MS = 15_000;
/** A container whose look takes long is looked at less often: so many times what it took. */
const SHARE = 60;
/** On a busy machine a look that was cut short may do better the next time. */
const MOST_TRIES = 3;

export class ChangeCounter {
  readonly #paths: StorePaths;
  readonly #prefix: 'trusted' | 'user';
  readonly #known = new Map<string, Known>();
  readonly #told = new Map<string, LiveChanges | undefined>();

  constructor(paths: StorePaths, mapping: IdMapping) {
    this.#paths = paths;
    this.#prefix = mapping === 'host' ? 'trusted' : 'user';
  }

  /** Looks, if it is time to, and says how many there are, if that is news; `looked` is false when it was not time. */
  async next(
    look: ContainerLook,
    selected: boolean,
  ): Promise<{ readonly looked: boolean; readonly news?: { readonly count: ChangeCount | undefined } }> {
    const { name } = look.container;
    const before = this.#known.get(name);
    // In the middle of a fork, or of a start, there is nothing to look at for a moment.
    const soon = selected || before?.found === undefined;
    const patience = Math.max(soon ? SELECTED_MS : OTHERS_MS, (before?.took ?? 0) * SHARE);
    const looked = before?.look !== look || performance.now() - before.at >= patience;
    const found = looked ? await this.#find(look) : before.found;
    if (this.#told.has(name) && this.#told.get(name) === found) return { looked };
    this.#told.set(name, found);
    return { looked, news: { count: found === undefined ? undefined : countOf(found) } };
  }

  /** What was found last; undefined before the first look. */
  latest(name: string): Pick<Known, 'found' | 'reason'> | undefined {
    return this.#known.get(name);
  }

  /** What it changed; the same value as long as nothing has changed. */
  async #find(look: ContainerLook): Promise<LiveChanges | undefined> {
    const { container, status } = look;
    const { name, identity, directory, frozen } = container;
    const began = performance.now();
    const mark = [fingerprint(directory), identity.split(' ')[0], frozen.join(), status.type].join(' ');
    const before = this.#known.get(name);
    const same = before?.mark === mark;
    if (same && (before.found?.complete !== false || before.tries >= MOST_TRIES)) {
      this.#known.set(name, { ...before, look, at: performance.now() });
      return before.found;
    }
    let found: LiveChanges | undefined;
    let reason = '';
    try {
      found = await liveChanges(this.#paths, container, { prefix: this.#prefix, run: runForLook });
    } catch (error) {
      // What goes away while it is looked at is no error either.
      reason = error instanceof UserError ? error.message : `${name} changed while it was looked at.`;
    }
    const at = performance.now();
    const tries = (same ? before.tries : 0) + 1;
    this.#known.set(name, { look, mark, at, took: at - began, found, reason, tries });
    return found;
  }
}

function countOf({ changes, complete }: LiveChanges): ChangeCount {
  const of = (letter: string) => changes.filter(change => change.letter === letter).length;
  return { added: of('A'), changed: of('C'), deleted: of('D'), complete };
}
