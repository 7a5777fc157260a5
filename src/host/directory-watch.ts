/** Waiting until something changes in a directory, by inotify(7) where the machine has some left, and by looking again now and then in any case. */

import { type FSWatcher, watch } from 'node:fs';

/** How long one waits at most, in milliseconds: a process that is killed changes no file. */
const LONGEST_MS = 1000;

export interface DirectoryWatch {
  /** Settles when something has changed since it settled last, and after a second at the latest. */
  changed(): Promise<void>;
  close(): void;
}

/** Begins to watch. Never throws: what can not be watched is looked at more often. */
export function watchDirectory(directory: string): DirectoryWatch {
  let dirty = false;
  let wake: (() => void) | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, () => {
      dirty = true;
      wake?.();
    });
    watcher.on('error', () => undefined);
  } catch {
    // fs.inotify.max_user_watches, or max_user_instances, is reached.
  }
  const longest = watcher === undefined ? LONGEST_MS / 5 : LONGEST_MS;
  return {
    changed: () =>
      new Promise(resolve => {
        const done = (): void => {
          clearTimeout(timer);
          wake = undefined;
          dirty = false;
          resolve();
        };
        const timer = setTimeout(done, longest);
        wake = done;
        if (dirty) done();
      }),
    close: () => watcher?.close(),
  };
}
