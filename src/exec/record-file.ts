/** A recording that is being written: each line at once, so that what was there before a crash is there after it. */

import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { errorCode } from '../errors.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

export interface RecordFile {
  readonly path: string;
  /** Writes a line. Throws the system's error when it can't be written as a whole. */
  append(line: string): void;
  close(): void;
}

/** Makes the file, readable for its owner only: commands may have passwords in them. An empty one is taken, as mktemp(1) makes it. Throws the system's error, EEXIST for any other. */
export function createRecordFile(path: string): RecordFile {
  try {
    return fileOf(path, openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const empty = openEmpty(path);
    if (empty === undefined) throw error;
    return fileOf(path, empty);
  }
}

/** Goes on with a file that another process has begun. Throws the system's error. */
export function continueRecordFile(path: string): RecordFile {
  return fileOf(path, openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK));
}

function openEmpty(path: string): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.size === 0) return fd;
  closeSync(fd);
  return undefined;
}

function fileOf(path: string, fd: number): RecordFile {
  return {
    path,
    append(line) {
      const bytes = Buffer.from(line);
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    },
    close: () => closeSync(fd),
  };
}
