/** What a container sees, listed by itself; and the same made of a base and a diff. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { IMAGE_MARK_FILE } from './image.ts';
import type { Place } from './modes.ts';
import { GUARD } from './probe.ts';
import { type Finished, runAs, tinydocker } from './run.ts';

/** By path: type, permissions, owner, time, link target, hash of the content. */
export type Tree = ReadonlyMap<string, string>;

export interface JsonChange {
  readonly version: number;
  readonly change: 'A' | 'C' | 'D';
  readonly path: string;
  readonly kind: string;
  readonly after: {
    readonly type: string;
    readonly mode: string;
    readonly uid: number;
    readonly gid: number;
    readonly mtime: string;
    readonly target?: string;
    readonly sha256?: string;
  } | null;
}

const LIST = `list() { echo "=== $1"
  find /m /made -exec stat -c '%F|%a|%u|%g|%Y|%N' {} + 2>/dev/null
  echo ---
  find /m /made -type f -exec sha256sum {} + 2>/dev/null; echo; }; `;

/** Makes edits in a new container that is kept, and gives what it saw below /m and /made before and after them. Edits that fail are no matter. */
export async function editIn(
  place: Place,
  name: string,
  edits: string,
  options: readonly string[] = [],
): Promise<{ readonly before: Tree; readonly after: Tree }> {
  const run = await tinydocker(place, [
    ...['run', '-q', '--keep', ...options, name, 'sh', '-c', listed(edits)],
  ]);
  return treesIn(run);
}

/** Mounts a kept container's layers as a start does, and runs a command of the image in them. Arguments: the store, overlay's options, where, the program. */
const IN_KEPT = `
cd -- "$1"; mount --no-mtab -t overlay overlay -o "$2" -- "$3"; cd -- "$3"
[ -e .${IMAGE_MARK_FILE} ] || exit 99
exec chroot . /bin/sh -c "$4"`;

/** The same in a container that was kept, whose files are those of an image with a static busybox. */
export async function editKept(
  place: Place,
  name: string,
  edits: string,
): Promise<{ readonly before: Tree; readonly after: Tree }> {
  const { store, mode } = place;
  const directory = `containers/${name}`;
  const record = JSON.parse(readFileSync(join(store, directory, 'container.json'), 'utf8')) as {
    readonly layers: readonly string[];
    readonly frozen?: readonly string[];
  };
  const lower = [...record.layers, ...(record.frozen ?? [])].toReversed().map(link => `l/${link}`);
  const encoding = mode.name === 'root' ? 'redirect_dir=nofollow,metacopy=off' : 'userxattr';
  const user = {
    root: [],
    range: ['--user', '--map-root-user', '--map-auto'],
    single: ['--user', '--map-root-user'],
  };
  const run = await runAs(place, [
    ...['unshare', ...user[mode.name], '--mount', '--propagation', 'private', '--'],
    ...['sh', '-ec', IN_KEPT, 'in-kept', store],
    `${encoding},lowerdir=${lower.join(':')},upperdir=${directory}/upper,workdir=${directory}/work`,
    ...[`${directory}/merged`, listed(edits)],
  ]);
  return treesIn(run);
}

function listed(edits: string): string {
  return `${GUARD}${LIST}umask 022; list before; { ${edits}\n:; } 2>/dev/null; list after`;
}

function treesIn({ status, stdout, stderr }: Finished): { readonly before: Tree; readonly after: Tree } {
  assert.is(status, 0, stderr);
  const [, before = '', after = ''] = stdout.split(/^=== .*\n/m);
  return { before: treeIn(before), after: treeIn(after) };
}

/** The changes below /m and /made, as programs get them. */
export async function changesOf(place: Place, name: string): Promise<readonly JsonChange[]> {
  const { status, stdout, stderr } = await tinydocker(place, [
    ...['diff', '--format', 'json', '--content', name, '/m', '/made'],
  ]);
  assert.is(status, 0, stderr);
  return stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as JsonChange]));
}

/** The base with the changes made in it. */
export function applied(base: Tree, changes: readonly JsonChange[]): Tree {
  const tree = new Map(base);
  const clear = (path: string) => {
    for (const known of tree.keys()) if (known === path || known.startsWith(`${path}/`)) tree.delete(known);
  };
  for (const { change, path, after } of changes) {
    assert.is(tree.has(path), change !== 'A', `${change} ${path}`);
    if (change === 'D' || after?.type !== 'directory') clear(path);
    if (after === null) continue;
    const { type, mode, uid, gid, mtime, target = '', sha256 = '' } = after;
    const time = Math.floor(Date.parse(mtime.replace(/\.(\d{3})\d*Z$/, '.$1Z')) / 1000);
    tree.set(path, lineOf(type, Number.parseInt(mode, 8).toString(8), `${uid}:${gid}`, time, target, sha256));
  }
  return tree;
}

/** The lines, sorted: for a comparison that shows what differs. */
export function sorted(tree: Tree): readonly string[] {
  return [...tree].map(([path, line]) => `${path} ${line}`).sort();
}

function treeIn(text: string): Tree {
  const [list = '', sums = ''] = text.split('---\n');
  const hashes = new Map(sums.split('\n').map(line => [line.slice(66), line.slice(0, 64)] as const));
  const tree = new Map<string, string>();
  for (const line of list.split('\n')) {
    const [type = '', mode = '', uid, gid, time, ...rest] = line.split('|');
    const [, path, target = ''] = /^'?(.*?)'?(?: -> '(.*)')?$/.exec(rest.join('|')) ?? [];
    if (path === undefined || type === '') continue;
    const kind = TYPES[type] ?? type;
    tree.set(path, lineOf(kind, mode, `${uid}:${gid}`, Number(time), target, hashes.get(path) ?? ''));
  }
  return tree;
}

const TYPES: Readonly<Record<string, string>> = {
  'regular file': 'file',
  'regular empty file': 'file',
  'symbolic link': 'symlink',
};

function lineOf(
  type: string,
  mode: string,
  owner: string,
  time: number,
  target: string,
  sha256: string,
): string {
  return [type, type === 'symlink' ? '' : mode, owner, time, target, sha256].join(' ');
}
