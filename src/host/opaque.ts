/**
 * Which directories of a layer are opaque: nothing of lower layers shows through there. Overlay keeps that in an extended attribute, which Node can not
 * read; so the step that sets it also writes it down in a file beside the layer's files, for looks that must not cost a process.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../errors.ts';
import { LAYER_OPAQUE } from '../plan/image/image.ts';

const NONE: ReadonlySet<string> = new Set();

/** By layer: what has been published does not change. */
const read = new Map<string, ReadonlySet<string>>();

/** Whether the directory at `place`, names from the root of the layer whose files are in `layer`, or one above it, is opaque. No file means that the layer has none. */
export function isOpaque(layer: string, place: readonly string[]): boolean {
  let known = read.get(layer);
  if (known === undefined) {
    known = readOpaque(join(dirname(layer), LAYER_OPAQUE));
    read.set(layer, known);
  }
  if (known.size === 0) return false;
  return [...place.keys(), place.length].some(depth => known.has(keyOf(place.slice(0, depth))));
}

/** The file has paths as find(1) prints them, "./etc", each ended by a NUL byte. Names are bytes: latin1 keeps them apart. */
function readOpaque(file: string): ReadonlySet<string> {
  try {
    const paths = readFileSync(file, 'latin1').split('\0');
    return new Set(paths.filter(path => path !== ''));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return NONE;
    throw error;
  }
}

function keyOf(place: readonly string[]): string {
  return Buffer.from(['.', ...place].join('/')).toString('latin1');
}
