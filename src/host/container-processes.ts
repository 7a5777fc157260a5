/**
 * The processes of running containers, from /proc: those in the PID namespace of a container's init, and in namespaces below that. A container has no control group of its own,
 * so what it uses is the sum over its processes. Read-only; nothing here trusts a PID without the time when its process started.
 */

import { readdirSync, readlinkSync } from 'node:fs';
import type { Init } from './init-process.ts';
import { readText } from './text-file.ts';

/** Clock ticks in a second, as /proc counts them: USER_HZ is 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;

export interface ContainerProcess {
  /** The host's number. */
  readonly pid: number;
  /** The container's number. */
  readonly number: number;
  /** The host's number of its parent. */
  readonly parent: number;
  /** The user as the host numbers him. */
  readonly uid: number;
  readonly threads: number;
  /** Resident memory in bytes, what it shares with others included. */
  readonly resident: number;
  /** Clock ticks that it has spent, and that its children had spent which it has waited for. */
  readonly ticks: number;
  readonly childTicks: number;
  /** When it started, in clock ticks since the boot. */
  readonly start: number;
  /** The device number of its terminal, 0 for none; see proc(5). */
  readonly terminal: number;
  /** The words of its command line; empty for one that has ended and was not waited for yet. */
  readonly words: readonly string[];
  /** The name of its program, cut at 15 bytes by the kernel. */
  readonly program: string;
}

/** The processes of each container, in one walk through /proc; none for a container whose init lives no longer. */
export function processesOf(inits: readonly Init[]): ReadonlyMap<Init, readonly ContainerProcess[]> {
  const owners = new Map<number, Init>();
  const found = new Map<Init, ContainerProcess[]>(inits.map(init => [init, []]));
  const namespaces = new Map<string, Init>();
  for (const init of inits) {
    const namespace = namespaceOf(init.pid);
    // Asked for afterwards: the link was that of the process that is meant.
    if (String(readStat(init.pid)?.start) !== init.start) continue;
    owners.set(init.pid, init);
    if (namespace !== undefined) namespaces.set(namespace, init);
  }
  const depth = numbersIn(readText('/proc/self/status')).length;
  const candidates = numericNames('/proc').flatMap(pid => candidate(pid, depth));
  const byPid = new Map(candidates.map(one => [one.pid, one]));
  for (const one of candidates) {
    const init = ownerOf(one, byPid, owners, namespaces);
    const process = init === undefined ? undefined : details(one);
    if (init !== undefined && process !== undefined) found.get(init)?.push(process);
  }
  return found;
}

/** What is known of a process in a PID namespace below ours. */
interface Candidate {
  readonly pid: number;
  readonly parent: number;
  /** Its number in the namespace just below ours. */
  readonly number: number;
  readonly status: string;
}

function candidate(pid: number, depth: number): readonly Candidate[] {
  const status = readText(`/proc/${pid}/status`);
  const number = numbersIn(status)[depth];
  return number === undefined ? [] : [{ pid, parent: field(status, 'PPid'), number, status }];
}

/**
 * By its namespace, which every process of one has, also one that was sent in from outside; else, when that can not be read or lies further down, by whose child
 * it is: what is remembered in `owners`.
 */
function ownerOf(
  one: Candidate,
  byPid: ReadonlyMap<number, Candidate>,
  owners: Map<number, Init>,
  namespaces: ReadonlyMap<string, Init>,
): Init | undefined {
  const known = owners.get(one.pid);
  if (known !== undefined) return known;
  const namespace = namespaceOf(one.pid);
  const parent = byPid.get(one.parent);
  const owner =
    (namespace === undefined ? undefined : namespaces.get(namespace)) ??
    (parent === undefined ? undefined : ownerOf(parent, byPid, owners, namespaces));
  if (owner !== undefined) owners.set(one.pid, owner);
  return owner;
}

function details({ pid, parent, number, status }: Candidate): ContainerProcess | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  return {
    ...{ pid, parent, number, ...stat },
    uid: field(status, 'Uid'),
    threads: field(status, 'Threads'),
    resident: field(status, 'VmRSS') * 1024,
    words: readText(`/proc/${pid}/cmdline`)
      .replace(/\0+$/, '')
      .split('\0')
      .filter((word, index) => word !== '' || index > 0),
    program: /^Name:\t(.*)$/m.exec(status)?.[1] ?? '',
  };
}

function readStat(
  pid: number,
): Pick<ContainerProcess, 'ticks' | 'childTicks' | 'start' | 'terminal'> | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may contain any character; what follows is field 3.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [terminal, user, system, childUser, childSystem, start] = [4, 11, 12, 13, 14, 19].map(
    index => fields[index],
  );
  if (start === undefined) return undefined;
  return {
    terminal: terminal ?? 0,
    ticks: (user ?? 0) + (system ?? 0),
    childTicks: (childUser ?? 0) + (childSystem ?? 0),
    start,
  };
}

/** Its numbers in our PID namespace and in those below. */
function numbersIn(status: string): readonly number[] {
  return (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function numericNames(directory: string): readonly number[] {
  return readdirSync(directory)
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}
