/** The image's tree below a container's: what is in the writable layer, and what each lower layer has at the same path. */

import { closeSync } from 'node:fs';
import type { Entry } from '../../plan/changes/change.ts';
import { entryIn, namesOf, openDirectory, openRoot } from './directory.ts';

/** A path in the writable layer. */
export interface Node {
  readonly names: readonly Buffer[];
  readonly upper: Entry;
  /** What the lower layers have, topmost first: directories, or one thing that is none. Opaque directories are not thought of yet. */
  readonly lower: readonly { readonly layer: number; readonly entry: Entry }[];
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

interface Frame {
  readonly node: Node;
  readonly fd: number;
  readonly lower: readonly { readonly layer: number; readonly fd: number }[];
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

/**
 * Walks the writable layer with the lower ones beside it (topmost first). `wanted` says which paths to look at. A stack of its own: directories may be
 * nested deeper than functions can be.
 */
export function walk(
  upper: string,
  lower: readonly string[],
  wanted: (names: readonly Buffer[]) => boolean,
  limits?: Limits,
): Walked {
  const unreadable: Buffer[] = [];
  const stack: Frame[] = [];
  const enter = (node: Node, fd: number, below: Frame['lower']): void => {
    const names = namesOf(fd, limits?.names);
    if (names !== undefined && names.length === limits?.names) limits.cut();
    if (names === undefined) unreadable.push(pathOf(node.names));
    stack.push({
      node,
      fd,
      lower: below,
      todo: [...(names ?? [])].sort((a, b) => Buffer.compare(a, b)).reverse(),
    });
  };
  try {
    const fd = openRoot(upper);
    const entry = entryIn(fd, Buffer.from('.'));
    if (entry === undefined) throw new Error(`${upper} is gone`);
    const roots = lower.map((path, layer) => ({ layer, fd: openRoot(path) }));
    const lowerEntries = roots.flatMap(({ layer, fd: below }) => {
      const found = entryIn(below, Buffer.from('.'));
      return found === undefined ? [] : [{ layer, entry: found }];
    });
    const root: Node = { names: [], upper: entry, lower: lowerEntries, children: [] };
    enter(root, fd, roots);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const name = frame.todo.pop();
      if (name === undefined) {
        leave(stack.pop());
        continue;
      }
      const names = [...frame.node.names, name];
      if (limits?.goOn() === false || !wanted(names)) continue;
      const found = entryIn(frame.fd, name);
      if (found === undefined) continue;
      const node: Node = { names, upper: found, lower: lookBelow(frame.lower, name), children: [] };
      frame.node.children.push(node);
      if (found.type !== 'directory') continue;
      const inner = openDirectory(frame.fd, name);
      if (inner === undefined) {
        unreadable.push(pathOf(names));
        continue;
      }
      const directories = node.lower.flatMap(({ layer, entry: { type } }) => {
        const parent = frame.lower.find(candidate => candidate.layer === layer);
        const opened = type === 'directory' && parent ? openDirectory(parent.fd, name) : undefined;
        if (type === 'directory' && opened === undefined) unreadable.push(pathOf(names));
        return opened === undefined ? [] : [{ layer, fd: opened }];
      });
      enter(node, inner, directories);
    }
    return { root, unreadable };
  } finally {
    stack.forEach(leave);
  }
}

/** What the layers have under a name, topmost first, down to what hides the rest. */
export function lookBelow(
  directories: readonly { readonly layer: number; readonly fd: number }[],
  name: Buffer,
): Node['lower'] {
  const found: { layer: number; entry: Entry }[] = [];
  for (const { layer, fd } of directories) {
    const entry = entryIn(fd, name);
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
  return Buffer.concat(names.flatMap(name => [Buffer.from('/'), name]));
}

function leave(frame: Frame | undefined): void {
  if (frame === undefined) return;
  closeSync(frame.fd);
  for (const { fd } of frame.lower) closeSync(fd);
}
