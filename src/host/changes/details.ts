/** What only the content and the attributes of files tell about changes. */

import { closeSync } from 'node:fs';
import { type Change, differencesOf, type Entry, kindOf } from '../../plan/changes/change.ts';
import { openFile, sameBytes, withDirectory } from './directory.ts';
import { type Place, type Run, readXattrs, type Xattrs } from './xattrs.ts';

export interface FoundChange extends Change {
  /** Where the entry lies now, and where the image's does. */
  readonly place?: Place;
  readonly placeBefore?: Place;
}

/** The same changes with what only the files' content and attributes tell. */
export async function withDetails(
  run: Run,
  changes: readonly FoundChange[],
): Promise<{ readonly changes: readonly FoundChange[]; readonly withoutXattrs: number }> {
  const needs = (place: Place | undefined, entry: Entry | undefined) =>
    place !== undefined &&
    entry?.xattrs === undefined &&
    (entry?.type === 'file' || entry?.type === 'directory');
  const places = changes.flatMap(({ place, placeBefore, after, before }) => [
    ...(place && needs(place, after) ? [place] : []),
    ...(placeBefore && needs(placeBefore, before) ? [placeBefore] : []),
  ]);
  const { found, leftOut } = await readXattrs(places, run);
  const attributes = new Map(places.map((place, index) => [place, withoutOwn(found[index])] as const));
  const detailed = changes.map((change): FoundChange => {
    const { place, placeBefore } = change;
    const after = change.after && add(change.after, place && attributes.get(place));
    const before = change.before && add(change.before, placeBefore && attributes.get(placeBefore));
    const entries = { ...(before && { before }), ...(after && { after }) };
    if (change.kind !== undefined || before === undefined || after === undefined)
      return { ...change, ...entries };
    const differences = differencesOf(before, after, sameContent({ ...change, ...entries }));
    return { ...change, ...entries, kind: kindOf(differences), differences };
  });
  return { changes: detailed, withoutXattrs: leftOut };
}

function sameContent({ before, after, place, placeBefore }: FoundChange): boolean {
  if (before === undefined || after === undefined || before.type !== after.type) return false;
  switch (after.type) {
    case 'file':
      if (before.size !== after.size) return false;
      return withFile(placeBefore, a => withFile(place, b => sameBytes(a, b))) ?? false;
    case 'symlink':
      return before.target !== undefined && after.target?.equals(before.target) === true;
    case 'character device':
    case 'block device':
      return before.rdev === after.rdev;
    case 'directory':
    case 'fifo':
    case 'socket':
      return true;
  }
}

/** Gives a regular file, and closes it afterwards; undefined when it can not be read. */
export function withFile<Value>(place: Place | undefined, use: (fd: number) => Value): Value | undefined {
  const name = place?.names.at(-1);
  if (place === undefined || name === undefined) return undefined;
  return withDirectory(place.root, place.names.slice(0, -1), directory => {
    const fd = openFile(directory, name);
    if (fd === undefined) return undefined;
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** The entry with its attributes, if they are known. */
export function add(entry: Entry, xattrs: Xattrs | undefined): Entry {
  return xattrs === undefined ? entry : { ...entry, xattrs };
}

/** Without what overlay and the security module of the machine keep there for themselves. */
export function withoutOwn(xattrs: Xattrs | undefined): Xattrs | undefined {
  if (xattrs === undefined) return undefined;
  return new Map(
    [...xattrs].filter(([name]) => !/^(trusted|user)\.overlay\.|^security\.selinux$/.test(name)),
  );
}
