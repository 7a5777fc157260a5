/**
 * Looking a path up in a stack of image layers as the container would see it: links are followed inside the root, never out of it, whatever
 * the image contains. Read-only; the result is for messages and defaults, never for a mount.
 */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { isOpaque } from './opaque.ts';

/** Links followed before the path counts as a loop, as in the kernel. */
const MOST_LINKS = 40;

export type Found =
  | {
      readonly type: 'found';
      readonly path: string;
      readonly stats: Stats;
      /** The path inside the root, without links. */
      readonly place: string;
    }
  | { readonly type: 'missing'; readonly place: string }
  /** A directory in the way can't be read by this user, or something else will be mounted over it. */
  | { readonly type: 'unknown' };

type LookedUp =
  | { readonly type: 'found'; readonly path: string; readonly stats: Stats }
  | { readonly type: 'missing' }
  | { readonly type: 'unknown' };

/** Looks `path` up in the layers, topmost first. What lies at or below a path in `covered` is unknown: something will be mounted there. */
export function findInLayers(
  layers: readonly string[],
  path: string,
  covered: readonly string[] = [],
): Found {
  let todo = path.split('/');
  let place: readonly string[] = [];
  let links = 0;
  let found = lookUp(layers, place);
  const at = (result: LookedUp, names: readonly string[]) => placed(result, names, covered);
  while (todo.length > 0) {
    const [name = '', ...rest] = todo;
    todo = rest;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      place = place.slice(0, -1);
      found = lookUp(layers, place);
      continue;
    }
    const next = [...place, name];
    if (isCovered(pathOf(next), covered)) return { type: 'unknown' };
    found = lookUp(layers, next);
    if (found.type !== 'found') return at(found, [...next, ...todo]);
    if (found.stats.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) return at({ type: 'missing' }, next);
      const target = readlinkSync(found.path);
      if (target.startsWith('/')) place = [];
      todo = [...target.split('/'), ...todo];
      found = lookUp(layers, place);
      continue;
    }
    if (todo.some(part => part !== '' && part !== '.') && !found.stats.isDirectory())
      return at({ type: 'missing' }, [...next, ...todo]);
    place = next;
  }
  return at(found, place);
}

/** A result with its path inside the root; of what is missing, the part that could still be supplied counts as well. */
function placed(found: LookedUp, names: readonly string[], covered: readonly string[]): Found {
  const place = pathOf(names);
  if (found.type === 'unknown' || isCovered(place, covered)) return { type: 'unknown' };
  return found.type === 'found' ? { ...found, place } : { type: 'missing', place };
}

function pathOf(names: readonly string[]): string {
  return `/${names.filter(name => name !== '' && name !== '.').join('/')}`;
}

function isCovered(path: string, covered: readonly string[]): boolean {
  return covered.some(target => path === target || path.startsWith(`${target}/`));
}

/** The first bytes of a regular file of the image, at most `limit`; undefined when there is no such file or it can't be read. */
export function readInLayers(layers: readonly string[], path: string, limit: number): Buffer | undefined {
  const found = findInLayers(layers, path);
  if (found.type !== 'found' || !found.stats.isFile()) return undefined;
  let fd: number;
  try {
    fd = openSync(found.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    if (!fstatSync(fd).isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(limit, found.stats.size));
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** One path without links in its directories, as overlay sees it: the topmost layer that has it decides. */
function lookUp(layers: readonly string[], place: readonly string[]): LookedUp {
  for (const layer of layers.toReversed()) {
    const found = lookUpInLayer(layer, place);
    if (found !== 'absent') return found;
  }
  return { type: 'missing' };
}

/**
 * `absent`: lower layers may have it. A layer that has something else than a directory in the way, or an opaque one, hides what lower layers have there.
 * A link in the way is never looked through: it would lead to the host's files. A whiteout is a character device 0:0.
 */
function lookUpInLayer(layer: string, place: readonly string[]): LookedUp | 'absent' {
  let path = layer;
  for (const [depth, name] of ['', ...place].entries()) {
    path = join(path, name);
    let stats: Stats;
    try {
      stats = lstatSync(path);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EACCES') return { type: 'unknown' };
      if (code !== 'ENOENT' || isOpaque(layer, place.slice(0, Math.max(0, depth - 1))))
        return { type: 'missing' };
      return 'absent';
    }
    if (stats.isCharacterDevice() && stats.rdev === 0) return { type: 'missing' };
    if (depth === place.length) return { type: 'found', path, stats };
    if (!stats.isDirectory()) return { type: 'missing' };
  }
  return 'absent';
}
