/** A recording as an asciicast, version 3: what a terminal would have shown, with a marker for each step. See https://docs.asciinema.org/manual/asciicast/v3/ */

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Language } from '../lang/choose-language.ts';
import { endingOf } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import { commandLineText } from './operation-text.ts';
import { play, type Timing } from './player.ts';
import { ttyReporter } from './tty.tsx';
import { visible } from './visible.ts';

/** Of a recording that nobody watched. */
const SIZE = { columns: 80, rows: 24 } as const;
/** The largest terminal that is believed. */
const LARGEST = 1000;

/** Frames in a second, at most: as many as there can be, because no time passes. */
const FPS = 1000;
/** When nothing is written for so many milliseconds, a frame has been drawn. */
const SETTLE_MS = 4;

type CastEvent = readonly [interval: number, code: 'o' | 'm' | 'x', data: string];

/** The text of the file. */
export async function asciicast(recording: Recording, timing: Timing, language: Language): Promise<string> {
  const { header } = recording;
  const size = sizeOf(recording);
  // It is never resized.
  const screen = Object.assign(new EventEmitter(), { isTTY: false, ...size });
  const cast = new Cast();
  const settle = async () => {
    for (let before = -1; before !== cast.length; ) {
      before = cast.length;
      await sleep(SETTLE_MS);
    }
  };
  cast.output(`$ ${commandLineText(recording)}\n`);
  await play(recording, timing, {
    open: () =>
      ttyReporter({
        write: text => cast.output(text),
        stream: screen,
        able: { terminal: true, redraws: true, colour: 1, unicode: true },
        paced: true,
        language,
        keys: '',
        fps: FPS,
      }),
    async pause(milliseconds) {
      // What was drawn last belongs to the time that was.
      await settle();
      cast.pass(milliseconds);
    },
    async beforeStep(step) {
      await settle();
      cast.add('m', visible(step.title));
    },
    shown: settle,
  });
  const { status } = endingOf(recording);
  if (status !== undefined) cast.add('x', String(status));
  const head = {
    version: 3,
    term: { cols: size.columns, rows: size.rows, type: 'xterm-256color' },
    timestamp: Math.floor(Date.parse(header.started) / 1000) || 0,
    title: commandLineText(recording),
  };
  return [head, ...cast.events].map(line => `${JSON.stringify(line)}\n`).join('');
}

function sizeOf({ header: { terminal } }: Recording): { readonly columns: number; readonly rows: number } {
  if (terminal === undefined) return SIZE;
  const within = (value: number, least: number) => Math.round(Math.min(LARGEST, Math.max(least, value)));
  return { columns: within(terminal.columns, 40), rows: within(terminal.rows, 10) };
}

/** Events with the time between them; what is written at one moment is one event. */
class Cast {
  readonly events: CastEvent[] = [];
  #since = 0;
  #text = '';
  /** Of all that was written, in characters. */
  length = 0;

  pass(milliseconds: number): void {
    if (milliseconds <= 0) return;
    this.#flush();
    this.#since += milliseconds;
  }

  output(text: string): void {
    this.length += text.length;
    this.#text += text.replaceAll(/\r?\n/g, '\r\n');
  }

  add(code: CastEvent[1], data: string): void {
    this.#flush();
    this.#push(code, data);
  }

  #flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#push('o', text);
  }

  #push(code: CastEvent[1], data: string): void {
    this.events.push([Math.round(this.#since) / 1000, code, data]);
    this.#since -= Math.round(this.#since);
  }
}
