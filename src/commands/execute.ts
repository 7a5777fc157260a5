/** Runs plans and tells the user how it goes: what every verb that changes something ends in. */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../events.ts';
import { runPlan } from '../exec/run-plan.ts';
import { diagnose } from '../host/diagnose.ts';
import type { Plan } from '../plan/step.ts';

export interface ExecuteOptions {
  /** As typed for --progress; see src/ui/reporter.ts. */
  readonly progress?: string;
  readonly quiet: boolean;
  /** Milliseconds to wait before each step. */
  readonly pace: number;
}

/** Runs one plan; progress goes to stderr. */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<Outcome> {
  const outcome = await runPlan(plan, {
    emit: () => undefined,
    ...(options.pace > 0 ? { beforeStep: () => sleep(options.pace) } : {}),
    giveUp: () => process.exit(125),
  });
  const step = plan.steps.find(({ id }) => id === outcome.failedStep);
  if (step !== undefined && outcome.failure !== undefined) {
    const { cause, hint } = diagnose(plan, step, outcome.failure);
    process.stderr.write(`tinydocker: ${cause}\n${hint === undefined ? '' : `${hint}\n`}`);
  }
  return outcome;
}
