/** A recording from a file, which may come from anywhere. */

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { errorCode, UserError, valueOf } from '../errors.ts';
import { shown } from '../plan/names.ts';
import type { Result } from '../plan/result.ts';
import { type Recording, readRecording } from '../record/read.ts';

/** The most that is read, in bytes. */
const LARGEST = 1 << 27;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** Throws a UserError, with the file's name, when it can't be read or is no recording. */
export function readRecordingFile(path: string): Recording {
  const content = textOf(path);
  const result: Result<Recording> = readRecording(content);
  if (result.ok) return result.value;
  return valueOf({
    ok: false,
    failures: result.failures.map(failure => ({ ...failure, message: `${shown(path)}: ${failure.message}` })),
  });
}

/** Only a regular file: a fifo or a device would keep us waiting, or never end. */
function textOf(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, REASONS[errorCode(error) ?? ''] ?? errorCode(error) ?? String(error));
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw unreadable(path, 'it is a directory');
    if (!stats.isFile()) throw unreadable(path, 'it is no regular file');
    if (stats.size > LARGEST) throw unreadable(path, 'it is larger than any recording');
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, reason: string): UserError {
  return new UserError(`The recording ${shown(path)} can not be read: ${reason}.`);
}
