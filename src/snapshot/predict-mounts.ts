/** What mounts, remounts and unmounts do to a mount table, as far as that can be said without the machine. Pure. */

import { type MountRow, UNKNOWN } from './snapshot.ts';

/** One mount(2), as mount(8) is asked for it. Paths are absolute. */
export interface MountRequest {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

export type Table = readonly MountRow[];

/** The lines of an fstab(5); relative paths count from the working directory of mount(8). */
export function fstabRequests(text: string, directory: string): readonly MountRequest[] {
  return text.split('\n').flatMap(line => {
    const [source, target, type, options] = line.split(' ').map(field => unescape(field));
    if (source === undefined || target === undefined || type === undefined || options === undefined)
      return [];
    const names = options.split(',');
    return [
      {
        source: isBind(names) ? absolutePath(source, directory) : source,
        target: absolutePath(target, directory),
        type,
        options: names,
      },
    ];
  });
}

/** Whether it makes something that is mounted already appear in a second place. */
export function isBind(options: readonly string[]): boolean {
  return options.includes('bind') || options.includes('rbind');
}

/** The table with one more mount, and with what is mounted below the source when it is bound with that. Undefined when nobody can say what the source is. */
export function mounted(table: Table, request: MountRequest): Table | undefined {
  const { source, target, type, options } = request;
  const parent = mountAt(table, target)?.id ?? UNKNOWN;
  if (!isBind(options))
    return [...table, { ...row(type, source, target, options), id: freeId(table), parent }];
  const from = mountAt(table, source);
  if (from === undefined) return undefined;
  const top: MountRow = {
    ...from,
    id: freeId(table),
    parent,
    root: below(from.root, rest(source, from.target)),
    target,
    options: access(options, from),
  };
  const tree = options.includes('rbind') ? treeOf(table, from, source) : [];
  return [
    ...table,
    top,
    ...tree.map((mount, index) => ({
      ...mount,
      id: top.id - 1 - index,
      parent: top.id,
      target: below(target, rest(mount.target, source)),
      options: access(options, mount),
    })),
  ];
}

/** The table after `mount -o remount,bind,...` of what is mounted there: only whether it can be written changes. */
export function remounted(table: Table, target: string, options: readonly string[]): Table | undefined {
  const mount = mountAt(table, target);
  if (mount?.target !== target) return undefined;
  const flags = mount.options.split(',').filter(flag => flag !== 'rw' && flag !== 'ro');
  const changed = [options.includes('ro') ? 'ro' : 'rw', ...flags].join(',');
  return table.map(one => (one === mount ? { ...one, options: changed } : one));
}

/** The table after pivot_root(8): what was below the new root is below "/", everything else below the place for the old one. */
export function pivoted(table: Table, root: string, old: string): Table {
  const place = rest(old, root);
  return table.map(mount => ({
    ...mount,
    target: isBelow(mount.target, root)
      ? below('/', rest(mount.target, root))
      : below(below('/', place), rest(mount.target, '/')),
  }));
}

/** The table after `umount --lazy`: the mount goes, and what is on it. */
export function detached(table: Table, target: string): Table {
  return table.filter(mount => !isBelow(mount.target, target));
}

/** The mount that a path is on: of those that cover it, the topmost. */
export function mountAt(table: Table, path: string): MountRow | undefined {
  return table
    .filter(({ target }) => isBelow(path, target))
    .reduce<MountRow | undefined>(
      (best, mount) => (best === undefined || mount.target.length >= best.target.length ? mount : best),
      undefined,
    );
}

function isBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** What is mounted below a place, whether something else covers it or not. */
function treeOf(table: Table, from: MountRow, place: string): Table {
  const children = new Map<number, MountRow[]>();
  for (const mount of table) children.set(mount.parent, [...(children.get(mount.parent) ?? []), mount]);
  const found: MountRow[] = [];
  const walk = (id: number) => {
    for (const mount of children.get(id) ?? []) {
      if (mount.id === id || !isBelow(mount.target, place)) continue;
      found.push(mount);
      walk(mount.id);
    }
  };
  walk(from.id);
  return found;
}

function row(
  type: string,
  source: string,
  target: string,
  options: readonly string[],
): Omit<MountRow, 'id' | 'parent'> {
  return {
    root: '/',
    target,
    type,
    source,
    options: options.includes('ro') ? 'ro' : 'rw',
    superOptions: 'rw',
    propagation: 'private',
  };
}

/** A bound mount can be written when its source can, and nobody asks for less. */
function access(options: readonly string[], { options: own }: MountRow): string {
  const [first, ...flags] = own.split(',');
  return [options.includes('ro') ? 'ro' : first, ...flags].join(',');
}

function freeId(table: Table): number {
  return Math.min(UNKNOWN, ...table.map(({ id }) => id)) - 1;
}

/** What comes after the directory, without the slash between them. */
function rest(path: string, directory: string): string {
  return path.slice(directory.length).replace(/^\/+/, '');
}

function below(directory: string, name: string): string {
  if (name === '') return directory;
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** A path that counts from a directory when it is relative. */
export function absolutePath(path: string, directory: string): string {
  return path.startsWith('/') ? path : `${directory}/${path}`;
}

function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
