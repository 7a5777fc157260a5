/** Looks at a container while it is made, as the kernel shows it. Changes nothing; one look takes about as long as one process. */

import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../exec/process.ts';
import { processesOf } from '../host/container-processes.ts';
import { JOURNAL_FILE } from '../host/journal-file.ts';
import { mountTable } from '../host/mount-table.ts';
import { startTime } from '../host/owner.ts';
import { readText } from '../host/text-file.ts';
import { C, INIT, type Values } from '../plan/arg.ts';
import { enterPrefix } from '../plan/enter.ts';
import type { NamespaceName } from '../plan/step.ts';
import {
  commandText,
  type FileEntry,
  type InitSnapshot,
  type InterfaceEntry,
  type NamespaceEntry,
  type Snapshot,
} from './snapshot.ts';

/** As /proc/PID/ns names them. */
const LINKS: Readonly<Record<NamespaceName, string>> = {
  user: 'user',
  mount: 'mnt',
  uts: 'uts',
  ipc: 'ipc',
  net: 'net',
  pid: 'pid',
  cgroup: 'cgroup',
};

/** The most entries of a writable layer that are looked at: an image's volumes, or a kept container's own, may hold a million. */
const MOST_FILES = 500;
/** Below these of the container's directory there is what overlay and the container keep. */
const CLOSED = new Set(['upper', 'merged', 'volumes', 'layers']);

/** A look at the container whose directory and init are among the plan's values, as far as they are known. */
export async function takeSnapshot(values: Values): Promise<Snapshot> {
  const host = readText('/proc/self/mountinfo');
  const directory = values.get(C.var);
  const upper = directory === undefined ? NOTHING : filesBelow(join(directory, 'upper'), () => true);
  const init = await lookAtInit(Number(values.get(INIT.var)));
  return {
    host: {
      mounts: host.split('\n').length - 1,
      digest: createHash('sha256').update(host).digest('hex').slice(0, 16),
    },
    directory: directory === undefined ? [] : containersDirectory(directory),
    upper: upper.entries,
    upperComplete: upper.complete,
    ...(init === undefined ? {} : { init }),
  };
}

/** With itself first: as long as it is there, something is left. */
function containersDirectory(directory: string): readonly FileEntry[] {
  const itself = entryOf(directory, '');
  return itself === undefined ? [] : [itself, ...filesBelow(directory, path => !CLOSED.has(path)).entries];
}

async function lookAtInit(pid: number): Promise<InitSnapshot | undefined> {
  const start = pid > 1 ? startTime(pid) : undefined;
  if (start === undefined) return undefined;
  const identity = { pid, start };
  const found = processesOf([identity]).get(identity) ?? [];
  const processes = found
    .map(process => ({
      pid: process.pid,
      number: process.number,
      command: commandText(process.words, process.program),
    }))
    .toSorted((one, other) => one.number - other.number);
  const namespaces = namespacesOf(pid);
  const hostname = await hostnameOf(pid, namespaces);
  // Asked for last: all that was read was that of this process.
  if (startTime(pid) !== start) return undefined;
  return {
    pid,
    number: processes.find(process => process.pid === pid)?.number ?? 1,
    processes,
    namespaces,
    mounts: mountTable(readText(`/proc/${pid}/mountinfo`)).map(
      ({ mountPoint, options, superOptions, propagation, ...mount }) => ({
        ...mount,
        target: mountPoint,
        options: options.join(','),
        superOptions: superOptions.join(','),
        propagation: propagation.join(' ') || 'private',
      }),
    ),
    ...(hostname === undefined ? {} : { hostname }),
    interfaces: interfacesOf(pid),
    cgroups: readText(`/proc/${pid}/cgroup`).split('\n').filter(Boolean),
  };
}

function namespacesOf(pid: number): readonly NamespaceEntry[] {
  return (Object.keys(LINKS) as NamespaceName[]).flatMap(name => {
    const [theirs, ours] = [pid, 'self'].map(of => namespaceId(of, name));
    return theirs === undefined ? [] : [{ name, id: theirs, own: theirs !== ours }];
  });
}

function namespaceId(of: number | string, name: NamespaceName): number | undefined {
  try {
    return Number(/\d+/.exec(readlinkSync(`/proc/${of}/ns/${LINKS[name]}`))?.[0]);
  } catch {
    return undefined;
  }
}

/** Only a process in the UTS namespace is told; see uname(2). */
async function hostnameOf(pid: number, namespaces: readonly NamespaceEntry[]): Promise<string | undefined> {
  const own = namespaces.filter(({ name, own }) => own && (name === 'uts' || name === 'user'));
  const where = { type: 'inside', namespaces: own.map(({ name }) => name) } as const;
  const { exitStatus, stdout } = await runCommand([
    ...(enterPrefix(where, String(pid)) as string[]),
    'hostname',
  ]);
  return exitStatus === 0 ? stdout.trim() : undefined;
}

/** /proc/PID/net shows that process's network namespace. An interface that is up has an address there, the loopback at least. */
function interfacesOf(pid: number): readonly InterfaceEntry[] {
  const routes = readText(`/proc/${pid}/net/fib_trie`);
  const names = [...readText(`/proc/${pid}/net/dev`).matchAll(/^\s*([^\s:]+):/gm)].map(
    ([, name = '']) => name,
  );
  return names.map(name => ({
    name,
    up:
      name === 'lo' ? routes.includes('127.0.0.0') : readText(`/proc/${pid}/net/route`).includes(`${name}\t`),
  }));
}

interface Listing {
  readonly entries: readonly FileEntry[];
  readonly complete: boolean;
}

const NOTHING: Listing = { entries: [], complete: true };

/** Sorted by path, without the journal, which grows with each step; never through a link. `enter` says of which directories the content is wanted. */
function filesBelow(root: string, enter: (path: string) => boolean): Listing {
  const entries: FileEntry[] = [];
  let complete = true;
  const walk = (relative: string) => {
    for (const entry of listed(join(root, relative))) {
      if (entries.length >= MOST_FILES) {
        complete = false;
        return;
      }
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (path === JOURNAL_FILE) continue;
      const found = entryOf(join(root, path), path);
      if (found === undefined) continue;
      entries.push(found);
      if (found.type === 'directory' && enter(path)) walk(path);
    }
  };
  const listed = (directory: string): readonly Dirent[] => {
    try {
      return readdirSync(directory, { withFileTypes: true }).toSorted((one, other) =>
        one.name < other.name ? -1 : 1,
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') complete = false;
      return [];
    }
  };
  walk('');
  return { entries, complete };
}

function entryOf(file: string, path: string): FileEntry | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isFile()) return { path, type: 'file', size: stats.size };
  if (stats.isDirectory()) return { path, type: 'directory' };
  if (stats.isSymbolicLink()) return { path, type: 'link' };
  if (stats.isFIFO()) return { path, type: 'fifo' };
  if (stats.isSocket()) return { path, type: 'socket' };
  return { path, type: stats.isCharacterDevice() && stats.rdev === 0 ? 'whiteout' : 'device' };
}
