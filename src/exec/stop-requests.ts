/** Requests to stop: what a signal means depends on what is going on (a step, the container, the undos), and on how often it was asked. */

import process from 'node:process';
import type { Leftover } from '../events.ts';
import { readText } from '../host/text-file.ts';
import { INIT } from '../plan/arg.ts';
import type { Plan, Step } from '../plan/step.ts';
import { undosOf } from '../plan/undos.ts';
import type { RunState } from './run-state.ts';
import { catchesSignal, type StopSignal } from './signals.ts';
import { undoByHand } from './undo.ts';

/** How long the container may take to act on a signal that was passed on to it, in milliseconds. */
const GRACE_MS = 10_000;

export interface StopContext {
  readonly say: (signal: StopSignal, reaction: string) => void;
  /** The plan has done what it is for. */
  readonly succeeded: () => boolean;
  /** What would have to be undone now. */
  readonly begun: () => { readonly steps: readonly Step[]; readonly succeeded: boolean };
  readonly giveUp: (leftovers: readonly Leftover[]) => void;
}

export class StopRequests {
  /** What is going on. */
  phase: 'steps' | 'container' | 'after' | 'undo' = 'steps';
  readonly #plan: Plan;
  readonly #state: RunState;
  readonly #context: StopContext;
  readonly #stopAfter = new AbortController();
  #stopped: StopSignal | undefined;
  #count = 0;
  #hungUp = false;
  #wake: (() => void) | undefined;

  constructor(plan: Plan, state: RunState, context: StopContext) {
    this.#plan = plan;
    this.#state = state;
    this.#context = context;
  }

  /** The signal by which the plan was stopped. */
  get stopped(): StopSignal | undefined {
    return this.#stopped;
  }

  /** Settles at the next request that stops the steps. */
  next(): Promise<undefined> {
    return new Promise(wake => {
      this.#wake = () => wake(undefined);
    });
  }

  /** What is done after the steps begins; the signal is aborted when it has to end. */
  beginAfter(): AbortSignal {
    this.phase = 'after';
    return this.#stopAfter.signal;
  }

  /** What was asked so far was meant for what is over now. */
  forget(): void {
    this.#count = 0;
  }

  request(signal: StopSignal): void {
    // One terminal that goes away tells it twice: when it does, and when the shell that had it ends. Nobody has asked again.
    if (signal === 'SIGHUP' && this.#hungUp) return;
    this.#hungUp ||= signal === 'SIGHUP';
    this.#count += 1;
    const { say, succeeded, giveUp, begun } = this.#context;
    if (this.phase === 'container') {
      this.#stopContainer(signal);
      return;
    }
    if (this.phase === 'steps' && this.#stopped === undefined) {
      this.#stopped = signal;
      say(signal, 'stopping here and undoing what was done');
      this.#state.current?.kill('SIGTERM');
      if (!this.#state.values.has(INIT.var)) this.#state.container?.kill('SIGKILL');
      this.#wake?.();
      return;
    }
    if (this.phase === 'after' && this.#count === 1) {
      this.#stopAfter.abort();
      return;
    }
    // A plan that has done what it was for is only being tidied up after: that is not stopped, and its status stays.
    if (!succeeded()) this.#stopped ??= signal;
    if (this.#count === 1) {
      say(signal, 'cleaning up already; once more forces it');
      return;
    }
    this.#state.current?.kill('SIGKILL');
    if (this.#count === 2) {
      say(signal, 'forcing the present command to end; once more gives up');
      return;
    }
    this.#state.container?.kill('SIGKILL');
    const { steps, succeeded: kept } = begun();
    giveUp(
      undosOf(steps, kept).map(step => ({
        step: step.id,
        command: undoByHand(step, this.#state),
        reason: 'given up',
      })),
    );
  }

  /** Passes the signal on if it does something to the command; PID 1 needs a handler for that, or the kernel would drop it, so the container is killed. */
  #stopContainer(signal: StopSignal): void {
    const { say } = this.#context;
    const pid = Number(this.#state.values.get(INIT.var));
    const kill = () => this.#kill(pid, 'SIGKILL');
    const joins = this.#plan.steps.some(({ action }) => action.type === 'start' && action.joins);
    const what = joins ? 'command' : 'container';
    const acts = joins || catchesSignal(readText(`/proc/${pid}/status`), signal);
    if (this.#stopped === undefined && acts) {
      this.#stopped = signal;
      say(signal, `passed on to the ${what}; once more kills it, and so do ${GRACE_MS / 1000} seconds`);
      this.#kill(pid, signal);
      setTimeout(() => {
        if (this.#state.containerEnded === undefined) kill();
      }, GRACE_MS).unref();
      return;
    }
    const again = this.#stopped !== undefined;
    this.#stopped ??= signal;
    say(
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
}
