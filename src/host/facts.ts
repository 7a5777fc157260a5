/** Read-only probes of the machine: what the planner has to know about it. */

import { readFileSync, statSync } from 'node:fs';
import process from 'node:process';
import { MASKED_PATHS, READONLY_PATHS } from '../plan/defaults.ts';
import type { Facts } from '../plan/facts.ts';
import { staticBusybox } from './base-tools.ts';
import { readExecutable } from './elf.ts';
import { mountOf } from './mount-table.ts';
import { findProgram } from './programs.ts';
import { storeRoot } from './store-paths.ts';
import { readText } from './text-file.ts';
import { userName } from './user-name.ts';

/** Capability number of CAP_SYS_ADMIN; see capabilities(7). */
const CAP_SYS_ADMIN = 21n;

/** unshare has 50 kB, zstd one MB; anything much larger is busybox or the like, whose unshare has no --map-auto. In bytes. */
const LARGEST_PROGRAM = 8 << 20;

/** Where the store is, for verbs that only look at it. Throws a UserError when there is no place for it. */
export function probeStoreRoot(): string {
  return storeRoot(process.getuid?.() === 0);
}

/** Probes the machine. Starts no process and changes nothing; on a machine that is not Linux it still answers. */
export function probeFacts(): Facts {
  const privileged = hasCapSysAdmin();
  return {
    ...mapping(privileged),
    storeRoot: probeStoreRoot(),
    bash: findProgram('bash') !== undefined,
    // Only --init wants to know.
    get staticInit() {
      return staticInit();
    },
    get staticBusybox() {
      return staticBusybox();
    },
    ip: findProgram('ip') !== undefined,
    openssl: findProgram('openssl') !== undefined,
    zstd: findProgram('zstd') !== undefined,
    // Few plans want to know. It is the name of zlib's function, which only a zstd that was built with zlib calls.
    get zstdReadsGzip() {
      return programContains('zstd', 'inflate') ?? false;
    },
    shellMount: shellMount(),
    kernelPaths: kernelPaths(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
}

/** The id ranges that a subuid(5) file gives to a user, as [first, count]. */
export function idRanges(file: string, user: string, uid: number): readonly (readonly [number, number])[] {
  return readText(file)
    .split('\n')
    .flatMap(line => {
      const [owner, first, count] = line.split(':');
      return (owner === user || owner === String(uid)) && first && count
        ? [[Number(first), Number(count)] as const]
        : [];
    });
}

function mapping(privileged: boolean): Pick<Facts, 'mapping' | 'mappingReason'> {
  if (privileged) {
    // Root of a user namespace in which one id is mapped: there is nobody to become, and setgroups(2) is denied.
    return readText('/proc/self/setgroups').trim() === 'deny'
      ? { mapping: 'single', mappingReason: 'this is a user namespace with only one id' }
      : { mapping: 'host' };
  }
  const reason = rangeProblem();
  return reason === undefined ? { mapping: 'range' } : { mapping: 'single', mappingReason: reason };
}

/** Why newuidmap(1) could not give this user a range of ids. */
function rangeProblem(): string | undefined {
  const uid = process.getuid?.() ?? 0;
  const name = userName(uid);
  // unshare --map-auto looks the user's name up.
  if (name === undefined) return `uid ${uid} has no entry in /etc/passwd`;
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    if (idRanges(file, name, uid).every(([, count]) => !(count > 0)))
      return `${file} has no range for ${name}`;
  }
  for (const program of ['newuidmap', 'newgidmap']) {
    if (findProgram(program) === undefined) return `${program} is not installed (package uidmap)`;
  }
  if (programContains('unshare', 'map-auto') === false)
    return 'unshare is older than util-linux 2.38 and can not map ranges of ids';
  return undefined;
}

/** Whether a text, an option's name say, stands in a program's file; undefined when nobody can tell. Starting the program would cost ten times as much. */
function programContains(name: string, text: string): boolean | undefined {
  const path = findProgram(name);
  if (path === undefined) return undefined;
  try {
    if (statSync(path).size > LARGEST_PROGRAM) return false;
    return readFileSync(path).includes(text);
  } catch {
    // It may be executed but not read.
    return undefined;
  }
}

/** Names and places of inits that reap orphans and pass signals on; the last are docker's and podman's own. */
const INITS = ['catatonit', 'tini-static', 'tini', 'docker-init'] as const;
const OWN_INITS = ['/usr/libexec/podman/catatonit', '/usr/libexec/docker/docker-init'] as const;

/** One that is linked with a library would look for that in the image. */
function staticInit(): string | undefined {
  return [...INITS.map(findProgram), ...OWN_INITS].find(path => {
    if (path === undefined) return false;
    try {
      const program = readExecutable(readFileSync(path));
      const executes = mountOf(path)?.options.includes('noexec') !== true;
      return program.type === 'elf' && program.interpreter === undefined && executes;
    } catch {
      return false;
    }
  });
}

function hasCapSysAdmin(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText('/proc/self/status'))?.[1];
  if (effective === undefined) return process.getuid?.() === 0;
  return ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n && process.getuid?.() === 0;
}

function shellMount(): Facts['shellMount'] {
  const mount = mountOf('/bin/sh');
  const kept = ['nosuid', 'nodev', 'noexec'];
  return {
    point: mount?.mountPoint ?? '/',
    flags: kept.filter(flag => mount?.options.includes(flag)),
  };
}

function kernelPaths(): Facts['kernelPaths'] {
  const found = new Map<string, 'file' | 'directory'>();
  for (const path of [...MASKED_PATHS, ...READONLY_PATHS]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) found.set(path, stats.isDirectory() ? 'directory' : 'file');
  }
  return found;
}
