/** The changes of a container that is looked at again and again: what has not changed since is not found anew. Read-only. */

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredContainer } from '../containers.ts';
import type { StorePaths } from '../store-paths.ts';
import { findChanges } from './changes.ts';
import { containerStack, oursOf } from './container.ts';
import type { FoundChange } from './details.ts';
import { entryIn, withDirectory } from './directory.ts';
import type { Run } from './xattrs.ts';

export interface LiveChanges {
  readonly changes: readonly FoundChange[];
  /** False: there was no time to look at everything, or something is closed to this user. */
  readonly complete: boolean;
}

/** A look may take so long, in milliseconds, and list so many names of one directory: nobody reads more, and the keys have to be answered. */
const PATIENCE_MS = 120;
const MOST_NAMES = 2000;
/** Entries whose times are compared. */
const MOST_ENTRIES = 3000;

/** Changes of which the size is told. Their content is not read: a file may be large. */
const MOST_MEASURED = 500;

/** What the writable layer of a container was like, as far as it is cheap to tell: the times and sizes of its first entries. */
export function fingerprint(directory: string): string {
  const todo = [join(directory, 'upper')];
  let sum = 0;
  let count = 0;
  for (let path = todo.pop(); path !== undefined && count < MOST_ENTRIES; path = todo.pop()) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    count += 1;
    for (const value of [stats.ctimeMs, stats.size, stats.ino])
      sum = (Math.imul(sum, 31) + ((value * 1000) % 0x7fffffff)) | 0;
    if (!stats.isDirectory()) continue;
    try {
      for (const name of readdirSync(path)) todo.push(join(path, name));
    } catch {
      // It is closed to this user, or gone.
    }
  }
  return `${count} ${sum}`;
}

/** What `diff` lists, as far as there is time. Throws a UserError when there is nothing to look at. */
export async function liveChanges(
  paths: StorePaths,
  container: StoredContainer,
  { prefix, run }: { readonly prefix: 'trusted' | 'user'; readonly run: Run },
): Promise<LiveChanges> {
  const stack = await containerStack(paths, container);
  const end = performance.now() + PATIENCE_MS;
  let whole = true;
  const { changes, unreadable } = await findChanges({
    ...{ own: stack.own, lower: stack.lower, prefix, details: false },
    ours: oursOf(stack.mounts),
    root: stack.root,
    only: [],
    limits: {
      goOn: () => {
        whole &&= performance.now() < end;
        return whole;
      },
      names: MOST_NAMES,
      cut: () => {
        whole = false;
      },
    },
    run: (argv, input) => (whole ? run(argv, input) : Promise.resolve(Buffer.alloc(0))),
  });
  return {
    changes: changes.map((change, index) => (index < MOST_MEASURED ? measured(change) : change)),
    complete: whole && unreadable.length === 0,
  };
}

function measured(change: FoundChange): FoundChange {
  const { place, letter } = change;
  const name = place?.names.at(-1);
  if (place === undefined || name === undefined || letter === 'D') return change;
  const after = withDirectory(place.root, place.names.slice(0, -1), directory => entryIn(directory, name));
  return after === undefined ? change : { ...change, after };
}
