/** A control group in which processes are counted, of cgroup v2 or v1, made by the test and gone afterwards. */

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { until } from './until.ts';

const TOP = '/sys/fs/cgroup';
const V1 = join(TOP, 'pids');

export interface PidsGroup {
  readonly directory: string;
  /** The words that make a command run in it. */
  readonly prefix: readonly string[];
  /** Lets it have so many more processes than it has now. */
  readonly allowMore: (processes: number) => void;
}

/** Makes the group, and removes it. Throws when there can be none. */
export async function withPidsGroup<Value>(
  use: (group: PidsGroup) => Promise<Value> | Value,
): Promise<Value> {
  const directory = join(existsSync(V1) ? V1 : TOP, `tinydocker-test-pids-${process.pid}`);
  mkdirSync(directory);
  try {
    readFileSync(join(directory, 'pids.events'));
    return await use({
      directory,
      prefix: ['sh', '-c', 'echo $$ >"$1/cgroup.procs" || exit 99; shift; exec "$@"', 'enter', directory],
      allowMore: processes => {
        const now = Number(readFileSync(join(directory, 'pids.current'), 'utf8'));
        writeFileSync(join(directory, 'pids.max'), String(now + processes));
      },
    });
  } finally {
    await removed(directory);
  }
}

/** What was killed a moment ago may still be in it. */
async function removed(directory: string): Promise<void> {
  await until(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8') === '');
  rmdirSync(directory);
}

/** Why no such group can be made here; undefined when it can. */
export async function whyNoPidsGroup(): Promise<string | undefined> {
  try {
    await withPidsGroup(() => undefined);
    return undefined;
  } catch (error) {
    return `no control group that counts processes can be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}
