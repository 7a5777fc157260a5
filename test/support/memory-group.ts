/** A control group with a limit on memory, of cgroup v2 or v1, made by the test and gone afterwards. */

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const TOP = '/sys/fs/cgroup';
const V1 = join(TOP, 'memory');

/** Gives the words that make a command run in a group that may take so many bytes, and removes the group. Throws when there can be none. */
export async function withMemoryGroup<Value>(
  bytes: number,
  use: (prefix: readonly string[]) => Promise<Value> | Value,
): Promise<Value> {
  const group = join(existsSync(V1) ? V1 : TOP, `tinydocker-test-${process.pid}`);
  mkdirSync(group);
  try {
    limit(group, bytes);
    return await use(['sh', '-c', 'echo $$ >"$1/cgroup.procs" || exit 99; shift; exec "$@"', 'enter', group]);
  } finally {
    rmdirSync(group);
  }
}

/** Why no such group can be made here; undefined when it can. */
export async function whyNoMemoryGroup(): Promise<string | undefined> {
  try {
    await withMemoryGroup(64 << 20, () => undefined);
    return undefined;
  } catch (error) {
    return `no control group with a limit on memory can be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function limit(group: string, bytes: number): void {
  if (existsSync(join(group, 'memory.limit_in_bytes'))) {
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(bytes));
    const swap = join(group, 'memory.memsw.limit_in_bytes');
    if (existsSync(swap)) writeFileSync(swap, String(bytes));
    readFileSync(join(group, 'memory.oom_control'));
    return;
  }
  writeFileSync(join(group, 'memory.max'), String(bytes));
  if (existsSync(join(group, 'memory.swap.max'))) writeFileSync(join(group, 'memory.swap.max'), '0');
}
