/** What a directory takes on disk, as du(1) counts: blocks, and a file with several names once. */

import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Usage {
  readonly bytes: number;
  /** False when a part could not be looked at. */
  readonly complete: boolean;
}

/** Does not follow symbolic links, and throws nothing. */
export function diskUsage(root: string): Usage {
  const counted = new Set<number>();
  const todo = [root];
  let bytes = 0;
  let complete = true;
  const count = (path: string): void => {
    const stats = lstatSync(path);
    if (stats.nlink > 1 && !stats.isDirectory()) {
      if (counted.has(stats.ino)) return;
      counted.add(stats.ino);
    }
    bytes += stats.blocks * 512;
  };
  for (let directory = todo.pop(); directory !== undefined; directory = todo.pop()) {
    try {
      count(directory);
      for (const entry of readdirSync(directory, { withFileTypes: true }) as readonly Dirent[]) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) todo.push(path);
        else count(path);
      }
    } catch {
      complete = false;
    }
  }
  return { bytes, complete };
}
