/** The image's tree below a container's: what is in its own layers, and what each layer of the image has at the same path. */

import { closeSync } from 'node:fs';
import type { Entry, EntryType } from '../../plan/changes/change.ts';
import { entryIn, namesOf, openDirectory, openRoot, typesOf } from './directory.ts';

/** What a layer has at a path. */
export interface Layered {
  readonly layer: number;
  readonly entry: Entry;
}

/** A path in the container's own layers. Opaque directories are not thought of yet. */
export interface Node {
  readonly names: readonly Buffer[];
  /** What the topmost of its own layers that has the path has there, a whiteout too; and if that is a directory, those that are joined with it. */
  readonly own: readonly [Layered, ...Layered[]];
  /** One of its own layers ends the joining, and so hides what the image has in the directory. */
  readonly ends: boolean;
  /** What the image's layers have, topmost first: directories, or one thing that is none. */
  readonly lower: readonly Layered[];
  /** In the order of the walk: a node comes before what is in it. */
  readonly children: Node[];
}

export interface Walked {
  readonly root: Node;
  /** Directories that could not be looked into. */
  readonly unreadable: readonly Buffer[];
}

/** A whiteout is a character device 0:0. */
export function isWhiteout({ type, rdev }: Entry): boolean {
  return type === 'character device' && rdev === 0;
}

interface Opened {
  readonly layer: number;
  readonly fd: number;
  /** What is in it, when only the types matter, and they were all asked for at once. */
  readonly types?: ReadonlyMap<string, EntryType> | undefined;
}

interface Frame {
  readonly node: Node;
  readonly own: readonly Opened[];
  readonly lower: readonly Opened[];
  readonly todo: Buffer[];
}

/** How far a walk goes that somebody waits for. */
export interface Limits {
  /** Asked before each path. */
  goOn(): boolean;
  /** The most names that are read from one directory. */
  readonly names: number;
  /** Called when a directory may have more. */
  cut(): void;
}

export interface WalkOptions {
  readonly limits?: Limits | undefined;
  /** Of what is neither a directory nor a character device only the type is needed; the rest of its entry is then empty. That is quicker for many names. */
  readonly typesOnly?: boolean;
}

/** So many names of one directory are worth a call that tells the types of all. */
const MANY = 32;

/**
 * Walks the container's own layers, joined, with the image's beside them (both topmost first). `wanted` says which paths to look at. A stack of its own:
 * directories may be nested deeper than functions can be.
 */
export function walk(
  own: readonly string[],
  lower: readonly string[],
  wanted: (names: readonly Buffer[]) => boolean,
  { limits, typesOnly = false }: WalkOptions = {},
): Walked {
  const unreadable: Buffer[] = [];
  const stack: Frame[] = [];
  const enter = (node: Node, directories: readonly Opened[], below: readonly Opened[]): void => {
    const names = directories.flatMap(({ fd }) => {
      const found = namesOf(fd, limits?.names);
      if (found !== undefined && found.length === limits?.names) limits.cut();
      if (found === undefined) unreadable.push(pathOf(node.names));
      return found ?? [];
    });
    const typed = (opened: readonly Opened[]): readonly Opened[] =>
      typesOnly && names.length >= MANY
        ? opened.map(one => ({ ...one, types: typesOf(one.fd, names.length) }))
        : opened;
    stack.push({
      node,
      own: typed(directories),
      lower: typed(below),
      todo: sortedOnce(names).reverse(),
    });
  };
  const open = (parents: readonly Opened[], entries: readonly Layered[], names: readonly Buffer[]) =>
    entries.flatMap(({ layer, entry: { type } }): readonly Opened[] => {
      if (type !== 'directory') return [];
      const parent = parents.find(candidate => candidate.layer === layer);
      const fd = parent && openDirectory(parent.fd, names.at(-1) ?? Buffer.from('.'));
      if (fd === undefined) unreadable.push(pathOf(names));
      return fd === undefined ? [] : [{ layer, fd }];
    });
  try {
    const roots = own.map((path, layer) => ({ layer, fd: openRoot(path) }));
    const below = lower.map((path, layer) => ({ layer, fd: openRoot(path) }));
    const root: Node = {
      names: [],
      own: rootEntries(roots) as [Layered, ...Layered[]],
      ends: false,
      lower: rootEntries(below),
      children: [],
    };
    if (root.own.length < own.length) throw new Error(`${own.join(', ')}: gone`);
    enter(root, roots, below);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const name = frame.todo.pop();
      if (name === undefined) {
        leave(stack.pop());
        continue;
      }
      const names = [...frame.node.names, name];
      if (limits?.goOn() === false || !wanted(names)) continue;
      const found = lookOwn(frame.own, name);
      if (found === undefined) continue;
      const node: Node = { names, ...found, lower: lookBelow(frame.lower, name), children: [] };
      frame.node.children.push(node);
      const directories = open(frame.own, node.own, names);
      if (directories.length > 0) enter(node, directories, open(frame.lower, node.lower, names));
    }
    return { root, unreadable };
  } finally {
    stack.forEach(leave);
  }
}

function rootEntries(roots: readonly Opened[]): readonly Layered[] {
  return roots.flatMap(({ layer, fd }) => {
    const entry = entryIn(fd, Buffer.from('.'));
    return entry === undefined ? [] : [{ layer, entry }];
  });
}

/** Each name once, in the order of its bytes. */
function sortedOnce(names: readonly Buffer[]): Buffer[] {
  const sorted = [...names].sort((a, b) => Buffer.compare(a, b));
  return sorted.filter((name, index) => sorted[index - 1]?.equals(name) !== true);
}

const outlines = new Map<EntryType, Entry>();

/** An entry of which only the type is told: one for all. */
function outlineOf(type: EntryType): Entry {
  const known = outlines.get(type) ?? { type, mode: 0, uid: 0, gid: 0, size: 0, mtimeNs: 0n, rdev: 0 };
  outlines.set(type, known);
  return known;
}

/** What lies under a name, as far as it is needed; undefined when there is nothing (any more). */
function look({ fd, types }: Opened, name: Buffer): Entry | undefined {
  if (types === undefined) return entryIn(fd, name);
  const type = types.get(name.toString('latin1'));
  if (type === undefined) return undefined;
  if (type === 'directory' || type === 'character device') return entryIn(fd, name);
  return outlineOf(type);
}

/** What the container's own layers have under a name; undefined when none has (any more). */
function lookOwn(directories: readonly Opened[], name: Buffer): Pick<Node, 'own' | 'ends'> | undefined {
  const own: Layered[] = [];
  for (const opened of directories) {
    const { layer } = opened;
    const entry = look(opened, name);
    if (entry === undefined) continue;
    const ends = entry.type !== 'directory';
    const [first] = own;
    if (first === undefined && ends) return { own: [{ layer, entry }], ends };
    if (ends) return { own: own as [Layered, ...Layered[]], ends };
    own.push({ layer, entry });
  }
  return own.length === 0 ? undefined : { own: own as [Layered, ...Layered[]], ends: false };
}

/** What the layers have under a name, topmost first, down to what hides the rest. */
export function lookBelow(directories: readonly Opened[], name: Buffer): Node['lower'] {
  const found: Layered[] = [];
  for (const opened of directories) {
    const { layer } = opened;
    const entry = look(opened, name);
    if (entry === undefined) continue;
    if (isWhiteout(entry)) break;
    if (entry.type === 'directory') found.push({ layer, entry });
    else {
      if (found.length === 0) found.push({ layer, entry });
      break;
    }
  }
  return found;
}

/** "/a/b" of the names a and b. */
export function pathOf(names: readonly Buffer[]): Buffer {
  if (names.length === 0) return Buffer.from('/');
  const path = Buffer.allocUnsafe(names.reduce((length, name) => length + 1 + name.length, 0));
  let at = 0;
  for (const name of names) {
    path[at] = 0x2f;
    name.copy(path, at + 1);
    at += 1 + name.length;
  }
  return path;
}

function leave(frame: Frame | undefined): void {
  if (frame === undefined) return;
  for (const { fd } of [...frame.own, ...frame.lower]) closeSync(fd);
}
