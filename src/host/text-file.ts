/** Small files, read whole. */

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

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
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`${path} is not a regular file`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
