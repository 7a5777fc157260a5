/** The executor: does a plan's steps in order, and undoes them, newest first, however the plan ends. It knows steps, not containers. */

import process from 'node:process';
import { EXIT, errorMessage } from '../errors.ts';
import type { Leftover, Outcome, PlanEvent, StepFailure } from '../events.ts';
import { readText } from '../host/text-file.ts';
import { INIT, resolve, type Values } from '../plan/arg.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import { stepCommand } from '../plan/display.ts';
import { UMASK } from '../plan/environment.ts';
import type { Plan, Step } from '../plan/step.ts';
import { undosOf } from '../plan/undos.ts';
import { type Journal, openJournal } from './journal.ts';
import { leftGate } from './left-gate.ts';
import { KILLED, newRunState, type RunState, releaseHeld } from './run-state.ts';
import { runStep, type StepResult } from './run-step.ts';
import { catchesSignal, onStopSignal, type StopSignal, signalStatus } from './signals.ts';
import { undoByHand, undoSteps } from './undo.ts';

export interface RunOptions {
  readonly emit: (event: PlanEvent) => void;
  /** Awaited before each step: a front end may wait, or hand the terminal over. */
  readonly beforeStep?: (step: Step) => Promise<void>;
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

/** How long the container may take to act on a signal that was passed on to it, in milliseconds. */
const GRACE_MS = 10_000;

/** The exit status of whoever was killed by PIPE: 128 + 13. */
const BROKEN_PIPE = 141;

/** Runs a plan to its end. What goes wrong on the machine is in the outcome; it rejects only with what a front end threw, and undoes everything first. */
export async function runPlan(plan: Plan, options: RunOptions): Promise<Outcome> {
  const begin = performance.now();
  const run = new PlanRun(plan, options);
  process.umask(UMASK);
  const stopListening = onStopSignal(signal => run.stop(signal));
  options.emit({ type: 'plan-started', plan });
  try {
    const outcome = { ...(await run.toEnd()), milliseconds: performance.now() - begin };
    options.emit({ type: 'plan-ended', outcome });
    return outcome;
  } finally {
    stopListening();
  }
}

/** The present run: which steps were begun, and what a signal means at this moment. */
class PlanRun {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #state: RunState;
  readonly #begun: Step[] = [];
  #journal: Journal | undefined;
  #phase: 'steps' | 'container' | 'after' | 'undo' = 'steps';
  #stopped: StopSignal | undefined;
  #stops = 0;
  /** Whoever read what a step wrote to the caller's stdout has had enough, as head(1) has. */
  #readerLeft = false;
  #wake: (() => void) | undefined;
  readonly #stopAfter = new AbortController();
  /** What a front end threw: told when everything has been undone. */
  #defect: { readonly error: unknown } | undefined;
  #succeeded = false;
  #keeps = true;

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#state = newRunState(plan);
  }

  async toEnd(): Promise<Omit<Outcome, 'milliseconds'>> {
    const failed = await this.#runSteps();
    await this.#afterSteps();
    this.#phase = 'undo';
    const leftovers = await undoSteps(this.#begun, this.#state, {
      succeeded: this.#succeeded && this.#keeps,
      emit: event => this.#emit(event),
      undone: step => this.#record({ type: 'undone', step: step.id }),
    });
    this.#record({ type: 'ended' });
    this.#journal?.close();
    releaseHeld(this.#state);
    if (this.#defect !== undefined) throw this.#defect.error;
    return this.#outcome(failed, leftovers);
  }

  /** A request to stop. What it means depends on what is going on: a step, the container, the undos; and on how often it was asked. */
  stop(signal: StopSignal): void {
    this.#stops += 1;
    if (this.#phase === 'container') {
      this.#stopContainer(signal);
      return;
    }
    if (this.#phase === 'steps' && this.#stopped === undefined) {
      this.#stopped = signal;
      this.#say(signal, 'stopping here and undoing what was done');
      this.#state.current?.kill('SIGTERM');
      if (!this.#state.values.has(INIT.var)) this.#state.container?.kill('SIGKILL');
      this.#wake?.();
      return;
    }
    if (this.#phase === 'after' && this.#stops === 1) {
      this.#stopAfter.abort();
      return;
    }
    // A plan that has done what it was for is only being tidied up after: that is not stopped, and its status stays.
    if (!this.#succeeded) this.#stopped ??= signal;
    if (this.#stops === 1) {
      this.#say(signal, 'cleaning up already; once more forces it');
      return;
    }
    if (this.#stops === 2) {
      this.#say(signal, 'forcing the present command to end; once more gives up');
      this.#state.current?.kill('SIGKILL');
      return;
    }
    this.#state.current?.kill('SIGKILL');
    this.#state.container?.kill('SIGKILL');
    const left = undosOf(this.#begun, this.#succeeded && this.#keeps).map(step => ({
      step: step.id,
      command: undoByHand(step, this.#state),
      reason: 'given up',
    }));
    this.#options.giveUp(left);
  }

  async #runSteps(): Promise<{ readonly step: Step; readonly failure: StepFailure } | undefined> {
    for (const step of this.#plan.steps) {
      await this.#pause(step);
      if (this.#stopped !== undefined && this.#state.containerEnded === undefined) return undefined;
      if (this.#defect !== undefined) return undefined;
      this.#emit({ type: 'step-started', step: step.id });
      const before = new Map(this.#state.values);
      const { failure: problem, milliseconds } = await this.#perform(step);
      if (problem !== undefined) {
        // Ctrl-C while script(1) has the terminal in raw mode is a signal to init alone, which then leaves.
        const left = this.#stopped === undefined ? await leftGate(this.#state) : undefined;
        if (left === signalStatus('SIGINT')) this.stop('SIGINT');
        if (this.#stopped !== undefined) return undefined;
        this.#readerLeft = isBrokenPipe(step, problem);
        if (this.#readerLeft) return undefined;
        const failure = this.#diagnosed(step, problem);
        this.#emit({ type: 'step-failed', step: step.id, milliseconds, failure });
        return { step, failure };
      }
      this.#emit({ type: 'step-done', step: step.id, milliseconds });
      this.#finished(step, before);
    }
    if (!this.#succeeded) this.#success();
    return undefined;
  }

  async #afterSteps(): Promise<void> {
    // Stopped right behind the gate, a container still runs.
    const runs = this.#state.container !== undefined && this.#state.containerEnded === undefined;
    if (this.#options.afterSteps === undefined || !this.#succeeded || runs || this.#defect !== undefined)
      return;
    this.#phase = 'after';
    try {
      await this.#options.afterSteps(this.#stopAfter.signal, () => {
        this.#keeps = false;
      });
    } catch (error) {
      this.#defect ??= { error };
    }
    // What was pressed to end this is not meant for the cleanup.
    this.#stops = 0;
  }

  /** One step, written down before it begins: a step that the journal can not hold is not begun, because nobody could undo it. */
  async #perform(step: Step): Promise<StepResult> {
    const unwritten = journalFailure(step, () => this.#journal?.append({ type: 'begin', step: step.id }));
    if (unwritten !== undefined) return { milliseconds: 0, failure: unwritten };
    if (!step.reserves) this.#begun.push(step);
    if (step.action.type === 'wait') this.#phase = 'container';
    const result = await runStep(step, this.#state, {
      progress: (done, total) => this.#emit({ type: 'step-progress', step: step.id, done, total }),
      note: text => this.#emit({ type: 'note', step: step.id, text }),
    });
    if (!step.reserves || result.failure !== undefined) return result;
    this.#begun.push(step);
    const failure = journalFailure(step, () => this.#openJournal(step));
    return failure === undefined ? result : { ...result, failure };
  }

  /** What follows from a step that worked. */
  #finished(step: Step, before: ReadonlyMap<string, string>): void {
    const found = [...this.#state.values].filter(([name]) => !before.has(name));
    this.#record({
      type: 'done',
      step: step.id,
      ...(found.length > 0 ? { values: Object.fromEntries(found) } : {}),
    });
    if (step.action.type === 'release') {
      // From here on the container has done what it was for, whatever its command returns.
      this.#success();
      this.#emit({ type: 'container-started', pid: Number(this.#state.values.get(INIT.var)) });
    }
    if (step.action.type === 'wait') {
      this.#phase = 'undo';
      // What was pressed to end the container is not meant for the cleanup.
      this.#stops = 0;
      this.#emit({ type: 'container-exited', status: this.#containerStatus() });
    }
  }

  #diagnosed(step: Step, failure: StepFailure): StepFailure {
    const diagnosis = this.#options.diagnose?.(this.#plan, step, failure, this.#state.values);
    return diagnosis === undefined ? failure : { ...failure, diagnosis };
  }

  /** The workspace exists and is ours: the journal begins. */
  #openJournal(step: Step): void {
    const { workspace } = this.#plan;
    if (workspace === undefined || this.#journal !== undefined) return;
    const { values } = this.#state;
    this.#journal = openJournal(resolve(workspace, values), this.#plan, values);
    this.#journal.append({ type: 'begin', step: step.id });
  }

  #success(): void {
    this.#succeeded = true;
    this.#record({ type: 'succeeded' });
  }

  async #pause(step: Step): Promise<void> {
    if (this.#options.beforeStep === undefined || this.#stopped !== undefined) return;
    const stopped = new Promise<void>(wake => {
      this.#wake = wake;
    });
    const ready = this.#options.beforeStep(step).catch((error: unknown) => {
      this.#defect ??= { error };
    });
    await Promise.race([ready, stopped]);
    this.#wake = undefined;
  }

  /** Passes the signal on if it does something to the command; PID 1 needs a handler for that, or the kernel would drop it, so the container is killed. */
  #stopContainer(signal: StopSignal): void {
    const pid = Number(this.#state.values.get(INIT.var));
    const kill = () => this.#kill(pid, 'SIGKILL');
    const joins = this.#plan.steps.some(({ action }) => action.type === 'start' && action.joins);
    const what = joins ? 'command' : 'container';
    const acts = joins || catchesSignal(readText(`/proc/${pid}/status`), signal);
    if (this.#stopped === undefined && acts) {
      this.#stopped = signal;
      this.#say(signal, `passed on to the ${what}; once more kills it, and so do ${GRACE_MS / 1000} seconds`);
      this.#kill(pid, signal);
      setTimeout(() => {
        if (this.#state.containerEnded === undefined) kill();
      }, GRACE_MS).unref();
      return;
    }
    const again = this.#stopped !== undefined;
    this.#stopped ??= signal;
    this.#say(
      signal,
      again ? `killing the ${what}` : 'the command has no handler for it, so the container is killed',
    );
    kill();
  }

  #kill(pid: number, signal: NodeJS.Signals): void {
    // Our child, init's parent, has not been waited for: init's number can not be anybody else's yet.
    if (this.#state.containerEnded !== undefined || !(pid > 1)) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }

  #outcome(
    failed: { readonly step: Step; readonly failure: StepFailure } | undefined,
    leftovers: readonly Leftover[],
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
    if (this.#stopped !== undefined && !this.#endedByItself()) {
      return { type: 'interrupted', status: signalStatus(this.#stopped), leftovers };
    }
    if (this.#readerLeft) return { type: 'interrupted', status: BROKEN_PIPE, leftovers };
    const status = this.#state.containerEnded === undefined ? 0 : this.#containerStatus();
    return { type: 'succeeded', status: leftovers.length > 0 ? EXIT.tinydocker : status, leftovers };
  }

  /** The container was asked to stop and did so in its own way: its own status counts. */
  #endedByItself(): boolean {
    return this.#state.containerEnded !== undefined && this.#succeeded && this.#containerStatus() !== KILLED;
  }

  #containerStatus(): number {
    return this.#state.containerEnded?.exitStatus ?? KILLED;
  }

  /** Whatever a front end does with it, what was begun has to be undone. */
  #emit(event: PlanEvent): void {
    try {
      this.#options.emit(event);
    } catch (error) {
      this.#defect ??= { error };
    }
  }

  #say(signal: StopSignal, reaction: string): void {
    this.#emit({ type: 'interrupted', signal, reaction });
  }

  #record(record: Parameters<Journal['append']>[0]): void {
    try {
      this.#journal?.append(record);
    } catch {
      // A full disk must not stop an undo. Recovery then undoes more than it would have to, which is safe.
    }
  }
}

/** Whether the step ended because nobody reads the caller's stdout any more: the command was killed by SIGPIPE, or a shell between says so. */
function isBrokenPipe({ action }: Step, { signal, exitStatus }: StepFailure): boolean {
  if (action.type !== 'run' || !action.callersStdout) return false;
  return signal === 'SIGPIPE' || exitStatus === BROKEN_PIPE;
}

/** What is wrong when the journal can't be written: undefined when it can. */
function journalFailure(step: Step, write: () => void): StepFailure | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return { command: stepCommand(step), stderr: `the journal can not be written: ${errorMessage(error)}` };
  }
}
