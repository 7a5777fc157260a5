/** The pseudo terminal of a running container, opened from outside. Read-only. */

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { TTY } from '../plan/arg.ts';
import { recordedInit } from './init-process.ts';
import { readJournal } from './journal-file.ts';
import { startTime } from './owner.ts';
import { readText } from './text-file.ts';

/**
 * A descriptor of it, for the caller to close; undefined when the container has none, or has ended. The journal says what it was called, and a name is soon used
 * again: so what was opened has to be the terminal that the kernel names for init's parent, which never leaves its session. While it is open, it can not be anything else.
 */
export function openContainerTerminal(directory: string): number | undefined {
  const journal = readJournal(directory);
  const path = journal === undefined ? undefined : journal.values.get(TTY.var);
  const init = recordedInit(directory);
  if (path === undefined || !/^\/dev\/pts\/\d+$/.test(path) || init === undefined) return undefined;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  const parent = Number(statField(init.pid, 4));
  const terminal = Number(statField(parent, 7));
  if (terminal === numberOf(fstatSync(fd).rdev) && startTime(init.pid) === init.start) return fd;
  closeSync(fd);
  return undefined;
}

/** A field of /proc/PID/stat, counted as proc(5) does, from the third on. */
function statField(pid: number, field: number): string | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[field - 3];
}

/** A device number as /proc/PID/stat writes it: the minor number in bits 31 to 20 and 7 to 0. */
function numberOf(rdev: number): number {
  const [major, minor] = [(rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & 0xfff00)];
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}
