/**
 * A terminal as one screen: the alternate one, so that what was there before is there again afterwards; keys in raw mode; rows that are written again only where they
 * changed. It can be handed over whole, to a shell, and taken back. What is drawn comes from outside, as rows; see row-painter.tsx.
 */

import process from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';
import { type Key, PASTE_OFF, PASTE_ON, parseKeys, parseRest } from './keys.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenOptions {
  readonly input: ReadStream;
  readonly output: NodeJS.WriteStream;
  /** The rows of the whole screen, with their colours. Called when something is to be drawn, and not more often than the terminal takes it. */
  readonly draw: (size: Size) => readonly string[];
  readonly onKey: (key: Key) => void;
  /** The terminal has gone: there is nobody left to show anything to. */
  readonly onGone: () => void;
  /** Called while the terminal is as it was found: sees to it that it becomes so again when we are killed. `leave` is what to write to it then. */
  readonly watch?: (leave: string) => Promise<{ release(): Promise<void> }>;
}

export interface Screen {
  /** Draws what has changed, soon. */
  redraw(): void;
  /**
   * Gives the terminal away as it was found. When this settles, nothing of ours reads it any more, and every key that is typed from then on is for whoever gets it. Keys that
   * came together with the one that led here are dropped: they were not meant for the screen.
   */
  handOver(): Promise<void>;
  /** Takes it again, and draws everything. */
  takeBack(): Promise<void>;
  /** Somebody has changed the terminal's settings meanwhile, and what is on it: makes both ours again. Keys that have come wait for that. */
  regain(): void;
  /** Whether the terminal is somebody else's: Ctrl-C is then not for us. */
  readonly handedOver: boolean;
  /** Leaves for good. */
  close(): Promise<void>;
}

const CSI = '\u001b[';
const ENTER = `${CSI}?1049h${CSI}?25l${PASTE_ON}${CSI}2J`;
const LEAVE = `${PASTE_OFF}${CSI}0m${CSI}?25h${CSI}?1049l`;

/** How long Escape waits for the rest of an arrow key, in milliseconds: over a slow line they come one by one. */
const ESCAPE_MS = 40;

/** Enters the alternate screen of the terminal. Both streams have to be terminals. It is left on `close()`, and when the process ends, also by an uncaught error. */
export async function openScreen(options: ScreenOptions): Promise<Screen> {
  const screen = new TerminalScreen(options);
  await screen.takeBack();
  return screen;
}

class TerminalScreen implements Screen {
  readonly #options: ScreenOptions;
  #shown: readonly string[] = [];
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #escape: NodeJS.Timeout | undefined;
  #pending = false;
  /** The terminal is ours. */
  #ours = false;
  #watcher: { release(): Promise<void> } | undefined;

  constructor(options: ScreenOptions) {
    this.#options = options;
    process.on('exit', this.#leave);
    // Else the error would be told on the screen that goes away.
    process.on('uncaughtExceptionMonitor', this.#leave);
    options.input.on('error', this.#gone);
    options.input.on('end', this.#gone);
    options.output.on('error', this.#gone);
    options.output.on('resize', this.#resized);
  }

  get handedOver(): boolean {
    return !this.#ours;
  }

  redraw(): void {
    if (this.#pending || !this.#ours) return;
    this.#pending = true;
    setImmediate(() => {
      this.#pending = false;
      if (this.#ours) this.#draw();
    });
  }

  async handOver(): Promise<void> {
    if (!this.#ours) return;
    const { input } = this.#options;
    this.#ours = false;
    this.#forgetKeys();
    // Node goes on reading for as long as somebody listens, and takes the first keys of whoever comes next.
    input.off('data', this.#read);
    while (input.read() !== null);
    await turn();
    // After this it must not be asked for anything: that would let it read again.
    input.pause();
    await turn();
    // Said last: whoever sees it may type.
    this.#release();
    await this.#watcher?.release();
    this.#watcher = undefined;
  }

  async takeBack(): Promise<void> {
    if (this.#ours) return;
    const { input, output, watch } = this.#options;
    this.#watcher = await watch?.(LEAVE);
    this.#ours = true;
    this.#shown = [];
    input.setRawMode(true);
    input.on('data', this.#read);
    input.resume();
    output.write(ENTER);
    this.redraw();
  }

  regain(): void {
    if (!this.#ours) return;
    const { input } = this.#options;
    // Node believes that it is raw, and would do nothing.
    input.setRawMode(false);
    input.setRawMode(true);
    this.#shown = [];
    this.redraw();
  }

  async close(): Promise<void> {
    await this.handOver();
    const { input, output } = this.#options;
    process.off('exit', this.#leave);
    process.off('uncaughtExceptionMonitor', this.#leave);
    input.off('end', this.#gone);
    output.off('resize', this.#resized);
    // A terminal that is gone may say so once more, and nobody is left to be told.
    input.off('error', this.#gone);
    input.on('error', () => undefined);
    input.unref();
  }

  /** At once, because the process ends. */
  readonly #leave = (): void => {
    if (!this.#ours) return;
    this.#ours = false;
    this.#release();
    // It is told before we end: the pipe has room for a word.
    void this.#watcher?.release();
  };

  #release(): void {
    try {
      this.#options.input.setRawMode(false);
    } catch {
      // It is gone.
    }
    this.#options.output.write(LEAVE);
  }

  readonly #gone = (): void => this.#options.onGone();

  readonly #resized = (): void => {
    // The terminal has moved everything as it likes.
    this.#shown = [];
    this.redraw();
  };

  readonly #read = (bytes: Buffer | string): void => {
    clearTimeout(this.#escape);
    const text = typeof bytes === 'string' ? bytes : this.#decoder.write(bytes);
    const { keys, rest } = parseKeys(this.#rest + text);
    this.#rest = rest;
    this.#tell(keys);
    if (this.#rest !== '') this.#escape = setTimeout(this.#flush, ESCAPE_MS);
  };

  readonly #flush = (): void => {
    const { keys, rest } = parseRest(this.#rest);
    this.#rest = rest;
    this.#tell(keys);
  };

  #tell(keys: readonly Key[]): void {
    // A key may lead to the terminal being handed over, and what follows it is then not ours.
    for (const key of keys) if (this.#ours) this.#options.onKey(key);
  }

  #forgetKeys(): void {
    clearTimeout(this.#escape);
    this.#rest = '';
    this.#decoder = new StringDecoder('utf8');
  }

  #draw(): void {
    const { output, draw } = this.#options;
    const size = { columns: output.columns || 80, rows: output.rows || 24 };
    const all = this.#shown.length === 0;
    const rows = draw(size).slice(0, size.rows);
    const changed = Array.from({ length: Math.max(rows.length, this.#shown.length) }, (_, row) => {
      const text = rows[row] ?? '';
      // Erased first: at the end of a full row, "erase to the right" would take its last character.
      return text === this.#shown[row] ? '' : `${CSI}${row + 1};1H${CSI}0m${CSI}2K${text}`;
    }).join('');
    this.#shown = rows;
    if (all) output.write(`${CSI}0m${CSI}2J${changed}`);
    else if (changed !== '') output.write(changed);
  }
}
