/** Waiting for the end of a container, and how it ended. Read-only: the kernel tells, nobody looks again and again. */

import { closeSync, constants, fstatSync, openSync, read, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';
import { STATUS } from '../plan/arg.ts';
import { shown } from '../plan/names.ts';
import { containerStatus } from './container-status.ts';
import type { StoredContainer } from './containers.ts';
import { JOURNAL_FILE, parseJournal } from './journal-file.ts';
import { requireContainer } from './no-container.ts';
import type { StorePaths } from './store-paths.ts';

/** How often we look at one that is just being made, in milliseconds. */
const INTERVAL_MS = 50;

/** An end that may be waited for. What is needed for it is open already: the directory of a container that is not kept will be gone. */
export interface Awaited {
  readonly name: string;
  /** Settles with the exit status, 128 + n when signal n ended it; undefined when nobody lived to see it. */
  readonly status: () => Promise<number | undefined>;
}

/** Finds the container, and waits while it is being made. Throws a UserError when there is none. */
export async function awaitEnd(paths: StorePaths, name: string): Promise<Awaited> {
  for (;;) {
    const container = await requireContainer(paths, name);
    const status = containerStatus(container.directory, container.state);
    if (status.type === 'exited') return { name, status: () => Promise.resolve(status.status) };
    if (status.type === 'running') return { name, status: endOf(container) };
    if (container.state !== 'alive') return { name, status: () => Promise.resolve(undefined) };
    await sleep(INTERVAL_MS);
  }
}

/** The journal tells the status of any container; what a script keeps has no journal, but a file. */
function endOf(container: StoredContainer): () => Promise<number | undefined> {
  const journal = openIn(container, JOURNAL_FILE, constants.O_RDONLY);
  const ended = openEnded(container);
  return async () => {
    if (ended !== undefined) await promisify(read)(ended, Buffer.alloc(1), 0, 1, null);
    const found = journal === undefined ? undefined : parseJournal(readFileSync(journal, 'utf8'));
    for (const fd of [journal, ended]) if (fd !== undefined) closeSync(fd);
    const text = found === undefined ? undefined : found.values.get(STATUS.var);
    if (text !== undefined) return Number(text);
    const status = containerStatus(container.directory, 'kept');
    return status.type === 'exited' ? status.status : undefined;
  };
}

/** Opening a fifo for reading only would wait for somebody who writes, if everything is over by now. */
function openEnded(container: StoredContainer): number | undefined {
  const both = openIn(container, 'ended', constants.O_RDWR | constants.O_NONBLOCK);
  if (both === undefined) return undefined;
  try {
    return fstatSync(both).isFIFO() ? openIn(container, 'ended', constants.O_RDONLY) : undefined;
  } finally {
    closeSync(both);
  }
}

function openIn({ directory }: StoredContainer, file: string, flags: number): number | undefined {
  try {
    return openSync(join(directory, file), flags | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
}

/** What is said when nobody lived to see how it ended. */
export function endedUnseen(name: string): UserError {
  return new UserError(`How ${shown(name)} ended is not known: whoever watched it died before.`);
}
