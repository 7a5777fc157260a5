/** What a container changed: its own layers beside the image's. Read-only. */

import { closeSync } from 'node:fs';
import { byPath, type Difference, differencesOf, type Entry, kindOf } from '../../plan/changes/change.ts';
import { add, type FoundChange, withDetails, withoutOwn } from './details.ts';
import { namesOf, openDirectory, withDirectory } from './directory.ts';
import { isWhiteout, type Layered, type Limits, lookBelow, type Node, pathOf, walk } from './tree.ts';
import { type Run, readXattrs, type Xattrs } from './xattrs.ts';

export interface ChangesInput {
  /** Directories of the container's own layers, topmost first: the writable one, then those that forks froze. */
  readonly own: readonly string[];
  /** Directories of the image's layers, topmost first. */
  readonly lower: readonly string[];
  /** Where overlay's own attributes are: `user` when an ordinary user mounted it. */
  readonly prefix: 'trusted' | 'user';
  /** Mount points of volumes, and the directories above them, as paths in the container: made by the plan when the image lacks them. */
  readonly ours: ReadonlySet<string>;
  /** What the root directory was made like. */
  readonly root: Entry | undefined;
  /** Paths to look at, with what is below them; none for everything. */
  readonly only: readonly Buffer[];
  /** Where it ends before it has seen everything. */
  readonly limits?: Limits;
  /** Tell what kind each change is, which needs the files' content and attributes. */
  readonly details: boolean;
  readonly run: Run;
}

export interface Found {
  readonly changes: readonly FoundChange[];
  /** Directories that could not be looked into. */
  readonly unreadable: readonly Buffer[];
  /** Files whose extended attributes only getfattr could have told. */
  readonly withoutXattrs: number;
}

/** The kernel's file systems are mounted over these; the plan makes them in every writable layer. */
const SYSTEM = ['/proc', '/sys', '/dev'];

interface State {
  readonly node: Node;
  readonly parent: State | undefined;
  /** What is seen at the path, and which of the container's own layers it lies in. */
  readonly upper: Entry;
  readonly from: number;
  /** Of a directory: the container's own layers that are joined in it. */
  readonly joined: readonly number[];
  /** What the image has at the path, once opaque directories are thought of: topmost first. */
  readonly lower: Node['lower'];
  /** Of a directory: what is below is not joined with the image's. */
  readonly opaque: boolean;
  readonly xattrs: Xattrs | undefined;
  readonly xattrsBelow: Xattrs | undefined;
  /** Something in it, or in what is below, is listed. */
  inside: boolean;
  /** It holds a mount point of ours that is not listed. */
  holdsOurs: boolean;
}

/** All changes, sorted by path. A file that vanishes while it is looked at is left out. */
export async function findChanges(input: ChangesInput): Promise<Found> {
  const { root, unreadable } = walk(
    input.own,
    input.lower,
    names => input.only.length === 0 || mayHold(pathOf(names), input.only),
    // A file at the place of a mount point is told from others by its size.
    { limits: input.limits, typesOnly: !input.details && input.ours.size === 0 },
  );
  const states = await resolve(input, root);
  const found: FoundChange[] = [];
  for (const state of states.toReversed()) {
    const changes = changesAt(input, state);
    if (changes.length === 0 || state.parent === undefined) continue;
    state.parent.inside = true;
    found.push(...changes);
  }
  const first = states[0];
  if (first !== undefined) found.push(...rootChange(input, first));
  const listed = found.filter(({ path }) => isAsked(path, input.only)).sort(byPath);
  if (!input.details) return { changes: listed, unreadable, withoutXattrs: 0 };
  return { ...(await withDetails(input.run, listed)), unreadable };
}

/** The nodes in the order of the walk, with what extended attributes say about them. */
async function resolve(input: ChangesInput, root: Node): Promise<readonly State[]> {
  const nodes: Node[] = [];
  const parents = new Map<Node, Node>();
  for (const todo = [root]; todo.length > 0; ) {
    const node = todo.pop() as Node;
    nodes.push(node);
    for (const child of node.children.toReversed()) {
      parents.set(child, node);
      todo.push(child);
    }
  }
  // In a directory that hides what is below, so do all directories: whoever asks about one has to ask about those above it.
  const asked = new Set<Node>();
  for (const node of nodes.filter(isJoined).filter(candidate => needsXattrs(input, candidate)))
    for (let at: Node | undefined = node; at !== undefined && !asked.has(at); at = parents.get(at))
      asked.add(at);
  const joined = nodes.filter(node => asked.has(node) && isJoined(node));
  const places = joined.flatMap(({ names, own, lower }) => [
    ...own.map(({ layer }) => ({ root: input.own[layer] ?? '', names })),
    ...lower.map(({ layer }) => ({ root: input.lower[layer] ?? '', names })),
  ]);
  const answers = (await readXattrs(places, input.run)).found[Symbol.iterator]();
  const next = (): Xattrs | undefined => answers.next().value ?? undefined;
  const attributes = new Map(
    joined.map(node => [node, { own: node.own.map(next), lower: node.lower.map(next) }] as const),
  );
  const states = new Map<Node, State>();
  const name = `${input.prefix}.overlay.opaque`;
  const isOpaque = (xattrs: Xattrs | undefined) => xattrs?.get(name) === '79';
  for (const node of nodes) {
    const parentNode = parents.get(node);
    const parent = parentNode && states.get(parentNode);
    // What it lies in is hidden itself.
    if (parentNode !== undefined && parent === undefined) continue;
    const found = attributes.get(node);
    const own = downTo(node.own, found?.own.findIndex(isOpaque)).filter(
      ({ layer }) => parent?.joined.includes(layer) ?? true,
    );
    const [top] = own;
    if (top === undefined) continue;
    const layers = parent?.lower.map(({ layer }) => layer);
    const visible = downTo(node.lower, found?.lower.findIndex(isOpaque)).filter(
      ({ layer }) => layers?.includes(layer) ?? true,
    );
    states.set(node, {
      node,
      parent,
      upper: top.entry,
      from: top.layer,
      joined: own.map(({ layer }) => layer),
      lower: visible,
      opaque: (parent?.opaque ?? false) || node.ends || (found?.own.some(isOpaque) ?? false),
      xattrs: withoutOwn(found?.own[0]),
      xattrsBelow: withoutOwn(found?.lower[0]),
      inside: false,
      holdsOurs: false,
    });
  }
  return [...states.values()];
}

/** The entries down to an opaque directory: it hides those below it. */
function downTo(entries: readonly Layered[], opaque: number | undefined): readonly Layered[] {
  return opaque === undefined || opaque < 0 ? entries : entries.slice(0, opaque + 1);
}

/** The change of one path of the container's own layers, and what an opaque directory hides; what is in it was looked at before. */
function changesAt(input: ChangesInput, state: State): readonly FoundChange[] {
  const { node, upper: after, lower, parent, opaque } = state;
  if (parent === undefined) return [];
  const path = pathOf(node.names);
  if (isSystem(path)) return [];
  const below = lower[0];
  const before = below?.entry;
  const placeBefore =
    below === undefined ? {} : { placeBefore: { root: input.lower[below.layer] ?? '', names: node.names } };
  const place = { place: { root: input.own[state.from] ?? '', names: node.names } };
  if (isWhiteout(after))
    return before === undefined
      ? []
      : [{ letter: 'D', kind: 'deleted', path, before, differences: [], ...placeBefore }];
  if (before === undefined) {
    if (input.ours.has(path.toString('latin1')) && isOurs(state)) {
      parent.holdsOurs = true;
      return [];
    }
    return [{ letter: 'A', kind: 'added', path, after, differences: [], ...place }];
  }
  if (after.type !== 'directory' || before.type !== 'directory') {
    const change = { letter: 'C', path, before, after, differences: [], ...place, ...placeBefore } as const;
    return [change];
  }
  const hidden = opaque ? hiddenIn(input, state) : [];
  const inside: readonly Difference[] = state.inside || hidden.length > 0 ? ['inside'] : [];
  const [withBefore, withAfter] = [add(before, state.xattrsBelow), add(after, state.xattrs)];
  const differences = [...differencesOf(withBefore, withAfter, true), ...inside];
  const made = state.holdsOurs && differences.every(difference => difference === 'mtime');
  if (differences.length === 0 || made) return [];
  return [
    {
      letter: 'C',
      kind: kindOf(differences),
      path,
      before: withBefore,
      after: withAfter,
      differences,
      ...place,
      ...placeBefore,
    },
    ...hidden,
  ];
}

/** The root is joined, whatever its attributes say. */
function isJoined({ names, own: [{ entry }, ...more], lower }: Node): boolean {
  const both = entry.type === 'directory' && (more.length > 0 || lower[0]?.entry.type === 'directory');
  return both && names.length > 0 && !isSystem(pathOf(names));
}

/**
 * Whether a directory's attributes can tell anything about the list: not when it is listed anyway, and has every name that the image has there, so
 * that it can hide none. To read them takes a process.
 */
function needsXattrs(
  input: ChangesInput,
  { names, own: [{ entry: upper }, ...frozen], lower: [below, ...more], children }: Node,
): boolean {
  if (input.details || below === undefined || frozen.length + more.length > 0) return true;
  const differences = differencesOf(below.entry, upper, true);
  if (differences.length === 0 || (input.ours.size > 0 && !differences.some(one => one !== 'mtime')))
    return true;
  const present = keysOf(children.map(child => child.names.at(-1) ?? Buffer.alloc(0)));
  const inImage = withDirectory(input.lower[below.layer] ?? '', names, namesOf);
  return inImage === undefined || [...keysOf(inImage)].some(name => !present.has(name));
}

/** Names as keys: latin1 keeps every byte. */
function keysOf(names: readonly Buffer[]): ReadonlySet<string> {
  return new Set(names.map(name => name.toString('latin1')));
}

function isSystem(path: Buffer): boolean {
  return SYSTEM.includes(path.toString('latin1'));
}

function isOurs({ upper, inside }: State): boolean {
  return upper.type === 'directory' ? !inside : upper.type === 'file' && upper.size === 0;
}

/** What the image has in a directory that was made anew, and the container no longer. */
function hiddenIn(input: ChangesInput, { node, joined, lower }: State): readonly FoundChange[] {
  const present = new Set(
    node.children
      .filter(({ own: [{ layer }] }) => joined.includes(layer))
      .map(({ names }) => names.at(-1)?.toString('latin1')),
  );
  const fds: { layer: number; fd: number; root: string }[] = [];
  try {
    for (const { layer } of lower) {
      const root = input.lower[layer] ?? '';
      const name = node.names.at(-1) ?? Buffer.from('.');
      const fd = withDirectory(root, node.names.slice(0, -1), parent => openDirectory(parent, name));
      if (fd !== undefined) fds.push({ layer, fd, root });
    }
    const names = new Map(
      fds.flatMap(({ fd }) => (namesOf(fd) ?? []).map(name => [name.toString('latin1'), name] as const)),
    );
    return [...names].flatMap(([key, name]) => {
      const below = present.has(key) ? undefined : lookBelow(fds, name)[0];
      if (below === undefined) return [];
      const path = pathOf([...node.names, name]);
      const placeBefore = { root: input.lower[below.layer] ?? '', names: [...node.names, name] };
      return [
        { letter: 'D', kind: 'deleted', path, before: below.entry, differences: [], placeBefore } as const,
      ];
    });
  } finally {
    for (const { fd } of fds) closeSync(fd);
  }
}

/** The root is a directory that the plan makes, so it is compared with how it was made, and its time tells nothing. */
function rootChange({ root }: ChangesInput, { upper }: State): readonly FoundChange[] {
  if (root === undefined) return [];
  const differences = differencesOf({ ...root, mtimeNs: upper.mtimeNs }, upper, true);
  if (differences.length === 0) return [];
  const path = Buffer.from('/');
  return [{ letter: 'C', kind: 'metadata', path, before: root, after: upper, differences }];
}

/** Whether a path is asked for: one of these, or below. */
function isAsked(path: Buffer, only: readonly Buffer[]): boolean {
  return only.length === 0 || only.some(asked => isAtOrBelow(path, asked));
}

/** Whether something that is asked for can be at a path, or below it. */
function mayHold(path: Buffer, only: readonly Buffer[]): boolean {
  return isAsked(path, only) || only.some(asked => isAtOrBelow(asked, path));
}

/** Whether a path is another one, or lies below it. */
export function isAtOrBelow(path: Buffer, above: Buffer): boolean {
  if (above.length === 1) return true;
  const head = path.subarray(0, above.length);
  return head.equals(above) && (path.length === above.length || path[above.length] === 0x2f);
}
