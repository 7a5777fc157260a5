/** What `run` and `exec` ask for in the same way: variables, a terminal. */

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { errorCode, usageError } from '../errors.ts';
import { shown } from '../plan/names.ts';

/** Like a shell: a terminal when the caller has one. With --dry-run stdout is for the script, so stdin decides. */
export function wantsTerminal(interactive: boolean, dryRun: boolean): boolean {
  return !interactive && process.stdin.isTTY === true && (dryRun || process.stdout.isTTY === true);
}

/** Later ones win: files in their order, then -e. A name without "=" takes the caller's value, if there is one. Throws a usage error for what is none. */
export function parseVariables(
  files: readonly string[],
  words: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const lines = files.flatMap(file =>
    readEnvFile(file)
      .split('\n')
      .map(line => line.replace(/\r$/, '').trimStart())
      .filter(line => line !== '' && !line.startsWith('#')),
  );
  return [...lines, ...words].flatMap(entry => {
    const equals = entry.indexOf('=');
    if (equals === 0 || entry === '')
      throw usageError(`${shown(entry)} is not a variable: write NAME=value.`);
    if (equals > 0) return [[entry.slice(0, equals), entry.slice(equals + 1)] as const];
    const inherited = process.env[entry];
    return inherited === undefined ? [] : [[entry, inherited] as const];
  });
}

function readEnvFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`The file ${shown(file)} of --env-file can not be read: ${reasonOf(error)}.`);
  }
}

/** Why a file that was named can not be used. */
export function reasonOf(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
      return 'you may not look at it';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return errorCode(error) ?? String(error);
  }
}
