/** This program, once more: a front end does what a verb does by that verb, and not by something like it. */

import process from 'node:process';
import { type Ended, runAttached, runCommand } from './process.ts';

/** The caller's variables as they were when we started, and directory: ours may have been changed for what we draw. */
export interface CallersPlace {
  readonly variables: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** As it is now. */
export function callersPlace(): CallersPlace {
  const variables = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { variables: Object.fromEntries(variables), directory: process.cwd() };
}

/** Runs a command line of this program to its end, with stdin, stdout and stderr of ours. */
export function runOwnOnTerminal(words: readonly string[], place: CallersPlace): Promise<Ended> {
  return runAttached(ownArgv(words), place.variables, place.directory);
}

/** Runs a command line of this program to its end, and keeps what it prints. Nobody can be asked anything. */
export function runOwn(words: readonly string[], place: CallersPlace): Promise<Ended> {
  return runCommand(ownArgv(words), { variables: place.variables, directory: place.directory });
}

function ownArgv(words: readonly string[]): readonly string[] {
  return [process.execPath, '--', process.argv[1] ?? '', ...words];
}
