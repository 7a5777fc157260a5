/** What the user wants to import, looked at before anything is done: by its first bytes, not by its name. */

import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { errorCode, UserError } from '../errors.ts';
import type { Compression, FileSource } from '../plan/image/layer-source.ts';
import { shown } from '../plan/names.ts';
import { isBelow } from './mount-table.ts';
import { programHint } from './packages.ts';
import { findProgram } from './programs.ts';

const BLOCK = 512;

const MAGIC: readonly (readonly [Compression | 'bzip2' | 'lzip' | 'zip', readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

/** How a user unpacks what we do not. */
const OTHER: Readonly<Record<string, string>> = {
  bzip2: 'Decompress it first: bunzip2 FILE.tar.bz2.',
  lzip: 'Decompress it first: lzip -d FILE.tar.lz.',
  zip: 'Unpack it first, and import the directory.',
};

/** Throws a UserError that says why the path can not be imported into this store. */
export function inspectSource(path: string, storeRoot: string): FileSource {
  const real = realPath(path);
  const stats = statSync(real);
  refuseStore(path, real, storeRoot, stats.isDirectory());
  if (stats.isDirectory())
    return { ...inspectDirectory(path, real), ...(isForeign(stats.uid) ? { foreign: true } : {}) };
  if (stats.isFIFO()) throw aPipe(path);
  if (!stats.isFile())
    throw new UserError(`${shown(path)} is neither a directory nor a regular file.`, {
      hint: "Give the image's root directory, or a tar archive of one.",
    });
  return inspectFile(path, real);
}

function realPath(path: string): string {
  try {
    const real = realpathSync(resolve(path));
    accessSync(real, constants.R_OK);
    return real;
  } catch (error) {
    const code = errorCode(error);
    if (isPipe(path)) throw aPipe(path);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UserError(`There is no file or directory ${shown(path)}.`);
    if (code === 'EACCES') throw new UserError(`${shown(path)} is not readable for you (permission denied).`);
    throw new UserError(`${shown(path)} can not be read (${code ?? String(error)}).`);
  }
}

/** What a shell hands over as /dev/stdin or /dev/fd/63 leads to a name that is in no directory. "-" is the standard input to other programs. */
function isPipe(path: string): boolean {
  if (path === '-') return true;
  try {
    const stats = statSync(resolve(path));
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

function aPipe(path: string): UserError {
  return new UserError(`${shown(path)} is a pipe, which an import does not read.`, {
    hint: 'Write it to a file first: COMMAND >FILE.tar.',
  });
}

/** Packing a directory that the archive is written into would never end. */
function refuseStore(path: string, real: string, storeRoot: string, isDirectory: boolean): void {
  const store = realStore(storeRoot);
  if (isBelow(real, store))
    throw new UserError(`The source ${shown(path)} lies inside the store ${store}.`, {
      hint: 'Copy it elsewhere first: what is in the store changes under your hands.',
    });
  if (isDirectory && isBelow(store, real))
    throw new UserError(
      `The source ${shown(path)} contains the store ${store}, which can not be part of an image in itself.`,
      {
        hint: 'Import a directory that does not contain it, or put the store elsewhere with TINYDOCKER_ROOT.',
      },
    );
}

/** No range of ids that a user may get includes root's. Files of other ids may be from the user's own containers. */
function isForeign(uid: number): boolean {
  return uid === 0 && process.getuid?.() !== 0;
}

function inspectDirectory(path: string, real: string): FileSource {
  let names: readonly string[];
  try {
    names = readdirSync(real);
  } catch (error) {
    throw new UserError(`The directory ${shown(path)} can not be read (${errorCode(error)}).`);
  }
  if (names.length === 0)
    throw new UserError(`The directory ${shown(path)} is empty.`, {
      hint: 'Give the root directory of a system: it has bin, etc and so on.',
    });
  return { path: real, type: 'directory' };
}

function inspectFile(path: string, real: string): FileSource {
  const head = firstBlock(path, real);
  if (head.length === 0) throw new UserError(`The file ${shown(path)} is empty.`);
  const compression = compressionOf(path, head);
  if (compression !== undefined) return { path: real, type: 'tar', compression };
  if (isTarHeader(head)) return { path: real, type: 'tar' };
  const truncated = head.length < BLOCK ? ' It has less than one block of 512 bytes.' : '';
  throw new UserError(`${shown(path)} is not a tar archive.${truncated}`, {
    hint: 'A plain tar, or one compressed with gzip, xz or zstd, is recognised by its first bytes.',
  });
}

/**
 * How a file is compressed, told by its first bytes or by those of the file at an absolute path; undefined when it is not. Throws a UserError when it is
 * compressed in a way that can't be read here.
 */
export function compressionOf(path: string, file: Buffer | string): Compression | undefined {
  const head = typeof file === 'string' ? firstBlock(path, file) : file;
  const kind = MAGIC.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0];
  if (kind === undefined) return undefined;
  if (kind === 'gzip' || kind === 'xz' || kind === 'zstd') {
    if (findProgram(kind) === undefined)
      throw new UserError(`${shown(path)} is compressed with ${kind}, and ${kind} is not installed.`, {
        hint: programHint(kind),
      });
    return kind;
  }
  throw new UserError(`${shown(path)} is a ${kind} file, which tinydocker does not read.`, {
    hint: OTHER[kind],
  });
}

function firstBlock(path: string, real: string): Buffer {
  try {
    const fd = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(BLOCK);
      return buffer.subarray(0, readSync(fd, buffer, 0, BLOCK, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new UserError(`${shown(path)} can not be read (${errorCode(error)}).`);
  }
}

/** A member's header carries the sum of its bytes, the sum's own field counted as blanks; see tar(5). An archive without members is all zeros. */
function isTarHeader(head: Buffer): boolean {
  if (head.length < BLOCK) return false;
  if (head.every(byte => byte === 0)) return true;
  const stored = Number.parseInt(head.toString('latin1', 148, 156).replace(/\0.*$/s, '').trim(), 8);
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  return stored === sum;
}

function realStore(storeRoot: string): string {
  try {
    return realpathSync(storeRoot);
  } catch {
    return storeRoot;
  }
}
