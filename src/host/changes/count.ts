/** How many changes a container made, for somebody who waits for the answer. Read-only. */

import { findChanges } from './changes.ts';
import { oursOf, type Stack } from './container.ts';
import type { Run } from './xattrs.ts';

export interface Count {
  /** What `diff` would list. */
  readonly changes: number;
  /** False: there are at least so many. There was no time to look at all, or something is closed to this user. */
  readonly complete: boolean;
}

export interface CountOptions {
  /** Where overlay's own attributes are. */
  readonly prefix: 'trusted' | 'user';
  readonly run: Run;
  /** How long the walk may take, in milliseconds. */
  readonly limit: number;
}

/** Of one directory: what a walk can do in a moment. A directory of a million names takes a second to be listed alone. */
const MOST_NAMES = 20_000;

/** Counts them, as well as it can be done in that time. */
export async function countChanges(
  { own, lower, mounts, root }: Pick<Stack, 'own' | 'lower' | 'mounts' | 'root'>,
  { prefix, run, limit }: CountOptions,
): Promise<Count> {
  const end = performance.now() + limit;
  let whole = true;
  const { changes, unreadable } = await findChanges({
    own,
    lower,
    prefix,
    ours: oursOf(mounts),
    root,
    only: [],
    details: false,
    limits: {
      goOn: () => {
        const inTime = performance.now() < end;
        whole &&= inTime;
        return inTime;
      },
      names: MOST_NAMES,
      cut: () => {
        whole = false;
      },
    },
    // What is hidden by a directory that was made anew can only add to them; and to know it takes a process for every few directories.
    run: (argv, input) => (whole ? run(argv, input) : Promise.resolve(Buffer.alloc(0))),
  });
  return { changes: changes.length, complete: whole && unreadable.length === 0 };
}
