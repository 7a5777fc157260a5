/** kill -9 of a verb that carries out a plan, at the step that is asked for. */

import * as assert from 'uvu/assert';
import { hostState } from './host.ts';
import type { Place } from './modes.ts';
import { startTinydocker, tinydocker } from './run.ts';
import { until } from './until.ts';

interface Event {
  readonly type: string;
  readonly step?: string;
}

const DRY = ['--dry-run', '--format', 'json'] as const;

/** Kills it when the step begins. False when it was done before the signal came, which only the last step allows. */
export async function killAtStep(place: Place, args: readonly string[], step: string): Promise<boolean> {
  const before = new Set(hostState(place.store).processes);
  const running = startTinydocker(place, [...args, '--progress', 'json', '--pace', '20ms']);
  for (let waited = 0; waited < 20_000; waited += 2) {
    if (hasStarted(running.stderr(), step)) break;
    await new Promise(resolve => setTimeout(resolve, 2));
  }
  running.kill('SIGKILL');
  const { stderr } = await running.ended;
  // A step that was just being started holds what we held until it has become its program.
  await until(() => hostState(place.store).processes.every(line => before.has(line)));
  const done = events(stderr).some(event => event.type === 'step-done' && event.step === step);
  const others = events(stderr)
    .filter(event => event.type === 'step-started')
    .at(-1)?.step;
  assert.is(others, step, stderr);
  return !done;
}

/** Whether these events, one on a line, tell that the step began. */
export function hasStarted(text: string, step: string): boolean {
  return events(text).some(event => event.type === 'step-started' && event.step === step);
}

/** The ids of the steps that the verb would carry out. Options come before a name that ends them. */
export async function planSteps(place: Place, args: readonly string[]): Promise<readonly string[]> {
  const [verb = '', ...rest] = args;
  const words =
    verb === 'image' ? [verb, ...rest.slice(0, 1), ...DRY, ...rest.slice(1)] : [verb, ...DRY, ...rest];
  const { stdout } = await tinydocker(place, words);
  return (JSON.parse(stdout) as { readonly steps: readonly { readonly id: string }[] }).steps.map(
    ({ id }) => id,
  );
}

/** Removes what was left. Throws when that fails. */
export async function pruneAll(place: Place): Promise<void> {
  const { status, stdout, stderr } = await tinydocker(place, ['prune', '--force']);
  assert.is(status, 0, `${stdout}\n${stderr}`);
}

function events(text: string): readonly Event[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Event] : []));
}
