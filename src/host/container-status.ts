/** What a container does, or how it ended: from its files and from the kernel, which is right when they differ. Read-only. */

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { STARTED } from '../plan/arg.ts';
import type { ContainerState } from './containers.ts';
import { heldInit, type Init } from './init-process.ts';
import { ELSEWHERE, type JournalContents, readJournal } from './journal-file.ts';
import { thisBoot } from './owner.ts';
import { readOwn } from './text-file.ts';

/** Why nobody saw how a container ended. */
export type Loss =
  | 'killed with what ran it'
  | 'gone: the machine restarted'
  | 'the store was copied while it ran';

export type ContainerStatus =
  /** It is being made, or taken away, or its set-up was broken off. */
  | { readonly type: 'created' }
  | { readonly type: 'running'; readonly init: Init; readonly started: Date | undefined }
  | {
      readonly type: 'exited';
      /** As wait(2) of a shell tells it: 128 + n when signal n ended it. */
      readonly status: number;
      readonly started: Date | undefined;
      readonly finished: Date | undefined;
      /** The kernel killed it because there was no memory left; see oomKills in control-group.ts. */
      readonly outOfMemory: boolean;
    }
  /** Nobody lived to see how it ended. */
  | {
      readonly type: 'lost';
      readonly cause: Loss;
      readonly started: Date | undefined;
    };

/** The status of the container in that directory, given whether somebody holds it; see findContainer. */
export function containerStatus(
  directory: string,
  state: ContainerState,
  journal = readJournal(directory),
): ContainerStatus {
  if (state === 'alive') {
    const init = heldInit(directory, journal);
    const started = startedAt(journal);
    if (init !== undefined && (journal === undefined || started !== undefined))
      return { type: 'running', init, started };
  }
  const exit = readExit(directory);
  if (exit !== undefined) return { type: 'exited', ...exit };
  const started = startedAt(journal);
  // It may also have ended just now, without a record of it.
  if (state === 'alive' || (journal !== undefined && started === undefined)) return { type: 'created' };
  return { type: 'lost', cause: lossOf(journal), started };
}

function lossOf(journal: JournalContents | undefined): Loss {
  const boot = journal?.head.owner.boot;
  if (boot === ELSEWHERE) return 'the store was copied while it ran';
  return boot === undefined || boot === thisBoot()
    ? 'killed with what ran it'
    : 'gone: the machine restarted';
}

function startedAt(journal: JournalContents | undefined): Date | undefined {
  return journal === undefined ? undefined : dateOf(journal.values.get(STARTED.var));
}

/** When the container was made, which is when it was written down what it is. */
export function createdAt(directory: string): Date | undefined {
  return lstatSync(join(directory, 'container.json'), { throwIfNoEntry: false })?.mtime;
}

function readExit(directory: string): Omit<Extract<ContainerStatus, { type: 'exited' }>, 'type'> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readOwn(join(directory, 'exit.json')));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { status, started, finished, outOfMemory } = value as Readonly<Record<string, unknown>>;
  if (typeof status !== 'number') return undefined;
  return {
    status,
    started: dateOf(started),
    finished: dateOf(finished),
    outOfMemory: outOfMemory === true,
  };
}

function dateOf(text: unknown): Date | undefined {
  const date = new Date(typeof text === 'string' ? text : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
