/** What takes the whole screen until a key is pressed: help, why, all changes, the list of steps, a failure in full. Pure. */

import { KEYS } from '../../debug/command.ts';
import { changesLines, listLines, whereText } from '../../debug/text.ts';
import { backText } from '../../plan/back.ts';
import { stepCommand, undoText } from '../../plan/display.ts';
import type { Marks } from '../marks.ts';
import { type Line, line, wrapText } from '../screen/text.ts';
import { visible, visibleLines } from '../visible.ts';
import { legend } from './plan-panel.ts';
import { lookedAt, type PageName, type ScreenState } from './state.ts';
import { labelled } from './step-panel.ts';

export interface Page {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function pageOf(state: ScreenState, name: PageName, width: number, marks: Marks): Page {
  switch (name) {
    case 'help':
      return { title: 'Keys', lines: helpPage(width, marks) };
    case 'why':
      return whyPage(state, width);
    case 'changes':
      return { title: 'What the last step changed', lines: plain(changesLines(state.debug, true), width) };
    case 'list':
      return { title: 'Steps, and what was done', lines: plain(listLines(state.debug), width) };
    case 'failure':
      return { title: 'What went wrong', lines: failurePage(state, width) };
  }
}

function plain(texts: readonly string[], width: number): readonly Line[] {
  return texts.flatMap(text => wrapText(text, width)).map(text => line(text));
}

/** Keys that only this screen has. */
const SCREEN_KEYS: readonly (readonly [string, string])[] = [
  [
    '1-5',
    'a panel: mounts, namespaces, control group, files, processes, which then stays; pressed again, the panel is that of what changes; Tab takes the next',
  ],
  ['↑ ↓', 'look at another step: w and b are then about that one; Home goes back to the next'],
  ['PgUp PgDn', 'scroll the panel'],
  ['a', 'show the mounts that came from the host as well, or hide them'],
  ['Ctrl-C', 'as q; once more forces it'],
  ['Ctrl-Z', 'stop the debugger; fg brings it back'],
];

function helpPage(width: number, marks: Marks): readonly Line[] {
  const shown = KEYS.filter(({ command }) => command !== 'all').map(({ key, help }) => [key, help] as const);
  const rows = [...shown, ...SCREEN_KEYS].flatMap(([key, help]) =>
    wrapText(help, width - 11).map(
      (text, index): Line => [{ text: (index === 0 ? key : '').padEnd(11), look: { bold: true } }, { text }],
    ),
  );
  return [...rows, line(''), ...legend({ columns: width, marks })];
}

function whyPage(state: ScreenState, width: number): Page {
  const planned = lookedAt(state);
  if (planned === undefined) return { title: 'Why', lines: [] };
  const step = state.debug.edits.get(planned.id) ?? planned;
  const number = state.debug.plan.steps.findIndex(({ id }) => id === step.id) + 1;
  const room = { width, rows: Number.POSITIVE_INFINITY, cut: '' };
  return {
    title: `Step ${number}  ${visible(step.title)}`,
    lines: [
      ...wrapText(`$ ${visible(stepCommand(step))}`, width).map(text => line(text, { bold: true })),
      ...labelled('Where', whereText(step.where), room),
      ...labelled('Why', visible(step.why), room),
      ...labelled('Undo', visible(undoText(step)), room),
      ...labelled('Back', visible(backText(step)), room),
      ...step.pitfalls.flatMap((text, index) => labelled(index === 0 ? 'Fails' : '', visible(text), room)),
    ],
  };
}

function failurePage({ debug: { stop } }: ScreenState, width: number): readonly Line[] {
  if (stop?.type !== 'failure') return [];
  return plain(
    [visible(stop.cause), ...visibleLines(stop.hint ?? ''), '', ...visibleLines(stop.failure.stderr)],
    width,
  );
}
