/** Watching a container's journal while it runs: it tells, from outside and without any change to the program, which step has begun. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findContainer } from '../../src/host/containers.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import { planSteps } from './killing.ts';
import type { Place } from './modes.ts';
import { type Running, startTinydocker } from './run.ts';

/** What a payload of these tests does: harmless, and it refuses to run on the host. */
export const PAYLOAD = 'test -e /.tinydocker-image || exit 99; echo started; sleep 3; echo late';

/** The records of a container's journal that are complete, none when there is no journal. */
export function journalRecords(
  store: string,
  name: string,
): readonly { readonly type?: string; readonly step?: string; readonly values?: Record<string, string> }[] {
  try {
    return readFileSync(join(store, 'containers', name, 'journal.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line));
  } catch {
    return [];
  }
}

/** The steps of a run with these options, in order. */
export async function stepsOf(place: Place, options: readonly string[] = []): Promise<readonly string[]> {
  const steps = await planSteps(place, ['run', ...options, 'steps', 'true']);
  if (steps.length < 8) throw new Error(`no steps to test: ${steps.join(' ')}`);
  return steps;
}

/** Waits until the journal has the record. Throws when that does not happen in ten seconds. */
export async function untilRecorded(store: string, name: string, type: string, step?: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 2) {
    if (journalRecords(store, name).some(record => record.type === type && record.step === step)) return;
    await sleep(2);
  }
  throw new Error(`${name} did not get to ${type} ${step ?? ''}`);
}

/** Starts a run of PAYLOAD and kills tinydocker with -9 when the step has begun. */
export async function killAt(
  place: Place,
  name: string,
  step: string,
  options: readonly string[] = [],
): Promise<Running> {
  const running = startTinydocker(place, ['run', '--pace', '15ms', ...options, name, 'sh', '-c', PAYLOAD]);
  await untilRecorded(place.store, name, 'begin', step);
  running.kill('SIGKILL');
  await running.ended;
  await untilAbandoned(place.store, name);
  return running;
}

/**
 * Waits until nobody holds the container's gate any more. What was killed a moment ago may not have been told yet, and then the container is, rightly, none that
 * prune would touch. Throws when it is still alive after five seconds.
 */
export async function untilAbandoned(store: string, name: string): Promise<void> {
  for (let waited = 0; waited < 5000; waited += 20) {
    if ((await findContainer(storePaths(store), name))?.state !== 'alive') return;
    await sleep(20);
  }
  throw new Error(`${name} is still alive`);
}

/** The host's PID of a container's init, as the journal has it. */
export function initOf(store: string, name: string): number {
  const found = journalRecords(store, name).flatMap(({ values }) => values?.['INIT'] ?? []);
  return Number(found.at(-1));
}
