/** Progress on a terminal. What is quick is one line; Ink is loaded, and rows are drawn, only for what a person has time to look at. */

import type { PlanEvent } from '../events.ts';
import type { Language } from '../lang/choose-language.ts';
import { localizedEvent } from '../lang/localized.ts';
import { screenTranslator } from '../lang/translator.ts';
import type { Step } from '../plan/step.ts';
import type { Translate } from '../plan/translate.ts';
import type { Capabilities } from './capabilities.ts';
import type { LiveView, Screen } from './live-view.tsx';
import { type Ink, loadInk } from './load-ink.ts';
import { ascii, marks as marksOf } from './marks.ts';
import { messageText } from './messages.ts';
import { NOT_STARTED, type ProgressState, progress, type StepStatus } from './progress.ts';
import type { Message, Reporter, Write } from './reporter.ts';
import { cleanedUpSentence, discardedSentence, doneSentence, failedSentence } from './summary.ts';

export interface TtyOptions {
  readonly write: Write;
  readonly stream: Screen;
  readonly able: Capabilities;
  readonly language: Language;
  /** There is a pause before each step: the rows are drawn from the beginning, and stay. */
  readonly paced: boolean;
  /** What keys do, in the last line, when it is not that Ctrl-C stops and undoes. */
  readonly keys?: string;
  /** Frames in a second, at most. */
  readonly fps?: number;
}

/** What takes longer than this, in milliseconds, is drawn. Loading Ink costs about as much again, and a container is up before. */
const PATIENCE_MS = 800;

const SGR: Readonly<Partial<Record<StepStatus, string>>> = {
  done: '32',
  failed: '31',
  'undo failed': '31;1',
};

export function ttyReporter(options: TtyOptions): Reporter {
  return new TtyReporter(options);
}

class TtyReporter implements Reporter {
  readonly #options: TtyOptions;
  readonly #marks: ReturnType<typeof marksOf>;
  readonly #say: Translate;
  #state: ProgressState = NOT_STARTED;
  #next: Step | undefined;
  #ink: Promise<Ink> | undefined;
  #live: { readonly ink: Ink; readonly view: LiveView } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Something may be drawn now. */
  #drawing = false;
  /** Rows that stay in the scrollback already, below the header; undefined: not even that. */
  #printed: number | undefined;
  #ending: Promise<void> = Promise.resolve();

  constructor(options: TtyOptions) {
    this.#options = options;
    this.#marks = marksOf(options.able.unicode);
    this.#say = screenTranslator(options.language);
  }

  emit(event: PlanEvent): void {
    const before = this.#state;
    this.#state = progress(before, localizedEvent(event, this.#options.language));
    if (event.type === 'plan-started') this.#begin();
    if (event.type === 'undo-started' && before.phase !== 'undo') this.#begin();
    if (event.type === 'interrupted' && this.#live === undefined)
      this.#print(`${this.#say(`${event.signal}: ${event.reaction}`)}\n`);
    if (event.type === 'changes-discarded') this.#sentence('undone', this.#say(discardedSentence(event)));
    if (event.type === 'plan-ended') this.#ending = this.#end();
    else this.#redraw();
  }

  async beforeStep(step: Step): Promise<void> {
    // As it is shown: with the texts of the reader's language.
    this.#next = this.#state.steps.find(row => row.step.id === step.id)?.step ?? step;
    if (this.#options.paced) await this.#draw();
    this.#redraw();
  }

  release(): Promise<void> {
    this.#stopDrawing();
    this.#sentence('done', `${this.#say(doneSentence(this.#state))}   (tinydocker explain)`);
    return Promise.resolve();
  }

  say(message: Message): void {
    this.#print(messageText(message, this.#marks.check));
  }

  close(): Promise<void> {
    if (this.#state.outcome === undefined) this.#stopDrawing();
    return this.#ending;
  }

  #begin(): void {
    this.#next = undefined;
    this.#drawing = true;
    this.#timer ??= setTimeout(() => void this.#draw(), PATIENCE_MS).unref();
  }

  #stopDrawing(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawing = false;
    if (this.#live === undefined) return;
    if (this.#options.paced && !this.#state.started)
      this.#printed = this.#live.ink.finishedRows(this.#state).length;
    this.#live.view.remove();
    this.#live = undefined;
  }

  async #draw(): Promise<void> {
    const ink = await this.#load();
    if (!this.#drawing || this.#live !== undefined) return;
    this.#live = {
      ink,
      view: ink.showLive(this.#view(ink), this.#options.stream, this.#print, this.#options.fps),
    };
  }

  #redraw(): void {
    if (this.#live !== undefined) this.#live.view.update(this.#view(this.#live.ink));
  }

  #load(): Promise<Ink> {
    this.#ink ??= loadInk(this.#options.able.colour);
    return this.#ink;
  }

  #view({ RunView, CleanupView }: Ink) {
    const props = this.#props();
    return this.#state.started ? (
      <CleanupView {...props} />
    ) : (
      <RunView {...props} paced={this.#options.paced} />
    );
  }

  #props() {
    const { columns, rows } = this.#options.stream;
    return {
      state: this.#state,
      next: this.#next,
      marks: this.#marks,
      keys: this.#options.keys,
      say: this.#say,
      columns: columns || 80,
      rows: rows || 24,
    };
  }

  async #end(): Promise<void> {
    this.#stopDrawing();
    const { outcome, started } = this.#state;
    // Between rows that are redrawn there is no place for them.
    for (const text of this.#state.notes) this.say({ kind: 'note', text });
    if (outcome?.type === 'succeeded') {
      this.#sentence(
        outcome.leftovers.length > 0 ? 'undo failed' : 'done',
        this.#say(started ? cleanedUpSentence(this.#state) : doneSentence(this.#state)),
      );
      return;
    }
    if (!started) {
      const { Ending, viewText } = await this.#load();
      const props = this.#props();
      this.#print(`${viewText(<Ending {...props} skip={this.#printed} />, props.columns)}\n`);
    }
    this.#sentence('failed', this.#say(failedSentence(this.#state)));
  }

  #sentence(status: StepStatus, text: string): void {
    const mark = this.#marks.status[status];
    const sgr = SGR[status];
    const coloured =
      this.#options.able.colour > 0 && sgr !== undefined ? `\u001b[${sgr}m${mark}\u001b[39;22m` : mark;
    this.#print(`${coloured} ${text}\n`);
  }

  readonly #print = (text: string): void => {
    this.#options.write(this.#options.able.unicode ? text : ascii(text));
  };
}
