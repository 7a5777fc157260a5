/** Which files a step makes or removes in the container's directory and its writable layer, as far as a look shows them. Pure. */

import { C, type Values } from '../plan/arg.ts';
import { type Change, change, changesBetween, fileText } from './compare.ts';
import { mountAt } from './predict-mounts.ts';
import type { FileEntry, Snapshot } from './snapshot.ts';

export type NewFile = readonly [path: string, type: FileEntry['type']];

/** Those of the files that are not there yet. Undefined when one of them is where nobody looks. */
export function madeFiles(
  { directory, upper }: Snapshot,
  values: Values,
  files: readonly NewFile[],
): readonly Change[] | undefined {
  const found = files.map(([path, type]) => {
    const place = placeOf(path, values);
    return place && { place: place.name, entry: { path: place.path, type } };
  });
  if (found.includes(undefined)) return undefined;
  return found.flatMap(one => {
    if (one === undefined) return [];
    const there = one.place === 'upper' ? upper : directory;
    return there.some(({ path }) => path === one.entry.path)
      ? []
      : [change('files', '+', fileText(one.place, one.entry))];
  });
}

/** Those of the paths that are in the container's directory. */
export function removedFiles(
  { directory }: Snapshot,
  values: Values,
  paths: readonly string[],
): readonly Change[] {
  const gone = new Set(paths.map(path => placeOf(path, values)?.path));
  return directory
    .filter(({ path }) => gone.has(path))
    .map(entry => change('files', '-', fileText('$C', entry)));
}

/** Where a path of the container's directory is listed. */
function placeOf(
  path: string,
  values: Values,
): { readonly name: '$C' | 'upper'; readonly path: string } | undefined {
  const directory = values.get(C.var);
  if (directory === undefined) return undefined;
  if (path.startsWith(`${directory}/upper/`))
    return { name: 'upper', path: path.slice(directory.length + '/upper/'.length) };
  if (path === directory) return { name: '$C', path: '' };
  return path.startsWith(`${directory}/`)
    ? { name: '$C', path: path.slice(directory.length + 1) }
    : undefined;
}

/** Directories in the writable layer: those that the image does not have are made, and what is on the way is copied up. */
export function missingBelow(
  snapshot: Snapshot,
  root: string,
  target: string,
  mayBeFile: boolean,
): readonly Change[] {
  const names = target.split('/').filter(name => name !== '' && name !== '.');
  // Below another mount, nothing of it lands in the layer.
  const above = mountAt(snapshot.init?.mounts ?? [], `${root}/${names.join('/')}`);
  if (above !== undefined && above.target !== root) return [];
  return names.flatMap((_, index) => {
    const path = names.slice(0, index + 1).join('/');
    if (snapshot.upper.some(entry => entry.path === path)) return [];
    const last = mayBeFile && index === names.length - 1;
    const type = last ? (['directory', 'file'] as const) : (['directory'] as const);
    return type.map(kind => change('files', '+', fileText('upper', { path, type: kind })));
  });
}

/** `DIRECTORY GATE UPPER FIFO...`: see src/plan/run/again.ts. */
export function claimedFiles(
  snapshot: Snapshot,
  [, gate = '', , ...fifos]: readonly string[],
): readonly Change[] {
  const { directory } = snapshot;
  const there = (path: string) => directory.find(entry => entry.path === path);
  const stale = [
    'kernel.fstab',
    'devices.fstab',
    'terminal.sh',
    'in',
    'out',
    'err',
    'attach',
    'ready',
    'ended',
  ];
  const now = new Map<string, FileEntry>(directory.map(entry => [entry.path, entry]));
  for (const path of [gate, ...stale]) now.delete(path);
  now.set('journal.old', { path: 'journal.old', type: 'file', ...sizeOf(there('journal.old')) });
  for (const path of ['gate', ...fifos]) now.set(path, { path, type: 'fifo' });
  const after = { ...snapshot, directory: [...now.values()] };
  return changesBetween(snapshot, after);
}

function sizeOf(entry: FileEntry | undefined): { readonly size?: number } {
  return entry?.size === undefined ? {} : { size: entry.size };
}
