/**
 * Extended attributes, which Node can not read: getfattr(1) tells them where it is installed, else GNU tar, in whose extended headers they are
 * SCHILY.xattr.NAME records. tar sends a file's content along, so without getfattr large files are left out.
 */

import { closeSync } from 'node:fs';
import process from 'node:process';
import { findProgram } from '../programs.ts';
import { Descents } from './descents.ts';
import { entryIn, openRoot, pathIn } from './directory.ts';
import { parseGetfattr, parseTar } from './xattr-formats.ts';

export type Xattrs = ReadonlyMap<string, string>;

/** Where something is: names below a directory of ours. */
export interface Place {
  readonly root: string;
  readonly names: readonly Buffer[];
}

/** Runs a program to its end and gives what it printed; supplied from above, because this folder starts none. `input` is its stdin. */
export type Run = (argv: readonly string[], input: Buffer) => Promise<Buffer>;

/** The largest file that is sent through tar for its attributes, in bytes. */
const LARGEST = 1 << 20;
/** Directories that are held open at once. */
const BATCH = 200;
const TAR =
  'tar --create --file=- --format=posix --xattrs --xattrs-include=* --no-recursion --hard-dereference --atime-preserve=system --absolute-names --null --verbatim-files-from --files-from=-';

// xargs, because getfattr takes names as words only, and words of ours are text.
const GETFATTR = 'xargs -0 getfattr --no-dereference --dump --match=- --encoding=hex --absolute-names --';

export interface XattrAnswer {
  /** In the order of the places; undefined for what is not there, or could not be told. */
  readonly found: readonly (Xattrs | undefined)[];
  /** How many files were left out because only getfattr could tell. */
  readonly leftOut: number;
}

/** The attributes of each place. Nothing is followed, opened for writing, or waited for. */
export async function readXattrs(places: readonly Place[], run: Run): Promise<XattrAnswer> {
  const getfattr = findProgram('getfattr') !== undefined;
  const found: (Xattrs | undefined)[] = [];
  let leftOut = 0;
  const descents = new Descents();
  try {
    for (let first = 0; first < places.length; first += BATCH) {
      const batch = places.slice(first, first + BATCH);
      const fds: number[] = [];
      try {
        const paths = batch.map(place => {
          const path = pinned(place, descents, fds);
          if (path === undefined || getfattr) return path?.path;
          if (path.size <= LARGEST) return path.path;
          leftOut += 1;
          return undefined;
        });
        const asked = paths.filter(path => path !== undefined);
        if (asked.length === 0) {
          found.push(...batch.map(() => undefined));
          continue;
        }
        const answers = await ask(asked);
        found.push(...paths.map(path => (path === undefined ? undefined : answerOf(answers, path))));
      } finally {
        fds.forEach(closeSync);
      }
    }
  } finally {
    descents.close();
  }
  return { found, leftOut };

  /** getfattr prints nothing about what has no attributes. */
  function answerOf(answers: ReadonlyMap<string, Xattrs>, path: Buffer): Xattrs | undefined {
    return answers.get(path.toString('latin1')) ?? (getfattr ? new Map() : undefined);
  }

  async function ask(paths: readonly Buffer[]): Promise<ReadonlyMap<string, Xattrs>> {
    const input = Buffer.concat(paths.flatMap(path => [path, Buffer.of(0)]));
    return getfattr
      ? parseGetfattr(await run(GETFATTR.split(' '), input))
      : parseTar(await run(TAR.split(' '), input));
  }
}

/** The place by a descriptor of its directory, which another process can use: /proc/PID/fd/N/NAME. */
function pinned(
  { root, names }: Place,
  descents: Descents,
  fds: number[],
): { readonly path: Buffer; readonly size: number } | undefined {
  const directory = descents.to(root, names.slice(0, -1));
  if (directory === undefined) return undefined;
  const name = names.at(-1) ?? Buffer.from('.');
  const entry = entryIn(directory, name);
  // What tar would have to wait for, or can not open, has no attributes that a user could set.
  if (entry === undefined || (entry.type !== 'file' && entry.type !== 'directory')) return undefined;
  const held = openRoot(`/proc/self/fd/${directory}`);
  fds.push(held);
  return { path: pathIn(held, name, process.pid), size: entry.type === 'file' ? entry.size : 0 };
}
