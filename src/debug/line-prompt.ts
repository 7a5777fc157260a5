/**
 * The debugger as lines: for a terminal that can not be redrawn, for a screen reader, and for a script on stdin. Whatever it says goes to stderr, because stdout
 * belongs to the container; of stdin it takes one line at a time, and not a byte more.
 */

import { messageText } from '../ui/messages.ts';
import type { Write } from '../ui/reporter.ts';
import { cleanedUpSentence, discardedSentence, failedSentence } from '../ui/summary.ts';
import { visible, visibleLines } from '../ui/visible.ts';
import type { Command } from './command.ts';
import { commandText } from './edit.ts';
import type { DebugFrontEnd } from './front-end.ts';
import { parseLine } from './parse-line.ts';
import type { DebugEvent, DebugState } from './state.ts';
import {
  allLines,
  backLine,
  changesLines,
  commandLine,
  differencesLines,
  doneText,
  helpLines,
  leftLines,
  listLines,
  placeText,
  whereText,
  whyLines,
} from './text.ts';

export interface LinePromptOptions {
  readonly write: Write;
  /** One line of the user's, without its end; undefined at the end of input. */
  readonly readLine: (stopped: AbortSignal) => Promise<string | undefined>;
  /** stdin is a terminal, which shows what is typed. */
  readonly terminal: boolean;
}

export function linePrompt(options: LinePromptOptions): DebugFrontEnd {
  return new LinePrompt(options);
}

class LinePrompt implements DebugFrontEnd {
  readonly #options: LinePromptOptions;
  #ended = false;
  /** The keys were named once. */
  #introduced = false;

  constructor(options: LinePromptOptions) {
    this.#options = options;
  }

  async ask(state: DebugState, stopped: AbortSignal): Promise<Command> {
    for (;;) {
      if (this.#ended) return this.#atEnd(state);
      const line = await this.#line('debug> ', stopped);
      if (line === undefined) return this.#atEnd(state);
      const parsed = parseLine(line);
      if (!parsed.ok) {
        for (const { message, hint } of parsed.failures)
          this.#print([message, ...(hint === undefined ? [] : [hint])]);
        continue;
      }
      if (parsed.value.type !== 'ask-edit') return parsed.value;
      const text = await this.#askEdit(state, stopped);
      if (text !== undefined) return { type: 'edit', text };
    }
  }

  show(state: DebugState, event: DebugEvent): void {
    this.#print(this.#lines(state, event));
  }

  async handOver(): Promise<void> {
    // Nothing of ours reads while nobody is asked, and every line has been written.
  }

  async takeBack(): Promise<void> {
    // The next question is a line as any other.
  }

  async close(state: DebugState): Promise<void> {
    this.#print(leftLines(state));
  }

  /** A script that has come to its end wanted the container; whoever types Ctrl-D wants to leave. At a failure both end. */
  #atEnd({ stop }: DebugState): Command {
    const first = !this.#ended;
    this.#ended = true;
    if (this.#options.terminal) return { type: 'quit' };
    if (first && stop?.type !== 'failure') this.#print(['end of input: going on to the end, as after c']);
    return { type: 'continue' };
  }

  async #askEdit(state: DebugState, stopped: AbortSignal): Promise<string | undefined> {
    const step = state.stop?.step;
    const text = step === undefined ? undefined : commandText(step);
    if (step === undefined || text === undefined) return undefined;
    if (!text.ok) {
      this.#print(text.failures.map(({ message }) => message));
      return undefined;
    }
    this.#print([
      `${placeText(state, step)}, ${whereText(step.where)}; its command is`,
      text.value,
      'Type another one, or nothing to leave it.',
    ]);
    const line = await this.#line('edit> ', stopped);
    return line === undefined || line.trim() === '' ? undefined : line;
  }

  async #line(prompt: string, stopped: AbortSignal): Promise<string | undefined> {
    this.#options.write(prompt);
    const line = await this.#options.readLine(stopped);
    if (line === undefined) this.#options.write('\n');
    else if (!this.#options.terminal) this.#options.write(`${visible(line)}\n`);
    return line;
  }

  #lines(state: DebugState, event: DebugEvent): readonly string[] {
    switch (event.type) {
      case 'stopped':
        return this.#stopped(state);
      case 'command':
        return viewed(state, event.command.type);
      case 'message':
        return event.message.lines;
      case 'edited':
        return [`${placeText(state, event.step)} is now`, `  ${commandLine(event.step)}`];
      default:
        return event.type === 'step-failed' && state.breakpoints.includes('error')
          ? [...this.#intro(state), ...happened(state, event)]
          : happened(state, event);
    }
  }

  /** Said once, before anything else. */
  #intro({ plan }: DebugState): readonly string[] {
    if (this.#introduced) return [];
    this.#introduced = true;
    return [
      `${visible(plan.summary)}: ${plan.steps.length} steps. n does the next one, N takes it back, ? lists the keys.`,
    ];
  }

  #stopped(state: DebugState): readonly string[] {
    const { stop } = state;
    if (stop === undefined) return [];
    const intro = this.#intro(state);
    if (stop.type === 'failure')
      return [
        ...intro,
        messageText({ ...stop, kind: 'error', text: stop.cause }).trimEnd(),
        'Nothing has been undone yet. n undoes it all; e edits the step and tries again; N goes back to before it; s and S are shells.',
      ];
    return [
      ...intro,
      `${stop.type === 'breakpoint' ? 'breakpoint: ' : ''}next is ${placeText(state, stop.step)}, ${whereText(stop.step.where)}`,
      `  ${commandLine(stop.step)}`,
    ];
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#options.write(`${line}\n`);
  }
}

/** What only tells something. */
function viewed(state: DebugState, type: Command['type']): readonly string[] {
  switch (type) {
    case 'why':
      return whyLines(state);
    case 'list':
      return listLines(state);
    case 'changes':
      return changesLines(state, true);
    case 'all':
      return allLines(state);
    case 'help':
      return helpLines();
    case 'break':
      return state.message?.lines ?? [];
    default:
      return [];
  }
}

/** What the executor did. At full speed only what goes wrong is told. */
function happened(
  state: DebugState,
  event: Exclude<DebugEvent, { type: 'stopped' | 'command' | 'message' | 'edited' }>,
): readonly string[] {
  const steps = state.mode === 'step' && !state.replaying;
  const named = (id: string) => {
    const step = state.plan.steps.find(one => one.id === id);
    return step === undefined ? id : placeText(state, step);
  };
  switch (event.type) {
    case 'step-done':
      // The command has the terminal from here on.
      return steps && state.progress.phase !== 'container' && !isGate(state, event.step)
        ? [`${named(event.step)}: ${doneText(event.milliseconds)}`]
        : [];
    case 'snapshot':
      if (event.moment === 'shell') return ['what you changed:', ...changesLines(state)];
      return event.moment === 'step' && steps ? [...changesLines(state), `  ${backLine(state)}`] : [];
    case 'note':
      return [`note: ${visible(event.text)}`];
    case 'step-failed':
      return [
        `${named(event.step)}: FAILED${event.failure.onPurpose ? ', on purpose' : ''}: ${visible(event.failure.command)}`,
        ...(event.failure.stderr.trim() === ''
          ? []
          : visibleLines(event.failure.stderr).map(line => `  ${line}`)),
      ];
    case 'interrupted':
      // Whoever types q knows it.
      return state.key === 'q' ? [] : [`${event.signal}: ${event.reaction}`];
    case 'changes-discarded':
      return [discardedSentence(event)];
    case 'container-exited':
      return [`the command ended with exit status ${event.status}`];
    case 'back-started':
      return [`back: ${named(event.step)}: ${visible(event.command)}`];
    case 'back-done':
      return [`back: ${named(event.step)}: taken back`, ...differencesLines(state)];
    case 'back-failed':
      return [`BACK FAILED: ${named(event.step)}: ${visible(event.reason)}`];
    case 'restarting':
      return [
        `starting again${event.until === undefined ? '' : `, up to ${named(event.until)}`}${event.reason === undefined ? '' : `: ${visible(event.reason)}`}`,
      ];
    case 'replayed':
      return [`here again, before ${named(event.until)}`, ...differencesLines(state)];
    case 'undo-done':
      return state.replaying ? [] : [`undone: ${named(event.step)}`];
    case 'undo-failed':
      return [`UNDO FAILED: ${named(event.step)}: ${visible(event.reason)}`];
    case 'plan-ended':
      return [
        event.outcome.type === 'succeeded'
          ? cleanedUpSentence(state.progress)
          : failedSentence(state.progress),
      ];
    case 'plan-started':
    case 'step-started':
    case 'step-progress':
    case 'step-replaced':
    case 'container-started':
    case 'undo-started':
      return [];
  }
}

function isGate({ plan }: DebugState, id: string): boolean {
  const step = plan.steps.find(one => one.id === id);
  return step?.action.type === 'release' || step?.action.type === 'wait';
}
