/** podman with a store of its own, for comparisons: it leaves nothing on the machine. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

export const hasPodman = spawnSync('podman', ['--version']).status === 0;

/** Calls podman with these words, as whoever runs the tests. */
export type Podman = (args: readonly string[]) => SpawnSyncReturns<string>;

/** Gives a podman whose store lies in the directory, and takes away what it leaves. */
export function withPodman<Value>(dir: string, use: (podman: Podman) => Value): Value {
  const before = new Set(podmanGroups());
  const podman = ['--root', join(dir, 'podman'), '--runroot', join(dir, 'podman-run')];
  // podman keeps a mount of its own beside its store: the machine's mount table is none of its business.
  const own = ['--mount', '--propagation', 'private', '--', 'podman', ...podman];
  const call: Podman = args => spawnSync('unshare', [...own, ...args], { encoding: 'utf8' });
  try {
    return use(call);
  } finally {
    call(['system', 'reset', '--force']);
    for (const group of podmanGroups()) if (!before.has(group)) rmdirSync(group);
  }
}

/** The empty control groups that podman leaves, innermost first. */
function podmanGroups(): readonly string[] {
  const top = '/sys/fs/cgroup';
  if (!existsSync(top)) return [];
  const parents = ['.', ...readdirSync(top)]
    .map(name => join(top, name, 'libpod_parent'))
    .filter(path => existsSync(path));
  const below = (path: string): readonly string[] => [
    ...readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .flatMap(entry => below(join(path, entry.name))),
    path,
  ];
  return parents.flatMap(below);
}
