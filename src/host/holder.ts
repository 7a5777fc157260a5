/** Who has a container just now: its journal says who carries it out, and the kernel who has its lock. Read-only. */

import { statSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { hasEnded, readJournal } from './journal-file.ts';
import { ownerLives } from './owner.ts';
import { readText } from './text-file.ts';

export interface Holder {
  readonly pid: number;
  /** What it does: "run", "cp", as far as that can be seen. */
  readonly verb: string | undefined;
}

/** Undefined when nobody has it any more, or nobody who can be seen from here. */
export function holderOf(directory: string): Holder | undefined {
  const locking = lockHolder(directory);
  if (locking !== undefined) return locking;
  const journal = readJournal(directory);
  if (journal === undefined || hasEnded(journal.records) || !ownerLives(journal.head.owner)) return undefined;
  return { pid: journal.head.owner.pid, verb: journal.head.kind };
}

/** Somebody else was quicker: what was not done, as a past participle, and who it was. */
export function heldError(directory: string, name: string, participle: string): UserError {
  const holder = holderOf(directory);
  return new UserError(
    `The container ${shown(name)} was not ${participle}: ${holder === undefined ? 'somebody else was quicker' : `${holderText(holder)} has it`}.`,
    { hint: 'Try again when that is done.' },
  );
}

/** "tinydocker start (process 123)". */
export function holderText({ pid, verb }: Holder): string {
  return verb === undefined ? `process ${pid}` : `tinydocker ${verb} (process ${pid})`;
}

/** flock(2) is listed by device and inode; see proc_locks(5). The lock is held by a command of a step: what counts is who started that. */
function lockHolder(directory: string): Holder | undefined {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  const [major, minor] = [(stats.dev >> 8) & 0xfff, (stats.dev & 0xff) | ((stats.dev >> 12) & 0xfff00)];
  const file = `${hex(major)}:${hex(minor)}:${stats.ino}`;
  for (const line of readText('/proc/locks').split('\n')) {
    const [, kind, , , pid, locked] = line.split(/\s+/);
    if (kind === 'FLOCK' && locked === file && Number(pid) > 0) return namedHolder(Number(pid));
  }
  return undefined;
}

function namedHolder(pid: number): Holder {
  for (let at = pid; at > 1; ) {
    const words = readText(`/proc/${at}/cmdline`).split('\0');
    const program = words.findIndex(word => /(^|\/)(cli\.js|tinydocker)$/.test(word));
    // Only a start takes the lock in the background.
    if (program >= 0) return { pid: at, verb: words[program + 1]?.replace('monitor', 'start') };
    at = Number(/^PPid:\s*(\d+)/m.exec(readText(`/proc/${at}/status`))?.[1] ?? 0);
  }
  return { pid, verb: undefined };
}
