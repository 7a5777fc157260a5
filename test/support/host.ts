/** The host before and after: what a container must not change, and must not leave behind. */

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { IMAGE_MARK, IMAGE_MARK_FILE, type ImageOptions, makeImage } from './image.ts';
import type { Place } from './modes.ts';

export interface HostState {
  /** /proc/self/mountinfo. */
  readonly mounts: string;
  /** Processes that are ours in some way: "PID START COMMAND". */
  readonly processes: readonly string[];
  /** The namespaces of those processes that are not this process's own. */
  readonly namespaces: readonly string[];
  /** Everything in the store. */
  readonly tree: readonly string[];
}

/** How long the kernel gets to take down what was killed, in milliseconds: much longer than it takes, because other tests keep the machine busy. */
const SETTLE_MS = 5000;

/** What is there now. Of the processes only those that descend from this one, name the store, or live in a container of this test's images. */
export function hostState(store: string): HostState {
  const processes = ourProcesses(store);
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    processes: processes.map(({ pid, start, command }) => `${pid} ${start} ${command}`),
    namespaces: [...new Set(processes.flatMap(({ pid }) => foreignNamespaces(pid)))].sort(),
    tree: treeOf(store),
  };
}

/** Throws when the host is not as it was. What was killed a moment ago gets some seconds to disappear. */
export async function assertUnchanged(before: HostState, store: string): Promise<void> {
  const expected = JSON.stringify(before);
  let now = hostState(store);
  for (let waited = 0; JSON.stringify(now) !== expected && waited < SETTLE_MS; waited += 50) {
    await sleep(50);
    now = hostState(store);
  }
  assert.equal(now.processes, before.processes, 'processes are left');
  assert.equal(now.namespaces, before.namespaces, 'namespaces are left');
  assert.equal(now.tree, before.tree, 'the store changed');
  assert.equal(now.mounts, before.mounts, "the host's mount table changed");
}

/** The body of a test, in a place with an image; afterwards the host has to be as before. */
export function leavesNothing(
  body: (place: Place) => Promise<void>,
  image: ImageOptions = {},
): (place: Place) => Promise<void> {
  return async place => {
    makeImage(place, image);
    const before = hostState(place.store);
    await body(place);
    await assertUnchanged(before, place.store);
  };
}

/**
 * A directory tree, one line an entry: permissions, owner, size or link target, sha256 of a file's content, path. Without a store's recordings of what was done: each command adds
 * one. test/e2e/ops.test.ts looks at them.
 */
export function treeOf(directory: string): readonly string[] {
  const lines: string[] = [];
  const walk = (path: string, name: string): void => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    lines.push(
      `${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${contentOf(path, stats)} ${JSON.stringify(name)}`,
    );
    if (!stats.isDirectory()) return;
    for (const entry of namesIn(path))
      if (name !== '.' || entry !== 'ops') walk(join(path, entry), `${name}/${entry}`);
  };
  walk(directory, '.');
  return lines;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot, which tells two processes with one number apart. */
  readonly start: string;
  readonly command: string;
  readonly mentions: boolean;
}

function ourProcesses(store: string): readonly Process[] {
  const all = new Map(allProcesses(store).map(entry => [entry.pid, entry]));
  const descends = (entry: Process | undefined): boolean =>
    entry !== undefined && (entry.parent === process.pid || descends(all.get(entry.parent)));
  return [...all.values()].filter(entry => entry.pid !== process.pid && (entry.mentions || descends(entry)));
}

function allProcesses(store: string): readonly Process[] {
  return namesIn('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      const stat = read(`/proc/${name}/stat`);
      const [state = '', parent = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A process that has ended and only waits to be collected is not left over.
      if (stat === '' || state === 'Z' || state === 'X') return [];
      const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
      // Its memory is gone: the kernel is taking it down.
      if (command === '') return [];
      const mentions =
        command.includes(store) ||
        read(`/proc/${name}/environ`).includes(store) ||
        read(`/proc/${name}/root${IMAGE_MARK_FILE}`).includes(IMAGE_MARK);
      return [{ pid: Number(name), parent: Number(parent), start: fields[17] ?? '', command, mentions }];
    });
}

function foreignNamespaces(pid: number): readonly string[] {
  return namesIn(`/proc/${pid}/ns`).flatMap(name => {
    const link = linkOf(`/proc/${pid}/ns/${name}`);
    return link === '' || link === linkOf(`/proc/self/ns/${name}`) ? [] : [link];
  });
}

function contentOf(path: string, stats: Stats): string {
  if (stats.isSymbolicLink()) return `-> ${linkOf(path)}`;
  if (!stats.isFile()) return '-';
  try {
    return `${stats.size} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  } catch {
    return `${stats.size} unreadable`;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
