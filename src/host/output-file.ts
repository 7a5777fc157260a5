/** A file or directory that a verb is to make for the user (-o), looked at before anything is done. */

import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { isBelow, mountOf } from './mount-table.ts';
import { isWritable } from './writable.ts';

/** What is to be made there. A file replaces one that exists; a directory only an empty one. */
export type OutputKind = 'file' | 'directory';

/** The absolute path of the output, without links, so that what is made beside it can be renamed to it. Throws a UserError that says why it can't be made there. */
export function outputPath(path: string, kind: OutputKind, storeRoot: string): string {
  const real = realOutput(path);
  if (isBelow(real, realOr(storeRoot)))
    throw new UserError(`The output ${shown(path)} lies inside the store ${storeRoot}.`, {
      hint: 'Write it elsewhere: what is in the store is changed by tinydocker alone.',
    });
  const stats = statsOf(real);
  if (stats !== undefined) refuseTaken(path, real, stats, kind);
  const directory = dirname(real);
  if (!isWritable(directory))
    throw new UserError(
      isReadOnly(directory)
        ? `The directory ${shown(directory)} is on a file system that is mounted read-only.`
        : `You may not write in the directory ${shown(directory)}.`,
      {
        hint: 'The output is made there and renamed when it is whole. -o names another place; without -o it goes to stdout.',
      },
    );
  return real;
}

function isReadOnly(directory: string): boolean {
  const mount = mountOf(directory);
  return [...(mount?.options ?? []), ...(mount?.superOptions ?? [])].includes('ro');
}

/** A link to a file stands for the file, as in cp(1). */
function realOutput(path: string): string {
  const absolute = resolve(path);
  const isLink = statsOf(absolute, lstatSync)?.isSymbolicLink() === true;
  if (isLink && statsOf(absolute) === undefined)
    throw new UserError(`The output ${shown(path)} is a symbolic link that leads nowhere.`);
  if (isLink || statsOf(absolute) !== undefined) return realOr(absolute);
  const directory = dirname(absolute);
  const above = statsOf(directory);
  if (above === undefined)
    throw new UserError(`There is no directory ${shown(directory)} for the output ${shown(path)}.`, {
      hint: `Make it first: mkdir -p ${shown(directory)}`,
    });
  if (!above.isDirectory())
    throw new UserError(`${shown(directory)} is not a directory, so ${shown(path)} can not be made in it.`);
  return join(realOr(directory), basename(absolute));
}

function refuseTaken(path: string, real: string, stats: Stats, kind: OutputKind): void {
  if (kind === 'file' && stats.isDirectory())
    throw new UserError(`The output ${shown(path)} is a directory.`, {
      hint: `Give the file a name: -o ${shown(join(path, 'image.tar'))}`,
    });
  if (kind === 'file' && !stats.isFile())
    throw new UserError(`The output ${shown(path)} is not a regular file.`, {
      hint: 'Without -o it goes to stdout, which can be a pipe or a device.',
    });
  if (kind === 'directory' && (!stats.isDirectory() || !isEmpty(real)))
    throw new UserError(
      `The output ${shown(path)} ${stats.isDirectory() ? 'is a directory that is not empty' : 'is not a directory'}.`,
      { hint: 'Name a directory that does not exist yet.' },
    );
}

function statsOf(path: string, look: (path: string) => Stats = statSync): Stats | undefined {
  try {
    return look(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const reason: Readonly<Record<string, string>> = {
      EACCES: 'permission denied',
      ELOOP: 'its links lead in a circle',
      ENAMETOOLONG: 'a name in it is too long',
    };
    throw new UserError(
      `The output ${shown(path)} can not be looked at: ${reason[code ?? ''] ?? code ?? String(error)}.`,
    );
  }
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
