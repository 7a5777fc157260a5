/** Where the debugger can be told to stop. Pure. */

import { unknownStep } from '../plan/fail-at.ts';
import { failed, ok, type Result } from '../plan/result.ts';
import type { Plan } from '../plan/step.ts';

/** The name of the breakpoint that stops at failures. */
export const ERROR = 'error';

/** Whether the step comes when the command has started. */
export function isBehindGate({ steps }: Pick<Plan, 'steps'>, id: string): boolean {
  const gate = steps.findIndex(({ action }) => action.type === 'release');
  return gate >= 0 && steps.findIndex(step => step.id === id) > gate;
}

/** Where a breakpoint is meant to be: the id of a step, by its id or its number, or `error`. Fails when there is no such step, or when nobody can be asked there. */
export function breakpointAt(plan: Plan, name: string): Result<string> {
  if (name === ERROR) return ok(ERROR);
  const { steps } = plan;
  const step =
    steps.find(({ id }) => id === name) ?? (/^\d+$/.test(name) ? steps[Number(name) - 1] : undefined);
  if (step === undefined) {
    const failure = unknownStep(name, plan);
    return failed({ ...failure, hint: `${failure.hint} "${ERROR}" stops at any failure.` });
  }
  if (isBehindGate(plan, step.id))
    return failed({
      code: 'no-stop-there',
      status: 2,
      message: `There is no stop at ${step.id}: the command has started by then, and can not be taken back.`,
    });
  return ok(step.id);
}
