/** Programs of the machine, looked up where the steps find them. */

import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { STEP_ENVIRONMENT } from '../plan/environment.ts';

/** The PATH in which steps look for programs: the system's directories, then the caller's. */
export function stepPath(): string {
  return [STEP_ENVIRONMENT['PATH'], process.env['PATH']].filter(Boolean).join(delimiter);
}

/** Absolute path of a program, looked up where the steps would find it. */
export function findProgram(name: string): string | undefined {
  return stepPath()
    .split(delimiter)
    .filter(directory => directory.startsWith('/'))
    .map(directory => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && (stats.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}
