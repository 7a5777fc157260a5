/** Who has to be told that a container is to end. Read-only. */

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { Living } from '../plan/life/plan-stop.ts';
import { parseSignal, TERM } from '../plan/life/signals.ts';
import { shown } from '../plan/names.ts';
import { containerStatus } from './container-status.ts';
import { identityOf, type StoredContainer } from './containers.ts';
import { type Init, survivingInit } from './init-process.ts';
import { readJournal } from './journal-file.ts';
import { requireContainer } from './no-container.ts';
import { ownerLives, thisBoot } from './owner.ts';
import type { StorePaths } from './store-paths.ts';

export interface Found {
  readonly container: StoredContainer;
  /** Undefined when it does not run. */
  readonly living: Living | undefined;
}

/** How long a container may be in the making without saying who makes it, and how often we look, in milliseconds. */
const PATIENCE_MS = 2000;
const INTERVAL_MS = 20;

/** The container, and who is to be signalled. Throws a UserError when there is none of that name, or when it can't be signalled from here. */
export async function findLiving(paths: StorePaths, name: string): Promise<Found> {
  for (let waited = 0; ; waited += INTERVAL_MS) {
    const container = await requireContainer(paths, name);
    const status = containerStatus(container.directory, container.state);
    if (status.type === 'running') return { container, living: livingOf(container, status.init, true) };
    if (container.state !== 'alive') {
      const survivor = survivingInit(container.directory);
      return { container, living: survivor && livingOf(container, survivor, true) };
    }
    const owner = readJournal(container.directory)?.head.owner;
    const lives = owner === undefined ? undefined : ownerLives(owner);
    if (owner !== undefined && lives) return { container, living: livingOf(container, owner, false) };
    if (owner !== undefined && lives === undefined) throw elsewhere(name);
    if (waited >= PATIENCE_MS) throw inTheMaking(name);
    await sleep(INTERVAL_MS);
  }
}

function livingOf(
  { name, directory, record }: StoredContainer,
  { pid, start }: Init,
  isInit: boolean,
): Living {
  const stats = lstatSync(join(directory, 'ended'), { bigint: true, throwIfNoEntry: false });
  const signal = record?.stopSignal === undefined ? undefined : parseSignal(record.stopSignal);
  return {
    name,
    process: { pid, start, boot: thisBoot() },
    isInit,
    ended: stats === undefined || !isInit ? '' : identityOf(stats),
    // An image may say anything; the verbs take what docker takes.
    stopSignal: signal?.ok ? signal.value : TERM,
  };
}

function elsewhere(name: string): UserError {
  return new UserError(`The container ${shown(name)} was started in another PID namespace.`, {
    hint: 'Its processes have no number here: stop it where it was started.',
  });
}

function inTheMaking(name: string): UserError {
  return new UserError(
    `The container ${shown(name)} is just being made, by a process that can not be seen from here.`,
    {
      hint: 'Try again in a moment.',
    },
  );
}
