/** What a check of the machine finds out. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, runCommand } from '../exec/process.ts';
import { saidLine } from '../host/causes/scene.ts';
import type { Facts } from '../plan/facts.ts';
import { userNamespaceOptions } from '../plan/user-namespace.ts';

export type CheckStatus =
  /** Works. */
  | 'ok'
  /** Does not, and containers run without it. */
  | 'limit'
  /** Does not, and containers can not run. */
  | 'fail';

export interface Check {
  /** Stable kebab-case name, for programs. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was found, a sentence. */
  readonly fact: string;
  /** What follows from it, a sentence. */
  readonly means: string;
  /** The command that mends it, or a sentence when there is none. */
  readonly fix?: string;
}

/** What the checks start from. */
export interface Machine {
  readonly facts: Facts;
  /** A directory on the file system of the store where this user can write; where there is none, a temporary one. */
  readonly writable: string;
}

/** Looks at one topic of the machine. Leaves nothing behind, and does not throw for what it finds. */
export type Topic = (machine: Machine) => Promise<readonly Check[]>;

/** Runs a command as a container's steps are run: for an ordinary user in a new user namespace, with the further namespaces given. */
export function tryInside(
  { facts }: Machine,
  namespaces: readonly string[],
  argv: readonly string[],
): Promise<Ended> {
  const options = [...userNamespaceOptions(facts), ...namespaces];
  return runCommand(options.length === 0 ? argv : ['unshare', ...options, '--', ...argv]);
}

/** Gives a scratch directory below `parent`, and removes it, whoever owns what is in it. */
export async function withScratch<Value>(
  machine: Machine,
  use: (directory: string) => Promise<Value>,
): Promise<Value> {
  const directory = mkdtempSync(join(machine.writable, '.doctor-'));
  try {
    return await use(directory);
  } finally {
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // Something in it belongs to another id of the mapping.
      await tryInside(machine, [], ['rm', '-rf', '--one-file-system', '--', directory]);
    }
  }
}

/** What a failed command said, for the end of a sentence. */
export function reason({ stderr, exitStatus, signal }: Ended): string {
  const said = saidLine(stderr).replace(/\.$/, '');
  return said || (signal === undefined ? `exit status ${exitStatus}` : `killed by ${signal}`);
}
