/** The true cause of a step's failure, found by looking at the machine again: the tools' own messages are often wrong. */

import type { StepFailure } from '../events.ts';
import type { Plan, Step } from '../plan/step.ts';
import { diagnoseImport } from './diagnose-import.ts';

export interface Diagnosis {
  /** One clear sentence. */
  readonly cause: string;
  readonly hint?: string;
}

/** Says why the step failed. Looks only; changes nothing. */
export function diagnose(plan: Plan, step: Step, failure: StepFailure): Diagnosis {
  const known = diagnoseImport(plan, step, failure);
  if (known !== undefined) return known;
  const said = failure.stderr.trim().split('\n').at(-1) ?? '';
  return { cause: `the step ${step.id} (${step.title}) failed${said === '' ? '' : `: ${said}`}` };
}
