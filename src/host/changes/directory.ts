/**
 * Looking into a tree that somebody may change meanwhile: a directory is pinned by a descriptor, and only single names are looked up in it
 * (/proc/self/fd/N/NAME, as openat(2) does), so that no symbolic link is ever followed and no path is too long. Names are bytes.
 */

import {
  accessSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { errorCode, UserError } from '../../errors.ts';
import type { Entry, EntryType } from '../../plan/changes/change.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOATIME } = constants;
const TYPES = new Map<number, EntryType>([
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'directory'],
  [constants.S_IFLNK, 'symlink'],
  [constants.S_IFIFO, 'fifo'],
  [constants.S_IFSOCK, 'socket'],
  [constants.S_IFCHR, 'character device'],
  [constants.S_IFBLK, 'block device'],
]);
const CHUNK = 1 << 16;
/** A directory of fewer bytes holds no more than a few thousand names, on any file system, and is read as a whole: that is quicker. */
const SMALL = 1 << 16;
/** What a name takes in a directory, in bytes, generously. */
const NAME_BYTES = 128;
/** Names that are read from a directory at once. */
const BATCH = 256;

/** The directory of a path of ours. Throws what open(2) throws. */
export function openRoot(path: string): number {
  return openSync(path, O_RDONLY | O_DIRECTORY);
}

/** A directory in a pinned one; undefined when it is none (any more), or can not be opened. */
export function openDirectory(parent: number, name: Buffer): number | undefined {
  return opened(parent, name, O_DIRECTORY);
}

/** A file in a pinned directory, whose time of the last access stays as it is; undefined when it is no regular file, or can not be read. */
export function openFile(parent: number, name: Buffer): number | undefined {
  const fd = opened(parent, name, O_NOATIME) ?? opened(parent, name, 0);
  if (fd === undefined || fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  return undefined;
}

/** What an entry is; undefined when there is none (any more). Of a link, its target too. */
export function entryIn(parent: number, name: Buffer): Entry | undefined {
  const path = pathIn(parent, name);
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const type = TYPES.get(Number(stats.mode) & constants.S_IFMT) ?? 'file';
    return {
      type,
      mode: Number(stats.mode) & 0o7777,
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      size: Number(stats.size),
      mtimeNs: stats.mtimeNs,
      rdev: Number(stats.rdev),
      ...(type === 'symlink' ? { target: readlinkSync(path, { encoding: 'buffer' }) } : {}),
    };
  } catch (error) {
    if (['ENOENT', 'EINVAL', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * The names in a pinned directory, no more than `most`; undefined when it can not be read, or nothing in it be looked up. Read as latin1, which keeps every
 * byte, and is quicker than one buffer for each.
 */
export function namesOf(directory: number, most = Number.POSITIVE_INFINITY): readonly Buffer[] | undefined {
  try {
    accessSync(`/proc/self/fd/${directory}`, constants.X_OK);
    const path = `/proc/self/fd/${directory}`;
    return most === Number.POSITIVE_INFINITY || fstatSync(directory).size < SMALL
      ? readdirSync(path, { encoding: 'latin1' }).map(name => Buffer.from(name, 'latin1'))
      : firstNames(path, most);
  } catch (error) {
    if (errorCode(error) === 'EMFILE') throw tooDeep();
    return undefined;
  }
}

/**
 * The types of what is in a pinned directory, by names as latin1, which keeps every byte: one call tells all of them. Undefined when it can not be read, or
 * when it is so large that to look up as many names as are asked for is quicker.
 */
export function typesOf(directory: number, asked: number): ReadonlyMap<string, EntryType> | undefined {
  try {
    if (fstatSync(directory).size > Math.max(SMALL, asked * NAME_BYTES)) return undefined;
    const entries = readdirSync(`/proc/self/fd/${directory}`, { encoding: 'latin1', withFileTypes: true });
    return new Map(entries.map(entry => [entry.name, typeOf(entry)] as const));
  } catch {
    return undefined;
  }
}

function typeOf(entry: Dirent): EntryType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isCharacterDevice()) return 'character device';
  if (entry.isBlockDevice()) return 'block device';
  return entry.isFIFO() ? 'fifo' : 'socket';
}

function firstNames(path: string, most: number): readonly Buffer[] {
  // With this encoding names are bytes, which the types do not know.
  const directory = opendirSync(path, { encoding: 'buffer' as BufferEncoding, bufferSize: BATCH });
  try {
    const names: Buffer[] = [];
    for (
      let entry = directory.readSync();
      entry !== null && names.length < most;
      entry = directory.readSync()
    )
      names.push(entry.name as unknown as Buffer);
    return names;
  } finally {
    directory.closeSync();
  }
}

/** Gives the directory that lies at these names below a root, and closes it afterwards; undefined when it is not there. */
export function withDirectory<Value>(
  root: string,
  names: readonly Buffer[],
  use: (directory: number) => Value,
): Value | undefined {
  let fd: number | undefined = openRoot(root);
  try {
    for (const name of names) {
      const next: number | undefined = openDirectory(fd, name);
      closeSync(fd);
      fd = next;
      if (fd === undefined) return undefined;
    }
    return use(fd);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whether two files have the same bytes. What grows meanwhile is read no further than it was. */
export function sameBytes(a: number, b: number): boolean {
  const { size } = fstatSync(a);
  if (size !== fstatSync(b).size) return false;
  const [left, right] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
  for (let at = 0; at < size; ) {
    const count = readFull(a, left, at);
    if (count !== readFull(b, right, at)) return false;
    if (Buffer.compare(left.subarray(0, count), right.subarray(0, count)) !== 0) return false;
    if (count === 0) return true;
    at += count;
  }
  return true;
}

/** The pieces of a file, up to the size that it has now. */
export function* piecesOf(fd: number): Generator<Buffer> {
  const { size } = fstatSync(fd);
  for (let at = 0; at < size; ) {
    const piece = Buffer.alloc(Math.min(CHUNK, size - at));
    const count = readFull(fd, piece, at);
    if (count === 0) return;
    yield piece.subarray(0, count);
    at += count;
  }
}

/** "/proc/self/fd/N/NAME". */
export function pathIn(parent: number, name: Buffer, process: number | 'self' = 'self'): Buffer {
  return Buffer.concat([Buffer.from(`/proc/${process}/fd/${parent}/`), name]);
}

function readFull(fd: number, buffer: Buffer, at: number): number {
  let count = 0;
  while (count < buffer.length) {
    const more = readSync(fd, buffer, count, buffer.length - count, at + count);
    if (more === 0) break;
    count += more;
  }
  return count;
}

function opened(parent: number, name: Buffer, flags: number): number | undefined {
  try {
    return openSync(pathIn(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags);
  } catch (error) {
    if (errorCode(error) === 'EMFILE') throw tooDeep();
    return undefined;
  }
}

function tooDeep(): UserError {
  return new UserError('Directories are nested too deeply: this process may not open more files.', {
    hint: 'Raise the limit (ulimit -n) and try again.',
  });
}
