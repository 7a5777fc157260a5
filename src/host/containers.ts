/** Containers on disk, and whether somebody still holds them. The kernel is asked, never a PID in a file. */

import { type BigIntStats, closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../errors.ts';
import { type ContainerRecord, mountPoints } from '../plan/run/record.ts';
import { filesIn } from './images.ts';
import { hasEnded, hasSucceeded, type JournalContents, readJournal } from './journal-file.ts';
import { ownerLives } from './owner.ts';
import { readRecord } from './record-file.ts';
import type { StorePaths } from './store-paths.ts';

export type ContainerState =
  /** Somebody holds its gate: it is being made, runs, or is being removed. */
  | 'alive'
  /** It ended, and its writable layer was to be kept. */
  | 'kept'
  /** Whoever made it died; nothing of it runs. */
  | 'leftover';

export interface StoredContainer {
  readonly name: string;
  readonly directory: string;
  readonly state: ContainerState;
  /** Which directory was looked at; see identityOf. */
  readonly identity: string;
  /** Short links of its image's layers, lowest first, as far as they were written down. */
  readonly layers: readonly string[];
  /** Short links of the layers above these, which forks froze: lowest first. */
  readonly frozen: readonly string[];
  /**
   * Which writable layer it had before its record was read, as identityOf tells it; undefined when it had none. A fork changes the record first and then the
   * writable layer: who finds this one still there, at the end, has seen what belongs together.
   */
  readonly upper: string | undefined;
  /** The name of the image that it was made of, and its command, as far as they were written down. */
  readonly image: string | undefined;
  readonly args: readonly string[];
  /** Where something of the user's is mounted, as far as it was written down: volumes, tmpfs. */
  readonly mounts: readonly string[];
  /** All that was written down; undefined when it is damaged, or not there yet. */
  readonly record: ContainerRecord | undefined;
  /** The journal of its last run, read when the state was known already; one that a script made has none. */
  readonly journal: JournalContents | undefined;
}

/** How long a workspace that says nothing about its owner must have been left alone before it counts as abandoned, and how often we look. */
const GRACE_MS = 2000;
const INTERVAL_MS = 50;

/** The container of that name, or undefined when the name is free. */
export async function findContainer(paths: StorePaths, name: string): Promise<StoredContainer | undefined> {
  const directory = join(paths.containers, name);
  const alive = await isAlive(directory, 'gate');
  const stats = lstatSync(directory, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const upper = upperIdentity(directory);
  const { keep, ...written } = readContainer(directory);
  const journal = readJournal(directory);
  const state = alive ? 'alive' : keep && wasSetUp(journal) ? 'kept' : 'leftover';
  return { name, directory, identity: identityOf(stats), state, upper, journal, ...written };
}

/**
 * The state of the container in that directory at this moment, without waiting: one that is perhaps just being made counts as alive. Its record is
 * written when the gate is held already.
 */
export function containerStateNow(directory: string): ContainerState | undefined {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
  const recorded = existsSync(join(directory, 'container.json'));
  const lives = recorded ? isHeld(join(directory, 'gate')) : (livesNow(directory, 'gate') ?? true);
  if (lives) return 'alive';
  return readContainer(directory).keep ? 'kept' : 'leftover';
}

/** Where a container is and what was written down about it, without asking whether it lives. */
export function recordedContainer(
  paths: StorePaths,
  name: string,
): Pick<StoredContainer, 'name' | 'directory' | 'layers' | 'frozen' | 'upper' | 'mounts'> {
  const directory = join(paths.containers, name);
  const upper = upperIdentity(directory);
  const { layers, frozen, mounts } = readContainer(directory);
  return { name, directory, layers, frozen, upper, mounts };
}

/** All links that the container's record names: nobody may remove what they lead to. */
export function recordedLinks({
  layers,
  frozen,
}: Pick<StoredContainer, 'layers' | 'frozen'>): readonly string[] {
  return [...layers, ...frozen];
}

/** Which writable layer a container has at this moment; undefined when it has none. */
export function upperIdentity(directory: string): string | undefined {
  const stats = lstatSync(join(directory, 'upper'), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : identityOf(stats);
}

/** All containers, by name. */
export async function listContainers(paths: StorePaths): Promise<readonly StoredContainer[]> {
  const found = await Promise.all(filesIn(paths.containers).map(name => findContainer(paths, name)));
  return found.filter(container => container !== undefined);
}

/**
 * Whether a workspace's owner lives. It does when somebody holds the fifo open: opening it for writing fails with ENXIO when nobody does, see fifo(7). The
 * kernel closes the holder's descriptor when it dies, however it dies, so this can not be out of date. Before the fifo exists and is
 * held, the journal says who the owner is; and before there is a journal, only time can tell.
 */
export async function isAlive(workspace: string, fifo: string): Promise<boolean> {
  for (;;) {
    const lives = livesNow(workspace, fifo);
    if (lives !== undefined) return lives;
    await sleep(INTERVAL_MS);
  }
}

/** The same at this moment; undefined when only time can tell. */
function livesNow(workspace: string, fifo: string): boolean | undefined {
  if (isHeld(join(workspace, fifo))) return true;
  const journal = readJournal(workspace);
  if (journal !== undefined && hasEnded(journal.records)) return false;
  const lives = journal === undefined ? undefined : ownerLives(journal.head.owner);
  if (lives !== undefined) return lives;
  const stats = lstatSync(workspace, { throwIfNoEntry: false });
  const age = stats === undefined ? undefined : Date.now() - stats.mtimeMs;
  return age === undefined || age > GRACE_MS || age < -GRACE_MS ? false : undefined;
}

/**
 * What tells a directory from another of the same name, as `stat -c '%i %.9Z'` prints it: inode number and time of the last change (an inode number alone
 * is soon used again). The directory of a dead owner does not change.
 */
export function identityOf({ ino, ctimeNs }: BigIntStats): string {
  const [seconds, nanoseconds] = [ctimeNs / 1_000_000_000n, ctimeNs % 1_000_000_000n];
  return `${ino} ${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

/** False when there is no such fifo. One that can't be looked at counts as held: what is not ours is not touched. */
function isHeld(fifo: string): boolean {
  try {
    if (lstatSync(fifo, { throwIfNoEntry: false })?.isFIFO() !== true) return false;
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    const code = errorCode(error);
    return code !== 'ENXIO' && code !== 'ENOENT';
  }
}

/**
 * Whether a container got as far as its command. One that a script made has no journal: what it may hold is worth keeping; and so is what an earlier run
 * left, when a later start did not succeed.
 */
function wasSetUp(journal: JournalContents | undefined): boolean {
  return journal === undefined || journal.head.kind === 'start' || hasSucceeded(journal.records);
}

function readContainer(directory: string): Pick<
  StoredContainer,
  'layers' | 'frozen' | 'image' | 'args' | 'mounts' | 'record'
> & {
  readonly keep: boolean;
} {
  const record = readRecord(directory);
  return {
    keep: record?.keep ?? false,
    layers: record?.layers ?? [],
    frozen: record?.frozen ?? [],
    image: record?.image || undefined,
    args: record?.process.args ?? [],
    mounts: record === undefined ? [] : mountPoints(record),
    record,
  };
}
