/** The first row and the last ones: where one is, what was said, which keys there are. Pure. */

import { flow, keyHint, type Sheet } from '../screen/layout.ts';
import { columnsOf, fit, fitEnd, type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { ACTIONS } from './actions.ts';
import { areas } from './areas.ts';
import { type DashboardState, isRunning, selectedContainer } from './state.ts';

export function header(state: DashboardState, { columns, marks }: Sheet): Line {
  const { containers, images } = state;
  const running = containers.filter(isRunning).length;
  const counts = state.known
    ? `${number(containers.length, 'container')} (${running} up), ${number(images.length, 'image')}`
    : 'looking at the store';
  const head = `tinydocker ui  ${counts}  `;
  const room = columns - columnsOf(head) - 'store '.length;
  const store = visible(state.store);
  return [
    { text: 'tinydocker ui', look: { bold: true } },
    { text: `  ${counts}  ` },
    ...(room < 8
      ? []
      : [
          {
            text: `store ${fitEnd(store, Math.min(room, columnsOf(store)), marks.cut)}`,
            look: { dim: true } as const,
          },
        ]),
  ];
}

function number(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** A row for what was said or is asked, and the keys. */
export function feet(state: DashboardState, sheet: Sheet): readonly Line[] {
  const { columns, marks } = sheet;
  const keys = areas(state).shape === 'small' ? 1 : 2;
  const rows = flow(hints(state), columns).slice(0, keys);
  return [
    fit(said(state, sheet), columns, marks.cut),
    ...Array.from({ length: keys }, (_, row) => fit(rows[row] ?? [], columns, marks.cut)),
  ];
}

function said(state: DashboardState, { columns, marks }: Sheet): Line {
  const { prompt, message, jobs } = state;
  if (prompt !== undefined) {
    const question = visible(prompt.question);
    const room = Math.max(8, columns - columnsOf(question) - 4);
    const text = visible(prompt.text);
    // The end is what one is typing.
    const end = columnsOf(text) > room ? fitEnd(text, room, marks.cut) : text;
    return [
      { text: ` ${question} `, look: { bold: true } },
      { text: end },
      { text: ' ', look: { inverse: true } },
    ];
  }
  const job = jobs.at(-1);
  if (job !== undefined)
    return [
      { text: ` ${marks.status.running} `, look: { colour: 'cyan' } },
      { text: `${job}${jobs.length > 1 ? `  (and ${jobs.length - 1} more)` : ''}` },
    ];
  switch (message?.kind) {
    case undefined:
      return [];
    case 'done':
      return [
        { text: ` ${marks.status.done} `, look: { colour: 'green' } },
        { text: visible(message?.text ?? '') },
      ];
    case 'failed':
      return [
        { text: ` ${marks.status.failed} `, look: { colour: 'red' } },
        { text: visible(message?.text ?? ''), look: { bold: true } },
      ];
    case 'note':
      return line(` ${visible(message?.text ?? '')}`);
  }
}

function hints(state: DashboardState): readonly Line[] {
  if (state.prompt !== undefined) return [keyHint('Enter', 'does it'), keyHint('Esc', 'leaves it')];
  if (state.page !== undefined)
    return [keyHint('↑↓', 'scroll'), keyHint('y', 'copy the command line'), keyHint('Esc', 'back')];
  const look = selectedContainer(state);
  // Those that are always there first: what does not fit is in the help.
  return [
    keyHint('?', 'help'),
    keyHint('q', 'quit'),
    keyHint('Enter', 'open'),
    ...ACTIONS.map(action => keyHint(action.key, action.label(look))),
    keyHint('/', 'filter'),
    keyHint('1-7', 'panel'),
    keyHint('Tab', 'focus'),
    keyHint('y', 'copy'),
  ];
}
