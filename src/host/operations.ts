/** The recordings in the store, of what was done lately. Read-only; src/exec/operation-log.ts makes them. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { type Ending, endingOf, lengthOf, writerOf } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import { ownerLives } from './owner.ts';
import { readRecordingFile } from './recording-file.ts';
import type { StorePaths } from './store-paths.ts';

/** When it began, in milliseconds since 1970, and its id: so names sort by time. */
export const OPERATION_FILE = /^(\d{13})-([0-9a-f]{8})\.ndjson$/;

/** The name of an operation's file. */
export function operationFile(started: number, id: string): string {
  return `${String(Math.floor(started)).padStart(13, '0')}-${id.slice(0, 8)}.ndjson`;
}

export interface StoredOperation {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly started: number;
  readonly file: string;
}

/** `running`: whoever writes it lives; `broken off`: it does not, and has not told the end; `unknown`: it can not be seen from here. */
export type OperationStatus = Exclude<Ending, 'no end'> | 'running' | 'broken off' | 'unknown';

export interface Operation extends StoredOperation {
  readonly recording: Recording;
  readonly status: OperationStatus;
  /** The exit status, once it has one. */
  readonly exitStatus?: number;
  /** How long it took, or takes by now. */
  readonly milliseconds: number;
}

/** Newest first; none when there is no store. Throws a UserError when they can't be read. */
export function listOperations(paths: StorePaths): readonly StoredOperation[] {
  return names(paths.ops)
    .flatMap(name => {
      const [, started, id] = OPERATION_FILE.exec(name) ?? [];
      if (started === undefined || id === undefined) return [];
      return [{ id, started: Number(started), file: join(paths.ops, name) }];
    })
    .reverse();
}

/** The one whose id begins so. Throws a UserError when there is none, or more than one. */
export function findOperation(paths: StorePaths, prefix: string): StoredOperation {
  const found = /^[0-9a-f]+$/i.test(prefix)
    ? listOperations(paths).filter(({ id }) => id.startsWith(prefix.toLowerCase()))
    : [];
  const [first, ...more] = found;
  if (first === undefined)
    throw new UserError(`There is no operation ${shown(prefix)} in the store.`, {
      hint: 'tinydocker ops lists those that are kept.',
    });
  if (more.length > 0)
    throw new UserError(`${shown(prefix)} is the beginning of ${found.length} operations' ids.`, {
      hint: `Which one: ${found.map(({ id }) => id).join(', ')}?`,
    });
  return first;
}

/** What it did and how it ended. Throws a UserError when its file can't be read, which is so when it has been removed meanwhile. */
export function readOperation(stored: StoredOperation, now: number): Operation {
  const recording = readRecordingFile(stored.file);
  const { ending, status } = endingOf(recording);
  const state = ending === 'no end' ? liveness(recording) : ending;
  return {
    ...stored,
    recording,
    status: state,
    ...(status === undefined ? {} : { exitStatus: status }),
    milliseconds: state === 'running' ? now - stored.started : lengthOf(recording) * 1000,
  };
}

function liveness(recording: Recording): OperationStatus {
  const writer = writerOf(recording);
  const lives = writer === undefined ? undefined : ownerLives(writer);
  return lives === undefined ? 'unknown' : lives ? 'running' : 'broken off';
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    const reason = errorCode(error) === 'EACCES' ? 'permission denied' : errorCode(error);
    throw new UserError(`The operations in ${shown(directory)} can not be read: ${reason}.`);
  }
}
