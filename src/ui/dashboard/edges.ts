/** The first row and the last ones: where one is, what was said, which keys there are. Pure. */

import { graphemes } from '../screen/graphemes.ts';
import { flow, keyHint, type Sheet } from '../screen/layout.ts';
import type { EditedLine } from '../screen/line-editor.ts';
import { columnsOf, fit, fitEnd, fitText, type Line, line, wrapText } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { ACTIONS } from './actions.ts';
import { areas } from './areas.ts';
import { type DashboardState, isRunning, type Prompt, selectedContainer } from './state.ts';

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

/** A row for what was said, and the keys; or what is asked, in as many rows as it needs. */
export function feet(state: DashboardState, sheet: Sheet): readonly Line[] {
  const { columns, marks } = sheet;
  const height = areas(state).shape === 'small' ? 2 : 3;
  const keys = flow(hints(state), columns);
  const { prompt } = state;
  const rows =
    prompt === undefined ? [...said(state, sheet), ...keys] : [...asked(prompt, height, sheet), ...keys];
  return Array.from({ length: height }, (_, row) => fit(rows[row] ?? [], columns, marks.cut));
}

/** The question is there to its last word, however narrow the terminal is; of the answer, the end. */
function asked(
  { question, line: typed }: Prompt,
  height: number,
  { columns, marks }: Sheet,
): readonly Line[] {
  const words = wrapText(visible(question), columns - 2).slice(0, height);
  const last = words.at(-1) ?? '';
  const beside = columns - columnsOf(last) - 3;
  // On a row of its own when there is no room for one behind the question.
  const below = beside < 12 && words.length < height;
  const answer = typedSpans(typed, Math.max(2, below ? columns - 2 : beside), marks.cut);
  const rows = words.map((row): Line => [{ text: ` ${row}`, look: { bold: true } }]);
  return below
    ? [...rows, [{ text: ' ' }, ...answer]]
    : [...rows.slice(0, -1), [...(rows.at(-1) ?? []), { text: ' ' }, ...answer]];
}

/** What is typed, with the cursor, which is always seen. */
function typedSpans({ text, cursor }: EditedLine, room: number, cut: string): Line {
  const [left, right] = [visible(text.slice(0, cursor)), visible(text.slice(cursor))];
  const [under = ' ', ...rest] = graphemes(right);
  const space = room - columnsOf(under);
  const before = columnsOf(left) > space ? fitEnd(left, space, cut) : left;
  const after = rest.join('');
  const behind = space - columnsOf(before);
  return [
    { text: before },
    { text: under, look: { inverse: true } },
    { text: columnsOf(after) > behind ? fitText(after, behind, cut) : after },
  ];
}

/** What is at work, or what was said last: an error as long as it is, up to the last row. */
function said({ message, jobs }: DashboardState, { columns, marks }: Sheet): readonly Line[] {
  const job = jobs.at(-1);
  if (job !== undefined)
    return [
      [
        { text: ` ${marks.status.running} `, look: { colour: 'cyan' } },
        { text: `${job}${jobs.length > 1 ? `  (and ${jobs.length - 1} more)` : ''}` },
      ],
    ];
  if (message === undefined) return [[]];
  const text = visible(message.text);
  switch (message.kind) {
    case 'done':
      return [[{ text: ` ${marks.status.done} `, look: { colour: 'green' } }, { text }]];
    case 'failed':
      return wrapText(text, columns - 4).map((row, index) => [
        { text: index === 0 ? ` ${marks.status.failed} ` : '   ', look: { colour: 'red' } },
        { text: row, look: { bold: true } },
      ]);
    case 'note':
      return wrapText(text, columns - 2).map(row => line(` ${row}`));
  }
}

function hints(state: DashboardState): readonly Line[] {
  if (state.prompt !== undefined)
    return [
      state.prompt.kind === 'confirm' ? keyHint('y Enter', 'does it') : keyHint('Enter', 'does it'),
      keyHint('Esc', 'leaves it'),
    ];
  if (state.page !== undefined)
    return [keyHint('arrows', 'scroll'), keyHint('y', 'copy the command line'), keyHint('Esc', 'back')];
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
