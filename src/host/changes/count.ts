/** How many changes a container made, for somebody who waits for the answer. Read-only. */

import { findChanges } from './changes.ts';
import { oursOf, type Stack } from './container.ts';
import type { Run } from './xattrs.ts';

export interface Count {
  /** What `diff` would list. */
  readonly changes: number;
  /** False: there are at least so many. The time was over, or something is closed to this user. */
  readonly complete: boolean;
}

export interface CountOptions {
  /** Where overlay's own attributes are. */
  readonly prefix: 'trusted' | 'user';
  readonly run: Run;
  /** How long the walk may take, in milliseconds. */
  readonly limit: number;
}

/** Counts them, as well as it can be done in that time. */
export async function countChanges(
  { upper, lower, mounts, root }: Stack,
  { prefix, run, limit }: CountOptions,
): Promise<Count> {
  const end = performance.now() + limit;
  let inTime = true;
  const { changes, unreadable } = await findChanges({
    upper,
    lower,
    prefix,
    ours: oursOf(mounts),
    root,
    only: [],
    details: false,
    goOn: () => {
      inTime &&= performance.now() < end;
      return inTime;
    },
    // What is hidden by a directory that was made anew can only add to them; and to know it takes a process for every few directories.
    run: (argv, input) => (inTime ? run(argv, input) : Promise.resolve(Buffer.alloc(0))),
  });
  return { changes: changes.length, complete: inTime && unreadable.length === 0 };
}
