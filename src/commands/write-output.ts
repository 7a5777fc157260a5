/** Text that was asked for: to stdout, or to a file that is replaced when the new one is whole. */

import { closeSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { UserError } from '../errors.ts';
import { outputPath } from '../host/output-file.ts';
import { storeRoot } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import { writeReason } from './write-reason.ts';

/** Readable for its owner only. Throws a UserError when it can't be written. */
export function writeOutput(text: string, output: string | undefined): void {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  const path = outputPath(output, 'file', storeRoot(process.getuid?.() === 0));
  const beside = `${path}.${process.pid}.part`;
  try {
    const fd = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    remove(beside);
    throw new UserError(`The output ${shown(output)} can not be written: ${writeReason(error)}.`);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not made.
  }
}
