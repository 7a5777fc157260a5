/** The debugger on a full screen: keys go in, rows come out, and the terminal goes to whoever needs it. What is shown is in src/ui/debug. */

import process from 'node:process';
import { onStopSignal } from '../exec/signals.ts';
import { watchTerminal } from '../exec/terminal-keeper.ts';
import { pressed } from '../ui/debug/keys.ts';
import { type ScreenState, screenState, shown } from '../ui/debug/state.ts';
import type { Write } from '../ui/reporter.ts';
import { openDrawnScreen } from '../ui/screen/drawn-screen.ts';
import type { Key } from '../ui/screen/keys.ts';
import type { Screen } from '../ui/screen/screen.ts';
import { cleanedUpSentence, discardedSentence, failedSentence } from '../ui/summary.ts';
import { visible } from '../ui/visible.ts';
import type { Command, CommandType } from './command.ts';
import type { DebugFrontEnd } from './front-end.ts';
import { type DebugEvent, type DebugState, nextStep } from './state.ts';
import { leftLines } from './text.ts';

/** How long a step may take before it is shown to be at work, in milliseconds. */
const PATIENCE_MS = 80;

export interface DebugScreenOptions {
  /** What stays when the screen is gone. */
  readonly write: Write;
}

/** There has to be a terminal; see whyNoScreen. It is entered at the first question, and not before. */
export function debugScreen(options: DebugScreenOptions): DebugFrontEnd {
  return new DebugScreen(options);
}

class DebugScreen implements DebugFrontEnd {
  readonly #options: DebugScreenOptions;
  #state: ScreenState | undefined;
  #screen: Screen | undefined;
  #answer: ((command: Command) => void) | undefined;
  /** Typed while steps were done: they are for the next question. */
  #keys: Key[] = [];
  /** What was asked for last. */
  #last: CommandType | undefined;
  #leave: (() => void) | undefined;
  #gone = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DebugScreenOptions) {
    this.#options = options;
  }

  async ask(state: DebugState, stopped: AbortSignal): Promise<Command> {
    await this.#open(state);
    return new Promise(resolve => {
      const stop = () => answer({ type: 'quit' });
      const answer = (command: Command) => {
        stopped.removeEventListener('abort', stop);
        this.#answer = undefined;
        this.#last = command.type;
        if (this.#state !== undefined) this.#state = { ...this.#state, asked: false };
        this.#drawSoon();
        resolve(command);
      };
      if (stopped.aborted || this.#gone) {
        resolve({ type: 'quit' });
        return;
      }
      stopped.addEventListener('abort', stop);
      this.#answer = answer;
      this.#change(old => ({ ...old, debug: state, asked: true }));
      this.#keys.splice(0).forEach(this.#onKey);
    });
  }

  show(state: DebugState, event: DebugEvent): void {
    this.#state = shown(this.#state ?? screenState(state), state, event);
    if (event.type === 'changes-discarded') this.#note(discardedSentence(event));
    if ((event.type === 'undo-done' || event.type === 'back-done') && hadTerminal(state, event.step))
      this.#screen?.regain();
    this.#drawSoon();
  }

  async handOver(): Promise<void> {
    // What was typed before was not for a shell, nor is it a command when that has ended. A step that only needs the terminal for a moment leaves us the keys.
    if (this.#isForSomebody()) this.#keys = [];
    await this.#screen?.handOver();
  }

  async takeBack(): Promise<void> {
    if (!this.#gone) await this.#screen?.takeBack();
  }

  async close(state: DebugState): Promise<void> {
    if (this.#screen !== undefined) {
      if (this.#staysOpen(state)) await this.#lastKey();
      await this.#screen.close();
      this.#screen = undefined;
    }
    for (const text of farewell(state, this.#state?.notes ?? [])) this.#options.write(`${text}\n`);
  }

  say(text: string): void {
    if (this.#screen === undefined) this.#options.write(`tinydocker: note: ${text}\n`);
    else this.#note(text);
  }

  #isForSomebody(): boolean {
    const step = this.#state && nextStep(this.#state.debug);
    return this.#last === 'host-shell' || this.#last === 'inside-shell' || step?.action.type === 'release';
  }

  /** Most steps take less time than drawing what they do, and are seen when they are done. */
  #drawSoon(): void {
    this.#timer ??= setTimeout(() => this.#draw(), PATIENCE_MS).unref();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#screen?.redraw();
  }

  async #open(state: DebugState): Promise<void> {
    this.#state ??= screenState(state);
    this.#screen ??= await openDrawnScreen({
      watch: watchTerminal,
      view: (ink, sheet) => (this.#state === undefined ? [] : ink.debugScreen(this.#state, sheet)),
      onKey: this.#onKey,
      onGone: this.#onGone,
    });
  }

  readonly #onKey = (key: Key): void => {
    if (this.#leave !== undefined) this.#leave();
    else if (key.type === 'control' && key.letter === 'c') process.kill(process.pid, 'SIGINT');
    else if (key.type === 'control' && key.letter === 'z') void this.#suspend();
    else if (this.#state === undefined) return;
    else this.#press(this.#state, key);
  };

  #press(state: ScreenState, key: Key): void {
    // In the order in which they were typed.
    if (this.#answer === undefined) {
      this.#keys.push(key);
      return;
    }
    const { state: next, command, refusal } = pressed(state, key);
    this.#state =
      refusal === undefined
        ? next
        : { ...next, debug: { ...next.debug, message: { kind: 'refused', lines: [refusal] } } };
    if (command === undefined) this.#draw();
    else this.#answer(command);
  }

  readonly #onGone = (): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#leave?.();
    process.kill(process.pid, 'SIGHUP');
  };

  /** Only while nothing is at work: what is done meanwhile would be stopped as well, or go on unseen. */
  async #suspend(): Promise<void> {
    if (this.#answer === undefined) return;
    await this.#screen?.handOver();
    // The whole job: a shell would wait for the others of it.
    process.kill(0, 'SIGTSTP');
    await this.#screen?.takeBack();
  }

  /** Whoever pressed q, or Ctrl-C, wants to be away. */
  #staysOpen({ progress }: DebugState): boolean {
    const { interrupted, started } = progress;
    // What was typed to the container was for it.
    const typed = interrupted?.signal === 'SIGINT' || interrupted?.signal === 'SIGQUIT';
    const asked = this.#last === 'quit' || (interrupted !== undefined && !(started && typed));
    return !this.#gone && !asked && progress.outcome !== undefined;
  }

  async #lastKey(): Promise<void> {
    // Whoever has typed it already has seen enough.
    if (this.#keys.some(key => key.type === 'character' && key.character === 'q')) return;
    await new Promise<void>(resolve => {
      const stopListening = onStopSignal(() => this.#leave?.());
      this.#leave = () => {
        stopListening();
        this.#leave = undefined;
        resolve();
      };
      this.#change(state => ({ ...state, leaving: true, asked: true }));
    });
  }

  #note(text: string): void {
    if (this.#state !== undefined) this.#state = { ...this.#state, notes: [...this.#state.notes, text] };
    this.#drawSoon();
  }

  #change(next: (state: ScreenState) => ScreenState): void {
    if (this.#state !== undefined) this.#state = next(this.#state);
    this.#draw();
  }
}

/** script(1) gives the terminal the settings back that it had before, whoever has it now. */
function hadTerminal({ plan }: DebugState, id: string): boolean {
  return plan.steps.some(({ id: step, action }) => step === id && action.type === 'start' && action.terminal);
}

/** What has been, in the lines that the line prompt ends with as well. */
function farewell(state: DebugState, notes: readonly string[]): readonly string[] {
  const { progress } = state;
  const sentence =
    progress.outcome?.type === 'succeeded' ? cleanedUpSentence(progress) : failedSentence(progress);
  return [...notes.map(visible), ...(progress.outcome === undefined ? [] : [sentence]), ...leftLines(state)];
}
