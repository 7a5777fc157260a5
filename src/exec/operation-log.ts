/** The recordings that the store keeps, one for each command line that carried out a plan: where a new one goes, and which old ones go for it. */

import { lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { errorCode } from '../errors.ts';
import { newOperationId } from '../host/operation.ts';
import { OPERATION_FILE, operationFile } from '../host/operations.ts';
import { createRecordFile, type RecordFile } from './record-file.ts';

/** How many are kept, the newest. */
export const KEPT_OPERATIONS = 200;

/**
 * Makes the file for a new one in a store that is there; `started` is in milliseconds since 1970. Undefined when there is no store yet. Throws the system's error when it can't be
 * made.
 */
export function newOperation(store: string, directory: string, started: number): RecordFile | undefined {
  if (lstatSync(store, { throwIfNoEntry: false }) === undefined) return undefined;
  makeDirectory(directory);
  const file = createRecordFile(join(directory, operationFile(started, newOperationId())));
  removeOldest(directory);
  return file;
}

/** Readable for its owner only: commands may have passwords in them. One that somebody else put there is not written to. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const stats = lstatSync(directory);
    if (!stats.isDirectory() || stats.uid !== process.getuid?.()) throw error;
  }
}

/** Others may be at it as well: what is gone is gone. */
function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .filter(name => OPERATION_FILE.test(name))
    .sort();
  for (const name of files.slice(0, Math.max(0, files.length - KEPT_OPERATIONS))) {
    try {
      unlinkSync(join(directory, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
