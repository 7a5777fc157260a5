/** The true cause of a step's failure, found by looking at the machine again: the tools' own messages are often wrong. */

import { closeSync, openSync } from 'node:fs';
import { errorCode } from '../errors.ts';
import type { StepFailure } from '../events.ts';
import type { Values } from '../plan/arg.ts';
import { startsContainer } from '../plan/starts-container.ts';
import type { Plan, Step } from '../plan/step.ts';
import { knownValues } from '../plan/values.ts';
import { claimed } from './causes/claimed.ts';
import { copyRefused } from './causes/copy-refused.ts';
import { coveredProc } from './causes/covered-proc.ts';
import { directoryPassedOn } from './causes/directory-passed-on.ts';
import { forkRefused } from './causes/fork-refused.ts';
import { initGone } from './causes/init-gone.ts';
import { limitReached } from './causes/limits.ts';
import { wrongOperand } from './causes/mount-target.ts';
import { nameTaken } from './causes/name-taken.ts';
import { namespaceRefused } from './causes/namespaces.ts';
import { notEntered } from './causes/not-entered.ts';
import { overlayRefused } from './causes/overlay.ts';
import { pivotRefused } from './causes/pivot-root.ts';
import { programMissing } from './causes/program-missing.ts';
import { commandRefused } from './causes/refused-command.ts';
import { type Cause, type Diagnosis, type Scene, saidLine } from './causes/scene.ts';
import { storeNotWritable } from './causes/store.ts';
import { volumeRefused } from './causes/volume.ts';
import { imageOperationFailed } from './diagnose-import.ts';
import { saveFailed } from './diagnose-save.ts';

/** In this order: what rules out more comes first. */
const CAUSES: readonly Cause[] = [
  imageOperationFailed,
  saveFailed,
  programMissing,
  directoryPassedOn,
  initGone,
  commandRefused,
  notEntered,
  limitReached,
  copyRefused,
  forkRefused,
  nameTaken,
  claimed,
  namespaceRefused,
  pivotRefused,
  overlayRefused,
  wrongOperand,
  coveredProc,
  volumeRefused,
  storeNotWritable,
];

/** Says why the step failed. Looks only; changes nothing, starts nothing, throws nothing. */
export function diagnose(plan: Plan, step: Step, failure: StepFailure): Diagnosis {
  return findCause(plan, step, failure) ?? unknown(plan, step, failure);
}

/**
 * The same, or undefined when no cause was found. `step` is what was executed, which need not be what the plan has. With the values that are known when
 * it fails, and before anything is undone, more can be seen than later: the container's mount table is that of its init.
 */
export function findCause(
  plan: Plan,
  step: Step,
  failure: StepFailure,
  values: Values = knownValues(plan),
): Diagnosis | undefined {
  if (failure.onPurpose)
    return {
      cause: `The step ${step.id} failed because --fail-at asked for it.`,
      lesson: 'clean-up',
    };
  if (!canLook()) return undefined;
  const scene: Scene = { plan, step, failure, values, store: values.get('STORE') ?? '/' };
  for (const cause of CAUSES) {
    const diagnosis = attempt(cause, scene);
    if (diagnosis !== undefined) return diagnosis;
  }
  return undefined;
}

/** Without a descriptor left nothing is found, and nothing that is missing is a cause. */
function canLook(): boolean {
  try {
    closeSync(openSync('/proc/self/status', 'r'));
    return true;
  } catch (error) {
    return errorCode(error) !== 'EMFILE';
  }
}

/** A look that fails (a file vanished, /proc is missing) finds nothing. */
function attempt(cause: Cause, scene: Scene): Diagnosis | undefined {
  try {
    return cause(scene);
  } catch {
    return undefined;
  }
}

/** No known cause: the tool's own words, and how it ended. */
function unknown(plan: Plan, step: Step, { stderr, exitStatus, signal }: StepFailure): Diagnosis {
  const said = saidLine(stderr);
  const ended = signal === undefined ? `exit status ${exitStatus ?? 'unknown'}` : `killed by ${signal}`;
  return {
    cause: `The step ${step.id} (${step.title}) failed: ${(said || ended).replace(/\.$/, '')}.`,
    hint: startsContainer(plan) ? explained(step) : (pitfallOf(step, stderr) ?? DRY_RUN),
  };
}

const DRY_RUN = 'The same command line with --dry-run prints what the step does, and why it is there.';

/** `explain` knows the steps of a run, and of several of one kind the first. */
function explained({ id }: Step): string {
  return `tinydocker explain ${id.replace(/-\d+$/, '-1')} tells what the step does and what commonly goes wrong.`;
}

/** What commonly goes wrong with the step, if it is what the tool said. */
function pitfallOf({ pitfalls }: Step, stderr: string): string | undefined {
  const said = stderr.toLowerCase();
  return pitfalls.find(pitfall => said.includes((pitfall.split(':')[0] ?? pitfall).toLowerCase()));
}
