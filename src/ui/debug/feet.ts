/** The last rows: what was said, or what is at work; and the keys. Pure. */

import { KEYS } from '../../debug/command.ts';
import { flow, keyHint, type Sheet } from '../screen/layout.ts';
import { fit, type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import type { ScreenState } from './state.ts';
import { lastSentence } from './undo-panel.ts';

/** A row for what is said, and so many for the keys. */
export function feet(state: ScreenState, { columns, marks }: Sheet, keys: number): readonly Line[] {
  const rows = flow(hints(state), columns);
  return [
    fit(said(state, marks), columns, marks.cut),
    ...Array.from({ length: keys }, (_, row) => fit(rows[row] ?? [], columns, marks.cut)),
  ];
}

function said(state: ScreenState, marks: Sheet['marks']): Line {
  const { debug, leaving, asked, notes } = state;
  const { progress, stop, message, differences, replaying } = debug;
  if (leaving) return line(` ${visible(lastSentence(state))}`, { bold: true });
  if (message !== undefined)
    return message.kind === 'refused'
      ? [
          { text: ` ${marks.status.failed} `, look: { colour: 'red' } },
          { text: visible(message.lines.join(' ')), look: { bold: true } },
        ]
      : line(` ${visible(message.lines.join(' '))}`);
  if (!asked) {
    const running = progress.steps.find(({ status }) => status === 'running')?.step;
    const { interrupted } = progress;
    const work =
      interrupted === undefined
        ? replaying
          ? 'starting again'
          : progress.phase === 'undo'
            ? 'undoing'
            : running === undefined
              ? ''
              : running.title
        : `${interrupted.signal}: ${interrupted.reaction}`;
    return work === ''
      ? []
      : [{ text: ` ${marks.status.running} `, look: { colour: 'cyan' } }, { text: visible(work) }];
  }
  if (stop?.type === 'failure') return line(` ${visible(stop.cause)}`, { colour: 'red', bold: true });
  if (differences !== undefined)
    return differences.length === 0
      ? [
          { text: ` ${marks.status.done} `, look: { colour: 'green' } },
          { text: 'everything is as it was before the step' },
        ]
      : line(` NOT as it was before the step: ${differences.length} differences (d shows them)`, {
          colour: 'red',
          bold: true,
        });
  if (stop?.type === 'breakpoint') return line(` ${marks.breakpoint} breakpoint`);
  const note = notes.at(-1);
  return note === undefined ? [] : line(` ${visible(note)}`);
}

function hints(state: ScreenState): readonly Line[] {
  if (state.field !== undefined)
    return [keyHint('Enter', 'takes it'), keyHint('Esc', 'leaves it'), keyHint('Ctrl-U', 'empties it')];
  if (state.page !== undefined) return [keyHint('any key', 'back')];
  if (state.leaving) return [keyHint('any key', 'leaves')];
  const known = new Map(KEYS.map(({ key, title }) => [key, title]));
  return ORDER.map(key => keyHint(key, SHORT[key] ?? known.get(key) ?? ''));
}

/** The most important first: what does not fit is in the help. */
const ORDER = [...'nNcbfsS?qerxwa'];

/** Where a row has to hold them all. */
const SHORT: Readonly<Record<string, string>> = {
  c: 'run',
  s: 'host sh',
  S: 'inside sh',
  a: 'all mounts',
  '?': 'help',
};
