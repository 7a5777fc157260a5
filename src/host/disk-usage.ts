/** What a directory takes on disk, as du(1) counts: blocks, and a file with several names once. */

import { type Dirent, lstatSync, readdirSync } from 'node:fs';

export interface Usage {
  readonly bytes: number;
  /** False when a part could not be looked at. */
  readonly complete: boolean;
}

const SLASH = Buffer.from('/');

/** Does not follow symbolic links, and throws nothing. */
export function diskUsage(root: string): Usage {
  const counted = new Set<number>();
  // Names are bytes: as text, one that is not UTF-8 could not be found again.
  const todo: Buffer[] = [Buffer.from(root)];
  let bytes = 0;
  let complete = true;
  const count = (path: Buffer): void => {
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
      for (const entry of readdirSync(directory, {
        withFileTypes: true,
        encoding: 'buffer',
      }) as unknown as readonly Dirent<Buffer>[]) {
        const path = Buffer.concat([directory, SLASH, entry.name]);
        if (entry.isDirectory()) todo.push(path);
        else count(path);
      }
    } catch {
      complete = false;
    }
  }
  return { bytes, complete };
}
