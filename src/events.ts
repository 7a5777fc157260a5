/** What happens while a plan runs: the only thing that user interfaces and logs consume. */

import type { Diagnosis } from './plan/diagnosis.ts';
import type { Plan, Step } from './plan/step.ts';
import type { Change } from './snapshot/compare.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** The version of the event format, for programs that read it. */
export const EVENT_VERSION = 1;

export type PlanEvent =
  | { readonly type: 'plan-started'; readonly plan: Plan }
  | { readonly type: 'step-started'; readonly step: string }
  /** How far a long step is, in bytes. */
  | { readonly type: 'step-progress'; readonly step: string; readonly done: number; readonly total: number }
  | { readonly type: 'step-done'; readonly step: string; readonly milliseconds: number }
  /** What a step found out and the user should know, a sentence. */
  | { readonly type: 'note'; readonly step: string; readonly text: string }
  | {
      readonly type: 'step-failed';
      readonly step: string;
      readonly milliseconds: number;
      readonly failure: StepFailure;
    }
  /** init is through the gate; `pid` is the host's. */
  | { readonly type: 'container-started'; readonly pid: number }
  | { readonly type: 'container-exited'; readonly status: number }
  /** What the container changed goes with it: as many as `diff` would list; at least so many when not everything was looked at. */
  | { readonly type: 'changes-discarded'; readonly changes: number; readonly complete: boolean }
  /** A signal arrived: what was done about it. */
  | { readonly type: 'interrupted'; readonly signal: string; readonly reaction: string }
  | { readonly type: 'undo-started'; readonly step: string; readonly command: string }
  | { readonly type: 'undo-done'; readonly step: string; readonly milliseconds: number }
  | { readonly type: 'undo-failed'; readonly step: string; readonly command: string; readonly reason: string }
  /** A look at the container: before the first step, after one, after one was taken back, after the user was in a shell, after the last undo. */
  | {
      readonly type: 'snapshot';
      readonly moment: 'begin' | 'step' | 'back' | 'shell' | 'end';
      readonly step?: string;
      readonly snapshot: Snapshot;
    }
  /** The newest step is taken back, and may be done again. */
  | { readonly type: 'back-started'; readonly step: string; readonly command: string }
  /** `differences`: what is not as it was before the step; undefined when nobody looked. */
  | {
      readonly type: 'back-done';
      readonly step: string;
      readonly milliseconds: number;
      readonly differences?: readonly Change[];
    }
  | { readonly type: 'back-failed'; readonly step: string; readonly reason: string }
  /**
   * Everything is undone now, and begins again with another `plan-started`; then the steps before `until` are done without asking. `reason` says
   * why, when it was not asked for.
   */
  | { readonly type: 'restarting'; readonly until?: string; readonly reason?: string }
  /** The steps up to `until` have been done again; see `differences` of back-done. */
  | { readonly type: 'replayed'; readonly until: string; readonly differences?: readonly Change[] }
  /** The next step is another one than was planned. */
  | { readonly type: 'step-replaced'; readonly step: Step }
  | { readonly type: 'plan-ended'; readonly outcome: Outcome };

export interface StepFailure {
  /** What was executed, as it is printed. */
  readonly command: string;
  /** The command's own exit status, undefined when it was not started or was killed. */
  readonly exitStatus?: number;
  readonly signal?: string;
  readonly stderr: string;
  /** The step was made to fail: by --fail-at, or in the debugger. */
  readonly onPurpose?: true;
  /** Why it failed, if that was found out by looking at the machine before anything was undone. */
  readonly diagnosis?: Diagnosis;
}

/** How a plan ended. Everything that could be undone has been, whichever it is. */
export interface Outcome {
  readonly type: 'succeeded' | 'failed' | 'interrupted';
  /** Exit status: the container's own, 0, 125, or 128 + n. */
  readonly status: number;
  /** The step that failed. */
  readonly failedStep?: string;
  readonly failure?: StepFailure;
  /** Undos that failed, with the commands that finish them by hand. */
  readonly leftovers: readonly Leftover[];
  readonly milliseconds: number;
}

export interface Leftover {
  readonly step: string;
  readonly command: string;
  readonly reason: string;
}
