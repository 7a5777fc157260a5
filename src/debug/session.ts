/** The debugger between the executor and whoever shows it: turns what is asked into directives, and the terminal over to whom it belongs. */

import type { PlanEvent, StepFailure } from '../events.ts';
import type { Directive, RunOptions } from '../exec/run-plan.ts';
import type { CallersTerminal } from '../exec/terminal.ts';
import type { Values } from '../plan/arg.ts';
import { backOf } from '../plan/back.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Command } from './command.ts';
import { edited } from './edit.ts';
import type { DebugFrontEnd } from './front-end.ts';
import {
  backWay,
  type DebugEvent,
  type DebugOptions,
  type DebugState,
  debug,
  initialState,
  type Stop,
  stopBefore,
  stopsAtFailure,
} from './state.ts';

export interface Surroundings {
  readonly look: (values: Values) => Promise<Snapshot>;
  /** Tells everybody what happened, the session included. */
  readonly emit: (event: PlanEvent) => void;
  /** The cause of a failure, where the executor knows none. */
  readonly diagnose: (plan: Plan, step: Step, failure: StepFailure) => Diagnosis;
  /** Runs a shell, or one line of it, to its end. Returns a sentence when that is not possible. */
  readonly shell: (
    where: 'host-shell' | 'inside-shell',
    line: string | undefined,
    context: { readonly values: Values; readonly state: DebugState; readonly stopped: AbortSignal },
  ) => Promise<string | undefined>;
  /** Writes the plan into a file. Returns a sentence that says so, or throws. */
  readonly write: (plan: Plan, file: string | undefined) => string;
  readonly terminal: CallersTerminal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class DebugSession {
  readonly #frontEnd: DebugFrontEnd;
  readonly #around: Surroundings;
  readonly #stop = new AbortController();
  #state: DebugState;
  #handedOver = false;

  constructor(plan: Plan, options: DebugOptions, frontEnd: DebugFrontEnd, around: Surroundings) {
    this.#state = initialState(plan, options);
    this.#frontEnd = frontEnd;
    this.#around = around;
  }

  get state(): DebugState {
    return this.#state;
  }

  /** What the executor asks and tells. */
  get options(): Pick<RunOptions, 'emit' | 'beforeStep' | 'afterFailure' | 'look'> {
    return {
      emit: event => this.emit(event),
      beforeStep: (step, values) => this.#beforeStep(step, values),
      afterFailure: (step, failure, values) => this.#afterFailure(step, failure, values),
      look: values => this.#around.look(values),
    };
  }

  emit(event: PlanEvent): void {
    if (event.type === 'interrupted') this.#stop.abort();
    if (event.type === 'undo-started' || event.type === 'back-started') this.#letScriptEnd(event.step);
    this.#tell(event);
    if ((event.type === 'undo-done' || event.type === 'back-done') && this.#isStart(event.step))
      this.#around.terminal?.forget();
  }

  /** The container has ended: the terminal is ours again. */
  async takeBack(): Promise<void> {
    if (!this.#handedOver) return;
    this.#handedOver = false;
    await this.#frontEnd.takeBack();
  }

  async close(): Promise<void> {
    await this.takeBack();
    await this.#frontEnd.close(this.#state);
  }

  async #beforeStep(step: Step, values: Values): Promise<Directive | undefined> {
    if (step.action.type === 'wait') return undefined;
    const { terminal } = this.#around;
    const starts = step.action.type === 'start';
    if (!starts) await terminal?.beforeStep(step, values);
    const stop = stopBefore(this.#state, step);
    const directive = stop === undefined ? this.#go(step.id, step) : await this.#ask(stop, values);
    if (this.#stop.signal.aborted) return directive;
    const does = directive.type === 'go' || directive.type === 'replace';
    // script(1) takes the settings that the terminal has when it starts for the container's, and gives them back when it ends.
    if ((does && starts && terminal !== undefined) || this.#startsAgain(directive)) await this.#handOver();
    if (does && starts) await terminal?.beforeStep(step, values);
    if (does && step.action.type === 'release') {
      await this.#handOver();
      await terminal?.handOver();
    }
    return directive;
  }

  async #afterFailure(step: Step, failure: StepFailure, values: Values): Promise<Directive | undefined> {
    if (!stopsAtFailure(this.#state)) return undefined;
    const planned = this.#state.plan.steps.find(({ id }) => id === step.id) ?? step;
    const diagnosis = failure.diagnosis ?? this.#around.diagnose(this.#state.plan, planned, failure);
    const stop: Stop = { type: 'failure', step: planned, failure, ...diagnosis };
    const directive = await this.#ask(stop, values);
    if (this.#startsAgain(directive)) await this.#handOver();
    return directive;
  }

  /** Until there is an answer that leads on. */
  async #ask(stop: Stop, values: Values): Promise<Directive> {
    await this.takeBack();
    this.#tell({ type: 'stopped', stop });
    for (;;) {
      const command = await this.#frontEnd.ask(this.#state, this.#stop.signal);
      if (this.#stop.signal.aborted) return { type: 'quit' };
      this.#tell({ type: 'command', command });
      const directive = await this.#obey(command, stop, values);
      if (directive !== undefined) return directive;
    }
  }

  async #obey(command: Command, stop: Stop, values: Values): Promise<Directive | undefined> {
    switch (command.type) {
      case 'next':
      case 'continue':
        return this.#go(stop.step.id);
      case 'back':
        if (stop.type !== 'failure' && backWay(this.#state).type === 'none') {
          this.#refuse(['There is no step to take back.']);
          return undefined;
        }
        return { type: 'back' };
      case 'restart':
      case 'quit':
        return { type: command.type };
      case 'fail':
        if (stop.type !== 'failure') return { type: 'fail' };
        this.#refuse(['It has failed already: n undoes everything, e changes it, N goes back to before it.']);
        return undefined;
      case 'edit':
        return this.#edit(command.text, stop);
      case 'host-shell':
      case 'inside-shell':
        await this.#shell(command.type, command.line, values);
        return undefined;
      case 'export':
        this.#export(command.file);
        return undefined;
      default:
        return undefined;
    }
  }

  /** What was edited is done in place of what was planned. */
  #go(id: string, planned?: Step): Directive {
    const step = this.#state.edits.get(id);
    return step === undefined || step === planned ? { type: 'go' } : { type: 'replace', step };
  }

  /** After a failure everything is made again up to the edited step; otherwise it waits for `n`. */
  #edit(text: string, stop: Stop): Directive | undefined {
    const result = edited(this.#state.plan, stop.step, text);
    if (!result.ok) {
      const lines = result.failures.flatMap(({ message, hint }) => [message, hint ?? '']);
      this.#refuse(lines.filter(line => line !== ''));
      return undefined;
    }
    this.#tell({ type: 'edited', step: result.value });
    return stop.type === 'failure' ? { type: 'replace', step: result.value } : undefined;
  }

  async #shell(
    where: 'host-shell' | 'inside-shell',
    line: string | undefined,
    values: Values,
  ): Promise<void> {
    await this.#handOver();
    const refusal = await this.#around.shell(where, line, {
      values,
      state: this.#state,
      stopped: this.#stop.signal,
    });
    await this.takeBack();
    if (refusal !== undefined) this.#refuse([refusal]);
    else this.#around.emit({ type: 'snapshot', moment: 'shell', snapshot: await this.#around.look(values) });
  }

  #export(file: string | undefined): void {
    try {
      const lines = [this.#around.write(this.#state.plan, file)];
      this.#tell({ type: 'message', message: { kind: 'said', lines } });
    } catch (error) {
      this.#refuse([error instanceof Error ? error.message : String(error)]);
    }
  }

  /** Whether the answer makes everything again, what has a terminal of its own included, without asking. */
  #startsAgain(directive: Directive): boolean {
    if (this.#around.terminal === undefined) return false;
    const { plan, at, stop } = this.#state;
    const starts = plan.steps.findIndex(({ action }) => action.type === 'start');
    if (directive.type === 'replace') return stop?.type === 'failure' && starts < at;
    if (directive.type !== 'back') return false;
    const last = plan.steps[at - 1];
    return last !== undefined && backOf(last).type === 'replay' && starts < at - 1;
  }

  async #handOver(): Promise<void> {
    if (this.#handedOver) return;
    this.#handedOver = true;
    await this.#frontEnd.handOver();
  }

  #letScriptEnd(step: string): void {
    if (this.#isStart(step)) this.#around.terminal?.letRead();
  }

  #isStart(id: string): boolean {
    return this.#state.plan.steps.some(step => step.id === id && step.action.type === 'start');
  }

  #refuse(lines: readonly string[]): void {
    this.#tell({ type: 'message', message: { kind: 'refused', lines } });
  }

  #tell(event: DebugEvent): void {
    this.#state = debug(this.#state, event, this.#around.now());
    this.#frontEnd.show(this.#state, event);
  }
}
