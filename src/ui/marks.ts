/** The marks of the states. They differ by shape, and wherever there is room a word stands beside them: colour only repeats what they say. */

import type { StepStatus } from './progress.ts';

export interface Marks {
  readonly status: Readonly<Record<StepStatus, string>>;
  /** Behind a statement that is true; undefined: a word does. */
  readonly check?: string;
  /** A progress bar's done and remaining part. */
  readonly bar: readonly [done: string, left: string];
  /** The lines around a box. */
  readonly border: Border;
  /** Before what is selected, and where a debugger stands. */
  readonly pointer: string;
  /** Before a step at which a debugger stops. */
  readonly breakpoint: string;
  /** In place of what was cut off. */
  readonly cut: string;
}

export interface Border {
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  readonly horizontal: string;
  readonly vertical: string;
}

const UNICODE: Marks = {
  status: {
    'to do': '·',
    running: '●',
    done: '✔',
    failed: '✖',
    undone: '↺',
    'undo failed': '▲',
    skipped: '–',
  },
  check: '✔',
  bar: ['━', '─'],
  border: {
    topLeft: '┌',
    topRight: '┐',
    bottomLeft: '└',
    bottomRight: '┘',
    horizontal: '─',
    vertical: '│',
  },
  pointer: '▶',
  breakpoint: '◆',
  cut: '…',
};

const ASCII: Marks = {
  status: {
    'to do': '.',
    running: '>',
    done: '+',
    failed: 'x',
    undone: '<',
    'undo failed': '!',
    skipped: '-',
  },
  bar: ['=', '-'],
  border: {
    topLeft: '+',
    topRight: '+',
    bottomLeft: '+',
    bottomRight: '+',
    horizontal: '-',
    vertical: '|',
  },
  pointer: '>',
  breakpoint: '*',
  cut: '~',
};

/** As the locale's character set allows. */
export function marks(unicode: boolean): Marks {
  return unicode ? UNICODE : ASCII;
}

/** Text for a terminal that does not speak UTF-8: everything else than ASCII would come out as noise. */
export function ascii(text: string): string {
  return text.replaceAll('…', '~').replaceAll(/[^\u0000-\u007f]/gu, '?');
}
