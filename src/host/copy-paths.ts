/** The two sides of `cp`, as typed, looked at before anything is done. */

import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, UserError } from '../errors.ts';
import type { CopyOut, HostSource, Target } from '../plan/files/plan-copy.ts';
import { shown } from '../plan/names.ts';
import { isWritable } from './writable.ts';

/** What a path says besides where it leads. */
export interface TypedPath {
  /** Absolute, without "." and "..", and without a slash at its end. */
  readonly path: string;
  /** It ended in "/" or "/.": it has to be a directory, and a link at its end is followed. */
  readonly slash: boolean;
  /** Only the content of the directory is meant: it ended in "/.", or is the root. */
  readonly content: boolean;
}

/** A path in a container; its root is where relative ones begin, as with docker. */
export function containerPath(text: string): TypedPath {
  return typedPath(resolve('/', text), text);
}

/** A path on the host. */
export function hostPath(text: string): TypedPath {
  return typedPath(resolve(text), text);
}

function typedPath(path: string, text: string): TypedPath {
  return {
    path,
    slash: /(^|\/)\.?$/.test(text),
    content: path === '/' || /(^|\/)\.$/.test(text),
  };
}

/** What the source is called in a directory that it is copied to. */
export function nameIn({ path, content }: TypedPath): string {
  return content ? '' : basename(path);
}

/** What on the host is copied. Throws a UserError when it is not there. */
export function hostSource({ path, slash }: TypedPath, typed: string, follow: boolean): HostSource {
  const stats = statsOf(path, follow || slash ? statSync : lstatSync);
  if (stats === undefined) throw new UserError(`There is no file ${shown(typed)}.`);
  if (stats.isDirectory()) return { type: 'file', directory: realpathSync(path), name: '.' };
  if (slash) throw new UserError(`${shown(typed)} is not a directory.`);
  const real = follow ? realpathSync(path) : path;
  return { type: 'file', directory: realpathSync(dirname(real)), name: basename(real) };
}

/** Where on the host the copy goes. Throws a UserError when it can't go there. */
export function hostTarget(
  { path, slash }: TypedPath,
  typed: string,
  as: string,
): Exclude<CopyOut['to'], 'stdout'> {
  const real = realTarget(path, typed);
  const isDirectory = statsOf(real, statSync)?.isDirectory() === true;
  const beside = isDirectory ? real : dirname(real);
  if (!isWritable(beside)) throw new UserError(`You may not write in the directory ${shown(beside)}.`);
  return { path: real, slash, as, beside };
}

/** Without links; a link that leads to a file that is not there (yet) stands for that file. */
function realTarget(path: string, typed: string, links = 0): string {
  if (statsOf(path, statSync) !== undefined) return realpathSync(path);
  const directory = dirname(path);
  const above = statsOf(directory, statSync);
  if (above === undefined)
    throw new UserError(`There is no directory ${shown(directory)} for ${shown(typed)}.`, {
      hint: `Make it first: mkdir -p ${shown(directory)}`,
    });
  if (!above.isDirectory()) throw new UserError(`${shown(directory)} is not a directory.`);
  const real = join(realpathSync(directory), basename(path));
  if (statsOf(real, lstatSync) === undefined) return real;
  if (links >= 40) throw new UserError(`${shown(typed)} is a symbolic link that leads in a circle.`);
  return realTarget(resolve(dirname(real), readlinkSync(real)), typed, links + 1);
}

/** As a target in the container; the walk inside decides what is there. */
export function containerTarget({ path, slash }: TypedPath, as: string): Target {
  return { path, slash, as };
}

function statsOf(path: string, look: (path: string) => Stats): Stats | undefined {
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
      `${shown(path)} can not be looked at: ${reason[code ?? ''] ?? code ?? String(error)}.`,
    );
  }
}
