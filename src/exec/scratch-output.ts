/** A file in memory, without a name, that takes what commands say on stderr, one after the other: cheaper than a pipe for each of them. */

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

export interface ScratchOutput {
  readonly fd: number;
  /** What was written since the last call, at most `limit` bytes of it. */
  take(limit: number): string;
  close(): void;
}

/** Never the store's own disk: when that is full, somebody has to be able to say so. */
const IN_MEMORY = '/dev/shm';

/** See open(2); node:fs has no name for it. O_TMPFILE is this and O_DIRECTORY. */
const TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Undefined where there is no such file to be had; commands then get a pipe each. */
export function openScratchOutput(): ScratchOutput | undefined {
  // Appending, because the commands share our offset, and the file is cut back between them.
  const fd = openOrNot(IN_MEMORY, TMPFILE | constants.O_RDWR | constants.O_APPEND);
  if (fd === undefined) return undefined;
  return {
    fd,
    take: limit => {
      const { size } = fstatSync(fd);
      if (size === 0) return '';
      const buffer = Buffer.alloc(Math.min(size, limit));
      const length = readSync(fd, buffer, 0, buffer.length, 0);
      ftruncateSync(fd, 0);
      return buffer.toString('utf8', 0, length);
    },
    close: () => closeSync(fd),
  };
}

function openOrNot(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags, 0o600);
  } catch {
    return undefined;
  }
}
