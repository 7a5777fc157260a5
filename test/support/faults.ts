/** Plans carried out in this process, and made to fail at each of their steps. */

import * as assert from 'uvu/assert';
import type { Outcome } from '../../src/events.ts';
import { runPlan } from '../../src/exec/run-plan.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import { treeOf } from './host.ts';

/** Carries a plan out, unseen. */
export function runToEnd(plan: Plan): Promise<Outcome> {
  return runPlan(plan, { emit: () => undefined, giveUp: () => undefined });
}

/** Carries a plan out. Throws when it fails, or leaves something. */
export async function succeed(plan: Plan): Promise<void> {
  const { type, failure, leftovers } = await runToEnd(plan);
  assert.is(type, 'succeeded', failure?.stderr);
  assert.equal(leftovers, []);
}

/** The step does what it does and fails then, as if it had been killed a moment too late. */
function failsAfterwards(step: Step): Step {
  if (step.action.type !== 'run') return failsInstead(step);
  const argv = ['sh', '-c', '"$@"; exit 7', 'late', ...step.action.argv];
  const { capture: _, ...action } = step.action;
  return { ...step, action: { ...action, argv } };
}

/** The step fails and does nothing. */
export function failsInstead(step: Step): Step {
  return { ...step, where: { type: 'host' }, action: { type: 'run', argv: ['false'] } };
}

function undoesTwice(step: Step): Step {
  if (step.undo.type !== 'command') return step;
  return { ...step, undo: { ...step.undo, argv: ['sh', '-ec', '"$@"; "$@"', 'twice', ...step.undo.argv] } };
}

/** Fails each step in turn, and expects the store to be as it was; `plan` makes a fresh one each time. */
export async function failEach(plan: () => Plan | Promise<Plan>, storeRoot: string): Promise<void> {
  const before = treeOf(storeRoot);
  await failEachStep(plan, how => assert.equal(treeOf(storeRoot), before, how));
}

/** The same; `check` throws when something is not as it was. */
export async function failEachStep(
  plan: () => Plan | Promise<Plan>,
  check: (how: string) => Promise<void> | void,
): Promise<void> {
  for (const [index, { id, reserves }] of (await plan()).steps.entries()) {
    // A step that reserves and fails has made nothing: the operation is the kernel's, all or nothing.
    const ways = reserves ? [failsInstead] : [failsInstead, failsAfterwards];
    for (const fail of ways) {
      const whole = await plan();
      const steps = whole.steps.map((step, at) =>
        at === index ? fail(undoesTwice(step)) : undoesTwice(step),
      );
      const outcome = await runToEnd({ ...whole, steps });
      assert.is(outcome.type, 'failed', id);
      assert.is(outcome.failedStep, id);
      assert.equal(outcome.leftovers, [], `${id}, ${fail.name}`);
      await check(`${id}, ${fail.name}`);
    }
  }
}
