/** The executor: does a plan's steps in order, and undoes them, newest first, however the plan ends. It knows steps, not containers. */

import process from 'node:process';
import type { Leftover, Outcome, PlanEvent, StepFailure } from '../events.ts';
import type { Values } from '../plan/arg.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import { UMASK } from '../plan/environment.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { PlanRun } from './plan-run.ts';
import { onStopSignal } from './signals.ts';

/** What a front end wants next, asked before a step. Going back from the first step, or from one that only a new start takes back, is told by events. */
export type Directive =
  /** Do the step. */
  | { readonly type: 'go' }
  /** Do this in its place, now and after each new start. It has the same id. */
  | { readonly type: 'replace'; readonly step: Step }
  /** Let the step fail, this once. */
  | { readonly type: 'fail' }
  /** Take the step before it back, by its own command, or by starting again. */
  | { readonly type: 'back' }
  /** Undo everything, and begin with the first step. */
  | { readonly type: 'restart' }
  /** Undo everything, and end as interrupted. */
  | { readonly type: 'quit' };

export interface RunOptions {
  readonly emit: (event: PlanEvent) => void;
  /** Awaited before each step: a front end may wait, hand the terminal over, or want something else than the step. `values` are those known by now. */
  readonly beforeStep?: (step: Step, values: Values) => Promise<Directive | undefined>;
  /**
   * Awaited when a step has failed, before everything is undone. `back` starts again and does the steps before the failed one; `replace` likewise, with
   * another step in its place; `restart` begins with the first.
   */
  readonly afterFailure?: (
    step: Step,
    failure: StepFailure,
    values: Values,
  ) => Promise<Directive | undefined>;
  /** Looks at the container; then there are snapshots among the events. Never rejects. */
  readonly look?: (values: Values) => Promise<Snapshot>;
  /**
   * Awaited when every step is done, which of a container means that it has ended, and before the undos take away what the steps made: a last look at
   * it. Not called when a step failed or the plan was stopped before. `stopped` is aborted at the next request to stop, and then it has to end
   * soon: the undos wait for it. What it throws comes out when everything has been undone. When it calls `removeKept`, what the plan would have kept
   * is needed no longer, and is undone as well.
   */
  readonly afterSteps?: (stopped: AbortSignal, removeKept: () => void) => Promise<void>;
  /** Looks why a step failed while everything is still as it was when it did: mounts and processes go with the undos. `values` are all that are known by then. */
  readonly diagnose?: (plan: Plan, step: Step, failure: StepFailure, values: Values) => Diagnosis | undefined;
  /** Called on the third request to stop, with the commands that are left to run by hand; it ends the process. */
  readonly giveUp: (leftovers: readonly Leftover[]) => void;
}

/** Runs a plan to its end. What goes wrong on the machine is in the outcome; it rejects only with what a front end threw, and undoes everything first. */
export async function runPlan(plan: Plan, options: RunOptions): Promise<Outcome> {
  const begin = performance.now();
  let run = new PlanRun(plan, options);
  process.umask(UMASK);
  const stopListening = onStopSignal(signal => run.stop(signal));
  try {
    for (;;) {
      options.emit({ type: 'plan-started', plan: run.plan });
      const ended = await run.toEnd();
      if ('restart' in ended) {
        run = new PlanRun(ended.restart.plan, options, ended.restart);
        continue;
      }
      const outcome = { ...ended, milliseconds: performance.now() - begin };
      options.emit({ type: 'plan-ended', outcome });
      return outcome;
    }
  } finally {
    stopListening();
  }
}
