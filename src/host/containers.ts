/** Containers on disk, and whether somebody still holds them. The kernel is asked, never a PID in a file. */

import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../errors.ts';
import { filesIn } from './images.ts';
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
  /** Short links of the layers that it stands on, as far as it was written down. */
  readonly layers: readonly string[];
}

/** A directory without a fifo may be one that was made a millisecond ago: how long its owner gets, and how often we look. */
const GRACE_MS = 1000;
const INTERVAL_MS = 50;

/** The container of that name, or undefined when the name is free. */
export async function findContainer(paths: StorePaths, name: string): Promise<StoredContainer | undefined> {
  const directory = join(paths.containers, name);
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
  const alive = await isAlive(directory, 'gate');
  const { keep, layers } = readContainer(directory);
  return { name, directory, state: alive ? 'alive' : keep ? 'kept' : 'leftover', layers };
}

/** The state of the container in that directory at this moment, without waiting for one that is just being made. */
export function containerStateNow(directory: string): ContainerState | undefined {
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
  if (isHeld(join(directory, 'gate')) ?? true) return 'alive';
  return readContainer(directory).keep ? 'kept' : 'leftover';
}

/** All containers, by name. */
export async function listContainers(paths: StorePaths): Promise<readonly StoredContainer[]> {
  const found = await Promise.all(filesIn(paths.containers).map(name => findContainer(paths, name)));
  return found.filter(container => container !== undefined);
}

/**
 * Whether somebody holds a workspace's fifo open: opening it for writing fails with ENXIO when nobody does. See fifo(7). The kernel closes
 * the holder's descriptor when it dies, however it dies, so this can not be out of date.
 */
export async function isAlive(workspace: string, fifo: string): Promise<boolean> {
  for (let waited = 0; ; waited += INTERVAL_MS) {
    const held = isHeld(join(workspace, fifo));
    if (held !== undefined) return held;
    if (waited >= GRACE_MS || statSync(workspace, { throwIfNoEntry: false }) === undefined) return false;
    await sleep(INTERVAL_MS);
  }
}

/** Undefined when there is no such fifo. One that can't be looked at counts as held: what is not ours is not touched. */
function isHeld(fifo: string): boolean | undefined {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENXIO' ? false : code === 'ENOENT' ? undefined : true;
  }
}

function readContainer(directory: string): { readonly keep: boolean; readonly layers: readonly string[] } {
  try {
    const record = JSON.parse(readFileSync(join(directory, 'container.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const layers = Array.isArray(record['layers'])
      ? record['layers'].filter(link => typeof link === 'string')
      : [];
    return { keep: record['keep'] === true, layers };
  } catch {
    return { keep: false, layers: [] };
  }
}
