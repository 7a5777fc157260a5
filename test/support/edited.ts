/** Plans in which steps were edited, as the debugger lets its user do, carried out for real as the place's user. */

import * as assert from 'uvu/assert';
import type { Order } from '../../src/commands/monitor.ts';
import type { PlanEvent, StepFailure } from '../../src/events.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { loadImage } from '../../src/host/images.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import type { Arg } from '../../src/plan/arg.ts';
import { createSpec } from '../../src/plan/create-spec.ts';
import type { IdMapping } from '../../src/plan/facts.ts';
import { planRun } from '../../src/plan/run/plan-run.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import { messageText } from '../../src/ui/messages.ts';
import { assertUnchanged, hostState } from './host.ts';
import type { Mode, Place } from './modes.ts';
import { REQUEST } from './plans.ts';
import { PAYLOAD } from './refusals.ts';
import { tinydocker } from './run.ts';

export type Edit = (steps: readonly Step[]) => readonly Step[];

const MAPPINGS: Readonly<Record<Mode['name'], IdMapping>> = {
  root: 'host',
  range: 'range',
  single: 'single',
};

/** The step runs other words, where it did; `change` gets those that it had. */
export function edited(id: string, change: (argv: readonly Arg[]) => readonly Arg[]): Edit {
  return steps =>
    steps.map(step =>
      step.id === id && (step.action.type === 'run' || step.action.type === 'start')
        ? { ...step, action: { ...step.action, argv: change(step.action.argv) } }
        : step,
    );
}

/** The same with all words new. */
export function replaced(id: string, ...argv: readonly Arg[]): Edit {
  return edited(id, () => argv);
}

/** One more command, where the step runs and just before it. */
export function before(id: string, ...argv: readonly Arg[]): Edit {
  return steps =>
    steps.flatMap(step =>
      step.id === id ? [{ ...step, id: `before-${id}`, action: { type: 'run', argv } }, step] : [step],
    );
}

/** Carries the edited plan of a run out. Expects it to fail at the step, the payload not run, and nothing left. Returns what a user is told, and the failure. */
export async function failsEdited(
  place: Place,
  id: string,
  ...edits: readonly Edit[]
): Promise<{ readonly told: string; readonly failure: StepFailure }> {
  const whole = planFor(place);
  const plan = { ...whole, steps: edits.reduce((steps, edit) => edit(steps), whole.steps) };
  const left = hostState(place.store);
  const order: Order = {
    plan,
    pace: 0,
    recording: { started: Date.now(), plan: 0, files: [] },
    looks: false,
  };
  const { stdout, stderr } = await tinydocker(place, ['monitor'], { input: JSON.stringify(order) });
  assert.not.match(stdout, /^ran /m, 'the payload ran');
  const failed = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as PlanEvent)
    .find(event => event.type === 'step-failed');
  if (failed === undefined) throw new Error(`nothing failed: ${stdout} ${stderr}`);
  assert.is(failed.step, id, failed.failure.stderr);
  await assertUnchanged(left, place.store);
  const { diagnosis } = failed.failure;
  if (diagnosis === undefined) throw new Error(`no cause was found for: ${failed.failure.stderr}`);
  const { cause, ...more } = diagnosis;
  return { told: messageText({ kind: 'error', text: cause, ...more }), failure: failed.failure };
}

/** What `run x1` would plan for the place's user, with the image "base". */
function planFor({ mode, store }: Place): Plan {
  const facts = {
    ...probeFacts(),
    mapping: MAPPINGS[mode.name],
    uid: mode.uid,
    gid: mode.gid,
    storeRoot: store,
  };
  const image = loadImage(storePaths(store), 'base:latest');
  const spec = createSpec({ ...REQUEST, name: 'x1', command: PAYLOAD }, image);
  assert.ok(spec.ok);
  if (!spec.ok) throw new Error('unreachable');
  const container = { name: 'x1', image: 'base:latest', keep: false, stdin: false };
  const plan = planRun({ spec: spec.value, container, layers: image.layers, facts });
  if (!plan.ok) throw new Error(plan.failures.map(({ message }) => message).join(' '));
  return plan.value;
}
