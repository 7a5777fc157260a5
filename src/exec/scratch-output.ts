/** A file without a name that takes what commands say on stderr, one after the other: cheaper than a pipe for each of them. */

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface ScratchOutput {
  readonly fd: number;
  /** What was written since the last call, at most `limit` bytes of it. */
  take(limit: number): string;
  close(): void;
}

/** Opens the file in a directory and takes its name away at once, so that nothing is left whatever happens. Throws the system's error. */
export function openScratchOutput(directory: string): ScratchOutput {
  const path = join(directory, '.stderr');
  // Appending, because the commands share our offset, and the file is cut back between them.
  const fd = openSync(
    path,
    constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
    0o600,
  );
  unlinkSync(path);
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
