/** Small files, read whole. */

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';

/** A file's text, empty when it can't be read. */
export function readText(path: string): string {
  try {
    return readIf(path, 0, () => true);
  } catch {
    return '';
  }
}

/** The text of a file of ours. Throws when it can't be read, for a link, and for a file that is not what was asked for. */
export function readOwn(path: string, acceptable: (stats: Stats) => boolean = () => true): string {
  return readIf(path, constants.O_NOFOLLOW, acceptable);
}

/** Only a regular file: a fifo or a device would keep us waiting for ever. */
function readIf(path: string, flags: number, acceptable: (stats: Stats) => boolean): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || !acceptable(stats)) throw new Error(`${path} is not a file of ours`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
