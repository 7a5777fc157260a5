/** The init of a running container, found from outside. A PID alone is never trusted, so it comes with the time when the process started. */

import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { INIT, INIT_START } from '../plan/arg.ts';
import { hasEnded, type JournalContents, readJournal } from './journal-file.ts';
import { type Owner, ownerLives, startTime, surroundings } from './owner.ts';
import { readText } from './text-file.ts';

export interface Init {
  /** The host's PID. */
  readonly pid: number;
  /** In clock ticks since the boot; see startTime in owner.ts. */
  readonly start: string;
}

/** The container's PID 1 as its journal names it, if it still lives: found without a look at other processes. Else as findInit finds it. */
export function recordedInit(directory: string, journal = readJournal(directory)): Init | undefined {
  if (journal === undefined) return findInit(directory);
  return ownerLives(journal.head.owner) ? journaledInit(journal) : undefined;
}

/** The same of a container whose gate is held, so that nobody has to look whether its owner lives. */
export function heldInit(directory: string, journal: JournalContents | undefined): Init | undefined {
  if (journal === undefined) return findInit(directory);
  return isOfHere(journal.head.owner) ? journaledInit(journal) : undefined;
}

/** Numbers of processes mean the same there and here. */
function isOfHere(owner: Owner): boolean {
  const { boot, namespace } = surroundings();
  return owner.boot === boot && owner.namespace === namespace;
}

/** The same of a container whose owner has died: it may take a moment to follow, or be stopped or frozen. */
export function survivingInit(directory: string): Init | undefined {
  const journal = readJournal(directory);
  if (journal === undefined || hasEnded(journal.records)) return undefined;
  return isOfHere(journal.head.owner) ? journaledInit(journal) : undefined;
}

function journaledInit(journal: JournalContents): Init | undefined {
  const values = journal.values;
  const [pid, start] = [Number(values.get(INIT.var)), values.get(INIT_START.var)];
  return pid > 1 && start !== undefined && startTime(pid) === start ? { pid, start } : undefined;
}

/**
 * The container's PID 1: the descendant of whoever holds its gate that is PID 1 of a PID namespace just below ours. Undefined when there is none (yet, or any
 * more), or when it can't be seen from here.
 */
function findInit(directory: string): Init | undefined {
  const owners = ownersOf(directory);
  const processes = allProcesses();
  const descends = (pid: number): boolean =>
    owners.includes(pid) ||
    ((processes.get(pid)?.parent ?? 0) > 1 && descends(processes.get(pid)?.parent ?? 0));
  const depth =
    (readText('/proc/self/status')
      .match(/^NSpid:.*$/m)?.[0]
      .split(/\s+/).length ?? 2) + 1;
  for (const [pid, { numbers, parent }] of processes) {
    if (numbers.length !== depth || numbers.at(-1) !== '1' || !descends(parent)) continue;
    const start = startTime(pid);
    if (start !== undefined) return { pid, start };
  }
  return undefined;
}

/** Who made the container: its journal says so; one that a script made has none, and there it is whoever has the gate open. */
function ownersOf(directory: string): readonly number[] {
  const owner = readJournal(directory)?.head.owner;
  if (owner !== undefined) return ownerLives(owner) ? [owner.pid] : [];
  const gate = join(directory, 'gate');
  return pids().filter(pid =>
    namesIn(`/proc/${pid}/fd`).some(fd => linkOf(`/proc/${pid}/fd/${fd}`) === gate),
  );
}

interface Process {
  readonly parent: number;
  /** "NSpid:", then its numbers in our PID namespace and in those below; see proc(5). */
  readonly numbers: readonly string[];
}

function allProcesses(): ReadonlyMap<number, Process> {
  return new Map(
    pids().map(pid => {
      const status = readText(`/proc/${pid}/status`);
      const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      return [pid, { parent, numbers: (/^NSpid:.*$/m.exec(status)?.[0] ?? '').split(/\s+/) }];
    }),
  );
}

function pids(): readonly number[] {
  return namesIn('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
