/** What differs between two looks at a container. Pure. */

import {
  type FileEntry,
  type InitSnapshot,
  type MountRow,
  type NamespaceEntry,
  type ProcessEntry,
  type Snapshot,
  UNKNOWN,
} from './snapshot.ts';

export const TOPICS = ['mounts', 'namespaces', 'processes', 'files', 'host'] as const;
export type Topic = (typeof TOPICS)[number];

/** `+` is new, `-` is gone, `~` is another than before. */
export interface Change {
  readonly topic: Topic;
  readonly sign: '+' | '-' | '~';
  /** One line: what it is about, in words of the kernel's own tables. */
  readonly text: string;
}

/** Where the plan's short names stand for: `$M`, `$C`. The longest value first. */
export type Names = readonly (readonly [name: string, path: string])[];

/** More mounts than this that moved together are told in one line. */
const FEW = 3;

/** Everything that changed, in the order of TOPICS. Paths are told by the plan's short names. */
export function changesBetween(before: Snapshot, after: Snapshot, names: Names = []): readonly Change[] {
  const [old, now] = [before.init, after.init];
  return [
    ...mountChanges(old?.mounts, now?.mounts, names),
    ...namespaceChanges(old, now),
    ...processChanges(old?.processes ?? [], now?.processes ?? []),
    ...fileChanges('$C', before.directory, after.directory),
    ...fileChanges('upper', before.upper, after.upper),
    ...hostChanges(before, after),
  ];
}

/**
 * What differs although everything was made anew: numbers of processes, namespaces and mounts are others then, and tell nothing. For a step back that
 * was made by starting again.
 */
export function changesBesidesNumbers(before: Snapshot, after: Snapshot): readonly Change[] {
  return changesBetween(renumbered(before), renumbered(after));
}

function renumbered(snapshot: Snapshot): Snapshot {
  const { init } = snapshot;
  if (init === undefined) return snapshot;
  const order = new Map(init.mounts.map(({ id }, index) => [id, index + 1]));
  return {
    ...snapshot,
    // The name of a terminal is in the text of a file, and may be longer.
    directory: snapshot.directory.map(({ path, type }) => ({ path, type })),
    init: {
      ...init,
      pid: 1,
      processes: init.processes.map(process => ({ ...process, pid: process.number })),
      namespaces: init.namespaces.map(namespace => ({ ...namespace, id: namespace.own ? 1 : 0 })),
      mounts: init.mounts.map(mount => ({
        ...mount,
        id: order.get(mount.id) ?? 0,
        parent: order.get(mount.parent) ?? 0,
        propagation: mount.propagation.replaceAll(/\d+/g, 'N'),
        // A terminal that is bound has a number as its name.
        ...(mount.type === 'devpts' ? { root: mount.root.replace(/\d+$/, 'N') } : {}),
      })),
    },
  };
}

/** By their ids: one that is mounted elsewhere has moved, and is not a new one. */
function mountChanges(
  before: readonly MountRow[] | undefined,
  after: readonly MountRow[] | undefined,
  names: Names,
): readonly Change[] {
  // A whole table comes with its namespace and goes with it: to list it would hide what matters.
  if (before === undefined || after === undefined) return tableChange(before, after);
  const byId = new Map(before.map(mount => [mount.id, mount]));
  const ids = new Set(after.map(({ id }) => id));
  const changed = after.flatMap(mount => {
    const old = byId.get(mount.id);
    return old === undefined ? [] : [{ old, mount }];
  });
  const moved = changed.filter(({ old, mount }) => old.target !== mount.target);
  const altered = changed.filter(
    ({ old, mount }) => old.target === mount.target && stateOf(old) !== stateOf(mount),
  );
  return [
    ...removals(
      before.filter(({ id }) => !ids.has(id)),
      names,
    ),
    ...after.filter(({ id }) => !byId.has(id)).map(mount => change('mounts', '+', mountText(mount, names))),
    ...moves(moved, names),
    ...altered.map(({ old, mount }) =>
      change('mounts', '~', `${short(mount.target, names)}  ${difference(old, mount)}`),
    ),
  ];
}

function tableChange(
  before: readonly MountRow[] | undefined,
  after: readonly MountRow[] | undefined,
): readonly Change[] {
  if (after !== undefined) return [change('mounts', '+', tableText(after.length))];
  if (before !== undefined)
    return [change('mounts', '-', `the container's mount table: ${mountCount(before.length)}`)];
  return [];
}

/** What comes with a mount namespace. */
export function tableText(mounts: number): string {
  return `a mount table of its own, a copy: ${mountCount(mounts)}`;
}

function mountCount(count: number): string {
  return `${count} mount${count === 1 ? '' : 's'}`;
}

/** Many that went with the one they are below are one line: umount(8) with --lazy takes a whole tree. */
function removals(gone: readonly MountRow[], names: Names): readonly Change[] {
  const byId = new Map(gone.map(mount => [mount.id, mount]));
  const trees = new Map<MountRow, MountRow[]>();
  for (const mount of gone) {
    let top = mount;
    for (let above = byId.get(top.parent); above !== undefined && above !== top; above = byId.get(top.parent))
      top = above;
    trees.set(top, [...(trees.get(top) ?? []), mount]);
  }
  return [...trees].flatMap(([top, those]) =>
    those.length <= FEW
      ? those.map(mount => change('mounts', '-', mountText(mount, names)))
      : [change('mounts', '-', `${short(top.target, names)}  and ${mountCount(those.length - 1)} below it`)],
  );
}

/** Many that moved below one place are one line: pivot_root moves the whole old tree. */
function moves(
  moved: readonly { readonly old: MountRow; readonly mount: MountRow }[],
  names: Names,
): readonly Change[] {
  const line = ({ old, mount }: (typeof moved)[number]) =>
    change('mounts', '~', `${short(old.target, names)}  is now  ${short(mount.target, names)}`);
  const places = new Map<string | undefined, (typeof moved)[number][]>();
  for (const one of moved) {
    const place = placeOf(one.old.target, one.mount.target, names);
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  return [...places].flatMap(([place, those]) =>
    place === undefined || those.length <= FEW
      ? those.map(line)
      : [change('mounts', '~', `${those.length} mounts moved ${place}`)],
  );
}

/** Where a mount was moved to or from, in words: what is in front of the path that stayed. Undefined when neither path is the end of the other. */
function placeOf(from: string, to: string, names: Names): string | undefined {
  const [old, now] = [from, to].map(path => (path === '/' ? '' : path)) as [string, string];
  if (now.endsWith(old)) return `below ${short(now.slice(0, now.length - old.length) || '/', names)}`;
  if (old.endsWith(now)) return `up from ${short(old.slice(0, old.length - now.length), names)}`;
  return undefined;
}

const STATE = ['options', 'superOptions', 'propagation', 'type', 'source', 'root'] as const;

function stateOf(mount: MountRow): string {
  return STATE.map(field => mount[field]).join(' ');
}

/** Only what is another than before. */
function difference(old: MountRow, mount: MountRow): string {
  return STATE.filter(field => old[field] !== mount[field])
    .map(field => `${old[field]} -> ${mount[field]}`)
    .join('  ');
}

/** A mount in one line: target, type, whether it can be written, and where it comes from when it is bound. */
export function mountText({ target, type, options, root, source }: MountRow, names: Names = []): string {
  const access = options.split(',')[0] ?? '';
  const bound = root === '/' ? '' : `  ${root}`;
  return `${short(target, names)}  ${type}  ${access}${bound}${source === type || source === 'none' ? '' : `  ${source}`}`;
}

/** The path with the plan's short name for what it begins with. */
export function short(path: string, names: Names): string {
  const found = names.find(([, start]) => path === start || path.startsWith(`${start}/`));
  return found === undefined ? path : found[0] + path.slice(found[1].length);
}

function namespaceChanges(
  before: InitSnapshot | undefined,
  after: InitSnapshot | undefined,
): readonly Change[] {
  const [old, now] = [before?.namespaces ?? [], after?.namespaces ?? []];
  const added = now.filter(one => !old.some(other => other.name === one.name && other.id === one.id));
  const removed = old.filter(one => !now.some(other => other.name === one.name && other.id === one.id));
  return [
    ...removed.filter(({ own }) => own).map(one => change('namespaces', '-', namespaceText(one))),
    ...added.filter(({ own }) => own).map(one => change('namespaces', '+', namespaceText(one))),
    ...single('hostname', before?.hostname, after?.hostname),
    ...interfaceChanges(before, after),
    ...single('cgroup', before?.cgroups.join(' '), after?.cgroups.join(' ')),
  ];
}

/** A namespace in one line. */
export function namespaceText({ name, id, own }: NamespaceEntry): string {
  return `${name}  ${number(id)}${own ? '  its own' : "  the host's"}`;
}

function number(value: number): string {
  return value === UNKNOWN ? '?' : String(value);
}

/** What comes and goes with init says nothing new; what changes while init lives does. */
function single(name: string, before: string | undefined, after: string | undefined): readonly Change[] {
  if (before === undefined || after === undefined || before === after) return [];
  return [change('namespaces', '~', `${name}  ${before} -> ${after}`)];
}

function interfaceChanges(
  before: InitSnapshot | undefined,
  after: InitSnapshot | undefined,
): readonly Change[] {
  if (before === undefined || after === undefined) return [];
  const text = ({ name, up }: { readonly name: string; readonly up: boolean }) =>
    `interface ${name}  ${up ? 'up' : 'down'}`;
  return [
    ...before.interfaces
      .filter(({ name }) => !after.interfaces.some(other => other.name === name))
      .map(one => change('namespaces', '-', text(one))),
    ...after.interfaces.flatMap(one => {
      const old = before.interfaces.find(({ name }) => name === one.name);
      if (old === undefined) return [change('namespaces', '+', text(one))];
      return old.up === one.up ? [] : [change('namespaces', '~', text(one))];
    }),
  ];
}

function processChanges(before: readonly ProcessEntry[], after: readonly ProcessEntry[]): readonly Change[] {
  return [
    ...before
      .filter(({ pid }) => !after.some(other => other.pid === pid))
      .map(one => change('processes', '-', processText(one))),
    ...after.flatMap(one => {
      const old = before.find(({ pid }) => pid === one.pid);
      if (old === undefined) return [change('processes', '+', processText(one))];
      return old.command === one.command ? [] : [change('processes', '~', processText(one))];
    }),
  ];
}

/** A process in one line. */
export function processText({ pid, number: inside, command }: ProcessEntry): string {
  return `PID ${number(pid)} on the host, ${number(inside)} inside: ${command}`;
}

/** A file in one line; `place` is `$C` or `upper`. */
export function fileText(place: string, { path, type }: FileEntry): string {
  return `${path === '' ? place : `${place}/${path}`}  ${type}`;
}

function fileChanges(
  place: string,
  before: readonly FileEntry[],
  after: readonly FileEntry[],
): readonly Change[] {
  const old = new Map(before.map(entry => [entry.path, entry]));
  const now = new Map(after.map(entry => [entry.path, entry]));
  const text = (entry: FileEntry) => fileText(place, entry);
  return [
    ...before.filter(({ path }) => !now.has(path)).map(entry => change('files', '-', text(entry))),
    ...after.flatMap(entry => {
      const was = old.get(entry.path);
      if (was === undefined) return [change('files', '+', text(entry))];
      return was.type === entry.type && was.size === entry.size ? [] : [change('files', '~', text(entry))];
    }),
  ];
}

function hostChanges({ host: before }: Snapshot, { host: after }: Snapshot): readonly Change[] {
  if (before.digest === after.digest) return [];
  return [
    change(
      'host',
      '~',
      `the host's mount table changed: ${before.mounts} mounts before, ${after.mounts} now`,
    ),
  ];
}

/** One of them. */
export function change(topic: Topic, sign: Change['sign'], text: string): Change {
  return { topic, sign, text };
}
