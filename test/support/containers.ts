/** Containers in the background: what tests want to know of them, and their end, whatever happens. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { readJournal } from '../../src/host/journal-file.ts';
import { parseLogLine } from '../../src/plan/log-entry.ts';
import { makeImage } from './image.ts';
import type { Place } from './modes.ts';
import { type Finished, type RunOptions, tinydocker } from './run.ts';
import { until } from './until.ts';

/** Runs the body, and then ends whatever container of the place still runs: by its monitor's PID, which its journal names. */
export async function withContainers<Value>(place: Place, body: () => Promise<Value>): Promise<Value> {
  try {
    return await body();
  } finally {
    const containers = join(place.store, 'containers');
    for (const name of existsSync(containers) ? readdirSync(containers) : []) await killMonitor(place, name);
  }
}

/** The body of a test, in a place with an image; whatever container still runs afterwards is ended. */
export function amongContainers(body: (place: Place) => Promise<void>): (place: Place) => Promise<void> {
  return place =>
    withContainers(place, async () => {
      makeImage(place);
      await body(place);
    });
}

/** Starts a container in the background. Throws when that fails. */
export async function background(
  place: Place,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await tinydocker(place, ['run', '-d', ...args], options);
  assert.is(finished.status, 0, finished.stderr);
  return finished;
}

/** The PID of the process that carries a container's plan out; undefined when it has ended. */
export function monitorOf(place: Place, name: string): number | undefined {
  const pid = readJournal(directoryOf(place, name))?.head.owner.pid;
  return pid !== undefined && existsSync(`/proc/${pid}`) ? pid : undefined;
}

/** kill -9, and wait until it is gone. */
export async function killMonitor(place: Place, name: string): Promise<void> {
  const pid = monitorOf(place, name);
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  await until(() => !existsSync(`/proc/${pid}`));
}

/** Waits until the container has ended and nobody carries its plan out any more. */
export async function ended(place: Place, name: string): Promise<void> {
  await until(() => monitorOf(place, name) === undefined);
}

/** The exit status that was written down; undefined when none was. */
export function exitStatus(place: Place, name: string): number | undefined {
  const file = join(directoryOf(place, name), 'exit.json');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // It may just be being written.
  return text.endsWith('\n') ? (JSON.parse(text) as { status: number }).status : undefined;
}

/** What the container wrote to its log on one stream. */
export function logged(place: Place, name: string, stream: 'stdout' | 'stderr'): string {
  const file = join(directoryOf(place, name), 'log');
  if (!existsSync(file)) return '';
  const entries = readFileSync(file, 'utf8').split('\n').map(parseLogLine);
  return entries.map(entry => (entry?.stream === stream ? entry.bytes.toString('utf8') : '')).join('');
}

/** Waits until the container's log has a text on stdout. */
export async function says(place: Place, name: string, text: string): Promise<void> {
  for (let waited = 0; !logged(place, name, 'stdout').includes(text); waited += 20) {
    assert.ok(waited < 20_000, `${name} does not say ${text}: ${logged(place, name, 'stdout')}`);
    await sleep(20);
  }
}

export function directoryOf({ store }: Place, name: string): string {
  return join(store, 'containers', name);
}
