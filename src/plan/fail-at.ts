/** --fail-at: a plan in which one step fails on purpose, for demonstrations and tests. */

import { nearNames, shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';
import type { Plan, Step } from './step.ts';

/** The same plan, with false(1) in place of what the step does; its undo stays. Fails when the plan has no such step. */
export function failAt(plan: Plan, id: string): Result<Plan> {
  const { afterwards } = plan;
  if (!plan.steps.some(step => step.id === id)) {
    if (!afterwards?.plan.steps.some(step => step.id === id)) return failed(unknownStep(id, plan));
    const later = failAt(afterwards.plan, id);
    return later.ok ? ok({ ...plan, afterwards: { ...afterwards, plan: later.value } }) : later;
  }
  return ok({ ...plan, steps: plan.steps.map(step => (step.id === id ? failing(step) : step)) });
}

/** What to say about a step that a plan does not have. */
export function unknownStep(id: string, plan: Pick<Plan, 'steps'>) {
  const ids = plan.steps.map(step => step.id);
  // "pivot" means pivot-root: what is short of a name counts before what is misspelt.
  const parts = id.length < 3 ? [] : ids.filter(candidate => candidate.includes(id));
  const near = parts.length > 0 ? parts.slice(0, 3) : nearNames(id, ids);
  return {
    code: 'no-such-step',
    status: 2,
    message: `The plan has no step ${shown(id)}.`,
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Its steps are: ${ids.join(', ')}.`,
  };
}

/** The step, failing on purpose in place of what it does. */
export function failing({ reserves: _, ...step }: Step): Step {
  return {
    ...step,
    where: { type: 'host' },
    action: { type: 'run', argv: ['false'] },
    // What was not done needs no undo that could hit somebody else's: a name that was not reserved is not ours.
    ...(_ ? { undo: { type: 'nothing', reason: 'the step was not done' } } : {}),
    why: `This step fails on purpose. What it would do: ${step.why}`,
    failsOnPurpose: true,
  };
}
