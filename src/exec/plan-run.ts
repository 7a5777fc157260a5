/** One way through a plan: the steps, what was begun, and the undos. A new start is another one. */

import type { Outcome, PlanEvent, StepFailure } from '../events.ts';
import { INIT } from '../plan/arg.ts';
import { backOf, backText } from '../plan/back.ts';
import { failing } from '../plan/fail-at.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { leftGate } from './left-gate.ts';
import { Looks } from './looks.ts';
import { type Failed, isBrokenPipe, outcomeOf } from './outcome.ts';
import { PlanJournal } from './plan-journal.ts';
import type { Directive, RunOptions } from './run-plan.ts';
import { KILLED, newRunState, type RunState, releaseHeld } from './run-state.ts';
import { runStep, type StepResult } from './run-step.ts';
import { type StopSignal, signalStatus } from './signals.ts';
import { takeBack } from './step-back.ts';
import { StopRequests } from './stop-requests.ts';
import { undoSteps } from './undo.ts';

/** A new start: the plan with what was replaced in it, and how many steps are done before a front end is asked again. */
export interface Restart {
  readonly plan: Plan;
  readonly until: number;
  /** What was found there before. */
  readonly snapshot?: Snapshot | undefined;
}

type Ended = Omit<Outcome, 'milliseconds'>;

export class PlanRun {
  readonly #options: RunOptions;
  readonly #state: RunState;
  readonly #stops: StopRequests;
  readonly #begun: Step[] = [];
  readonly #again: Restart | undefined;
  #plan: Plan;
  readonly #journal: PlanJournal;
  readonly #looks: Looks;
  /** Names of the values that each step found out. */
  readonly #found: (readonly string[])[] = [];
  #arrived = false;
  #toldReplayed = false;
  #restart: Omit<Restart, 'plan'> | undefined;
  /** Whoever read what a step wrote to the caller's stdout has had enough, as head(1) has. */
  #readerLeft = false;
  /** What a front end threw: told when everything has been undone. */
  #defect: { readonly error: unknown } | undefined;
  #succeeded = false;
  #keeps = true;

  constructor(plan: Plan, options: RunOptions, again?: Restart) {
    this.#plan = plan;
    this.#options = options;
    this.#again = again;
    this.#state = newRunState(plan);
    const { values } = this.#state;
    this.#journal = new PlanJournal(plan, values);
    this.#looks = new Looks(options.look, values, event => this.#emit(event));
    this.#stops = new StopRequests(plan, this.#state, {
      say: (signal, reaction) => this.#emit({ type: 'interrupted', signal, reaction }),
      succeeded: () => this.#succeeded,
      begun: () => ({ steps: this.#begun, succeeded: this.#succeeded && this.#keeps }),
      giveUp: leftovers => options.giveUp(leftovers),
    });
  }

  /** With what was replaced in it. */
  get plan(): Plan {
    return this.#plan;
  }

  stop(signal: StopSignal): void {
    this.#stops.request(signal);
  }

  async toEnd(): Promise<Ended | { readonly restart: Restart }> {
    const failed = await this.#runSteps();
    await this.#afterSteps();
    this.#stops.phase = 'undo';
    const leftovers = await undoSteps(this.#begun, this.#state, {
      // A new start needs the place that a kept container would have.
      succeeded: this.#succeeded && this.#keeps && this.#restart === undefined,
      emit: event => this.#emit(event),
      undone: step => this.#journal.note({ type: 'undone', step: step.id }),
    });
    this.#journal.note({ type: 'ended' });
    this.#journal.close();
    releaseHeld(this.#state);
    await this.#looks.end();
    if (this.#defect !== undefined) throw this.#defect.error;
    if (this.#restart !== undefined && this.#stops.stopped === undefined && leftovers.length === 0)
      return { restart: { ...this.#restart, plan: this.#plan } };
    return outcomeOf(this.#state, {
      failed,
      leftovers,
      stopped: this.#stops.stopped,
      readerLeft: this.#readerLeft,
      succeeded: this.#succeeded,
      stuck: this.#restart !== undefined,
    });
  }

  async #runSteps(): Promise<Failed | undefined> {
    await this.#looks.begin();
    const { steps } = this.#plan;
    for (let index = 0; index < steps.length; ) {
      const step = this.#plan.steps[index] as Step;
      const directive = this.#isAgain(index) ? GO : await this.#ask(step, index);
      if (this.#stopsHere() || this.#defect !== undefined) return undefined;
      if (directive.type === 'quit' || directive.type === 'restart') {
        if (directive.type === 'quit') this.stop('SIGINT');
        else this.#startAgain(0);
        return undefined;
      }
      if (directive.type === 'back') {
        if (index === 0) continue;
        if (!(await this.#back(index - 1))) return undefined;
        index -= 1;
        continue;
      }
      if (directive.type === 'replace') this.#replace(index, directive.step);
      const planned = this.#plan.steps[index] as Step;
      const failed = await this.#do(directive.type === 'fail' ? failing(planned) : planned, index);
      if (failed === 'stopped') return undefined;
      if (failed !== undefined) return (await this.#afterFailure(failed, index)) ? undefined : failed;
      index += 1;
    }
    if (!this.#succeeded) this.#success();
    return undefined;
  }

  /** One step with what belongs to it. `stopped`: it is over, but not because of the step. */
  async #do(step: Step, index: number): Promise<Failed | 'stopped' | undefined> {
    this.#emit({ type: 'step-started', step: step.id });
    const before = new Set(this.#state.values.keys());
    const { failure: problem, milliseconds } = await this.#perform(step);
    this.#found[index] = [...this.#state.values.keys()].filter(name => !before.has(name));
    if (problem !== undefined) {
      // Ctrl-C while script(1) has the terminal in raw mode is a signal to init alone, which then leaves.
      const left = this.#stops.stopped === undefined ? await leftGate(this.#state) : undefined;
      if (left === signalStatus('SIGINT')) this.stop('SIGINT');
      if (this.#stops.stopped !== undefined) return 'stopped';
      this.#readerLeft = isBrokenPipe(step, problem);
      if (this.#readerLeft) return 'stopped';
      const failure = this.#diagnosed(step, problem);
      this.#emit({ type: 'step-failed', step: step.id, milliseconds, failure });
      return { step, failure };
    }
    this.#emit({ type: 'step-done', step: step.id, milliseconds });
    this.#finished(step, this.#found[index] ?? []);
    // From the gate on the container is not ours to be looked at from inside.
    if (!this.#succeeded) await this.#looks.after(step, index);
    return undefined;
  }

  async #afterSteps(): Promise<void> {
    // Stopped right behind the gate, a container still runs.
    const runs = this.#state.container !== undefined && this.#state.containerEnded === undefined;
    if (this.#options.afterSteps === undefined || !this.#succeeded || runs || this.#defect !== undefined)
      return;
    const stopped = this.#stops.beginAfter();
    try {
      await this.#options.afterSteps(stopped, () => {
        this.#keeps = false;
      });
    } catch (error) {
      this.#defect ??= { error };
    }
    // What was pressed to end this is not meant for the cleanup.
    this.#stops.forget();
  }

  /** One step, written down before it begins: a step that the journal can not hold is not begun, because nobody could undo it. */
  async #perform(step: Step): Promise<StepResult> {
    const unwritten = this.#journal.begin(step);
    if (unwritten !== undefined) return { milliseconds: 0, failure: unwritten };
    if (!step.reserves) this.#begun.push(step);
    if (step.action.type === 'wait') this.#stops.phase = 'container';
    const result = await runStep(step, this.#state, {
      progress: (done, total) => this.#emit({ type: 'step-progress', step: step.id, done, total }),
      note: text => this.#emit({ type: 'note', step: step.id, text }),
    });
    if (!step.reserves || result.failure !== undefined) return result;
    this.#begun.push(step);
    const failure = this.#journal.open(step);
    return failure === undefined ? result : { ...result, failure };
  }

  #diagnosed(step: Step, failure: StepFailure): StepFailure {
    const diagnosis = this.#options.diagnose?.(this.#plan, step, failure, this.#state.values);
    return diagnosis === undefined ? failure : { ...failure, diagnosis };
  }

  /** What follows from a step that worked. */
  #finished(step: Step, names: readonly string[]): void {
    const found = names.map(name => [name, this.#state.values.get(name) ?? ''] as const);
    this.#journal.note({
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
      this.#stops.phase = 'undo';
      // What was pressed to end the container is not meant for the cleanup.
      this.#stops.forget();
      this.#emit({ type: 'container-exited', status: this.#state.containerEnded?.exitStatus ?? KILLED });
    }
  }

  #success(): void {
    this.#succeeded = true;
    this.#journal.note({ type: 'succeeded' });
  }

  /** On the way to where we were; once there, going back further asks again. */
  #isAgain(index: number): boolean {
    this.#arrived ||= index >= (this.#again?.until ?? 0);
    return !this.#arrived;
  }

  async #ask(step: Step, index: number): Promise<Directive> {
    this.#tellReplayed(step, index);
    const { beforeStep } = this.#options;
    return this.#wait(beforeStep && (() => beforeStep(step, this.#state.values)));
  }

  /** What a front end wants; what it wants is no longer asked when there was a request to stop. */
  async #wait(ask: (() => Promise<Directive | undefined>) | undefined): Promise<Directive> {
    if (ask === undefined || this.#stops.stopped !== undefined) return GO;
    const answer = ask().catch((error: unknown) => {
      this.#defect ??= { error };
      return undefined;
    });
    return (await Promise.race([answer, this.#stops.next()])) ?? GO;
  }

  #stopsHere(): boolean {
    return this.#stops.stopped !== undefined && this.#state.containerEnded === undefined;
  }

  /** Takes back the newest step. False when everything has to be undone. */
  async #back(index: number): Promise<boolean> {
    const step = this.#plan.steps[index] as Step;
    const back = backOf(step);
    if (back.type === 'replay') {
      this.#startAgain(index, back.reason);
      return false;
    }
    const begin = performance.now();
    this.#emit({ type: 'back-started', step: step.id, command: backText(step) });
    // It lies in what goes now.
    if (step.reserves) this.#journal.close();
    const reason = await takeBack(back, this.#state);
    if (reason !== undefined) {
      this.#emit({ type: 'back-failed', step: step.id, reason });
      this.#startAgain(index, `the command that takes it back failed: ${reason}`);
      return false;
    }
    this.#journal.note({ type: 'undone', step: step.id });
    if (this.#begun.at(-1) === step) this.#begun.pop();
    for (const name of this.#found[index] ?? []) this.#state.values.delete(name);
    const differences = await this.#looks.back(step, index);
    this.#emit({
      type: 'back-done',
      step: step.id,
      milliseconds: performance.now() - begin,
      ...(differences === undefined ? {} : { differences }),
    });
    return true;
  }

  /** True when a front end wants to begin again. */
  async #afterFailure({ step, failure }: Failed, index: number): Promise<boolean> {
    const { afterFailure } = this.#options;
    const wish = await this.#wait(afterFailure && (() => afterFailure(step, failure, this.#state.values)));
    if (wish.type === 'replace') this.#replace(index, wish.step);
    if (wish.type === 'replace' || wish.type === 'back') this.#startAgain(index);
    if (wish.type === 'restart') this.#startAgain(0);
    return this.#restart !== undefined;
  }

  #startAgain(until: number, reason?: string): void {
    this.#restart = { until, snapshot: this.#looks.before(until) };
    const step = until > 0 ? this.#plan.steps[until]?.id : undefined;
    this.#emit({
      type: 'restarting',
      ...(step === undefined ? {} : { until: step }),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Back where we were: whether the machine looks as it did then. */
  #tellReplayed(step: Step, index: number): void {
    if (this.#again === undefined || this.#again.until !== index || index === 0 || this.#toldReplayed) return;
    this.#toldReplayed = true;
    const differences = this.#looks.besides(this.#again.snapshot, index);
    this.#emit({
      type: 'replayed',
      until: step.id,
      ...(differences === undefined ? {} : { differences }),
    });
  }

  #replace(index: number, step: Step): void {
    this.#plan = { ...this.#plan, steps: this.#plan.steps.with(index, step) };
    this.#emit({ type: 'step-replaced', step });
  }

  /** Whatever a front end does with it, what was begun has to be undone. */
  #emit(event: PlanEvent): void {
    try {
      this.#options.emit(event);
    } catch (error) {
      this.#defect ??= { error };
    }
  }
}

const GO: Directive = { type: 'go' };
