/** podman with a store of its own, for comparisons: it leaves nothing on the machine. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage, staticBusybox } from './image.ts';
import { MODES, type Place, withPlace } from './modes.ts';
import { GUARD } from './probe.ts';

export const hasPodman = spawnSync('podman', ['--version']).status === 0;

/** Calls podman with these words, as whoever runs the tests. */
export type Podman = (args: readonly string[]) => SpawnSyncReturns<string>;

/**
 * podman keeps a mount of its own beside its store: a test's mount table is none of its business. And its locks and what it knows of its containers lie
 * where every podman looks, whatever its store: one that resets its own would take them from another that is at work.
 */
const APART = `
dir=$1; shift; mkdir -p "$dir/podman-locks" "$dir/podman-state" /run/libpod
mount --no-mtab --bind "$dir/podman-locks" /dev/shm; mount --no-mtab --bind "$dir/podman-state" /run/libpod
exec podman "$@"`;

/** Gives a podman whose store lies in the directory, and takes away what it leaves. */
export function withPodman<Value>(dir: string, use: (podman: Podman) => Value): Value {
  const podman = ['--root', join(dir, 'podman'), '--runroot', join(dir, 'podman-run')];
  const own = ['--mount', '--propagation', 'private', '--', 'sh', '-euc', APART, 'podman', dir, ...podman];
  // Its default group is every podman's, also of a test that runs meanwhile.
  const group = `tinydocker-test-${randomBytes(8).toString('hex')}`;
  const call: Podman = args => {
    const verb = args.findIndex(word => word === 'run' || word === 'create');
    const grouped =
      verb < 0 ? args : [...args.slice(0, verb + 1), '--cgroup-parent', `/${group}`, ...args.slice(verb + 1)];
    return spawnSync('unshare', [...own, ...grouped], { encoding: 'utf8' });
  };
  try {
    return use(call);
  } finally {
    call(['system', 'reset', '--force']);
    for (const path of groupsNamed(group)) rmdirSync(path);
  }
}

/**
 * What a shell program prints in which `podman` is one with a store in the directory: for containers that run while others look at them, which takes one mount
 * table for all calls. It has to remove its containers itself. $RUNTIME is empty, or options that choose a runtime.
 */
export function podmanProgram(dir: string, program: string): SpawnSyncReturns<string> {
  const text = `podman() { command podman --root "$0/podman" --runroot "$0/podman-run" $RUNTIME "$@"; }\n${program}`;
  const words = ['--mount', '--propagation', 'private', '--', 'sh', '-c', text, dir];
  return withPodman(dir, () => spawnSync('unshare', words, { encoding: 'utf8', timeout: 60_000 }));
}

/** Why containers of podman's can not be compared with ours here; undefined when they can. */
export async function whyNoContainers(): Promise<string | undefined> {
  if (!hasPodman) return 'podman is not installed';
  const [root] = MODES;
  if (
    staticBusybox() === undefined ||
    root === undefined ||
    root.unavailable !== undefined ||
    process.getuid?.() !== 0
  )
    return 'podman is compared as root, with a static busybox';
  const tried = await withPlace(root, place => inPodman(place, makeImage(place), '', () => true));
  return tried === undefined ? 'podman runs no container on this machine' : undefined;
}

/** What `use` makes of a container of podman's in which the edits were made, run with these options; undefined when it runs no container on this machine. */
export function inPodman<Value>(
  { dir, store }: Place,
  image: ImageRecord,
  edits: string,
  use: (podman: Podman, container: string) => Value,
  options: readonly string[] = [],
): Value | undefined {
  const rootfs = join(store, 'layers', image.layers[0]?.digest ?? '', 'files');
  return withPodman(dir, call => {
    const tar = spawnSync('tar', ['-C', rootfs, '-cf', join(dir, 'root.tar'), '.']);
    assert.is(tar.status, 0);
    assert.is(call(['import', join(dir, 'root.tar'), 'matrix']).status, 0);
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
    for (const [index, runtime] of [[], ['--runtime', 'runc']].entries()) {
      const name = `matrix${index}`;
      const command = `${GUARD}umask 022; { ${edits}\n:; } 2>/dev/null`;
      const run = [
        'run',
        '--name',
        name,
        '--network',
        'none',
        ...limits,
        ...options,
        'matrix',
        'sh',
        '-c',
        command,
      ];
      if (call([...runtime, ...run]).status === 0) return use(args => call([...runtime, ...args]), name);
    }
    return undefined;
  });
}

/** The control groups of this name, in each hierarchy, and those below them; innermost first. */
function groupsNamed(group: string): readonly string[] {
  const top = '/sys/fs/cgroup';
  if (!existsSync(top)) return [];
  const below = (path: string): readonly string[] => [
    ...readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .flatMap(entry => below(join(path, entry.name))),
    path,
  ];
  return ['.', ...readdirSync(top)]
    .map(name => join(top, name, group))
    .filter(path => existsSync(path))
    .flatMap(below);
}
