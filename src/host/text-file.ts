/** Small files, read whole. */

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';

/** A file's text, empty when it can't be read. */
export function readText(path: string): string {
  try {
    return readRegular(path);
  } catch {
    return '';
  }
}

/** A file's text. Throws when it can't be read, also when it is no regular file: a fifo or a device would keep us waiting for ever. */
export function readRegular(path: string): string {
  return readIf(path, 0, () => true);
}

/** The text of a file of ours: the same, and it throws for a link, and for a file that is not what was asked for. */
export function readOwn(path: string, acceptable: (stats: Stats) => boolean = () => true): string {
  return readIf(path, constants.O_NOFOLLOW, acceptable);
}

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
