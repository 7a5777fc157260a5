/** How a plan ended, from what is known when everything that could be undone has been. */

import { EXIT } from '../errors.ts';
import type { Leftover, Outcome, StepFailure } from '../events.ts';
import type { Step } from '../plan/step.ts';
import { KILLED, type RunState } from './run-state.ts';
import { type StopSignal, signalStatus } from './signals.ts';

/** The exit status of whoever was killed by PIPE: 128 + 13. */
const BROKEN_PIPE = 141;

/** A step that failed, and made the plan fail. */
export interface Failed {
  readonly step: Step;
  readonly failure: StepFailure;
}

export interface Ending {
  readonly failed?: Failed | undefined;
  readonly stopped?: StopSignal | undefined;
  /** Whoever read what a step wrote to the caller's stdout has had enough, as head(1) has. */
  readonly readerLeft: boolean;
  readonly succeeded: boolean;
  /** A new start was asked for, and is not possible on what the undos have left. */
  readonly stuck: boolean;
  readonly leftovers: readonly Leftover[];
}

export function outcomeOf(
  { containerEnded }: Pick<RunState, 'containerEnded'>,
  { failed, stopped, readerLeft, succeeded, stuck, leftovers }: Ending,
): Omit<Outcome, 'milliseconds'> {
  if (failed !== undefined) {
    return {
      type: 'failed',
      status: EXIT.tinydocker,
      failedStep: failed.step.id,
      failure: failed.failure,
      leftovers,
    };
  }
  const status = containerEnded === undefined ? 0 : (containerEnded.exitStatus ?? KILLED);
  // The container was asked to stop and did so in its own way: its own status counts.
  const endedByItself = containerEnded !== undefined && succeeded && status !== KILLED;
  if (stopped !== undefined && !endedByItself)
    return { type: 'interrupted', status: signalStatus(stopped), leftovers };
  if (stuck) return { type: 'interrupted', status: EXIT.tinydocker, leftovers };
  if (readerLeft) return { type: 'interrupted', status: BROKEN_PIPE, leftovers };
  return { type: 'succeeded', status: leftovers.length > 0 ? EXIT.tinydocker : status, leftovers };
}

/** Whether the step ended because nobody reads the caller's stdout any more: the command was killed by SIGPIPE, or a shell between says so. */
export function isBrokenPipe({ action }: Step, { signal, exitStatus }: StepFailure): boolean {
  if (action.type !== 'run' || !action.callersStdout) return false;
  return signal === 'SIGPIPE' || exitStatus === BROKEN_PIPE;
}
