/** One step in full: its command, why it is there, how it is taken back, what commonly goes wrong; or what went wrong. Pure. */

import { whereText } from '../../debug/text.ts';
import { backOf, backText } from '../../plan/back.ts';
import { shortCommand, stepCommand, undoText } from '../../plan/display.ts';
import type { Step } from '../../plan/step.ts';
import { endingSentence } from '../messages.ts';
import { box, type Sheet } from '../screen/layout.ts';
import { columnsOf, fitText, type Line, type Look, line, wrapText } from '../screen/text.ts';
import { visible, visibleLines } from '../visible.ts';
import { lessonOf } from './lessons.ts';
import { lookedAt, type ScreenState } from './state.ts';

const LABEL = 6;

export function stepBox(state: ScreenState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const { debug } = state;
  const planned = lookedAt(state);
  if (planned === undefined) return box({ title: 'Step', columns, rows, lines: [], marks });
  const step = debug.edits.get(planned.id) ?? planned;
  const number = debug.plan.steps.findIndex(({ id }) => id === step.id) + 1;
  const room = { width: columns - 4, rows: rows - 2, cut: marks.cut };
  const failed = debug.stop?.type === 'failure' && debug.stop.step.id === planned.id;
  return box({
    title: `${failed ? 'FAILED: step' : 'Step'} ${number}  ${visible(step.title)}  (${whereText(step.where)})`,
    foot: step.id,
    columns,
    rows,
    lines: failed ? failureLines(state, room) : stepLines(step, room),
    marks,
    focused: failed,
  });
}

/** Where a text goes: columns, and rows at most; `cut` stands for what does not fit. */
export interface Room {
  readonly width: number;
  readonly rows: number;
  readonly cut: string;
}

/** The most important first, and of each as much as leaves room for the others. */
function stepLines(step: Step, { width, rows, cut }: Room): readonly Line[] {
  const roomy = rows >= 8;
  const part = (label: string, text: string, most: number) =>
    labelled(label, visible(text), { width, rows: most, cut });
  const [undo, back] = [undoText(step), backText(step)];
  const same = backOf(step).type === 'nothing' || back === undo;
  // What N does is what counts here; how it ends anyway is told where there is room.
  const rest = [
    ...(roomy || same ? part('Undo', undo, roomy ? 2 : 1) : []),
    ...(same ? [] : part('Back', back, roomy ? 2 : 1)),
    ...(step.pitfalls.length === 0 ? [] : part('Fails', step.pitfalls.join(' '), roomy ? 3 : 1)),
    ...(roomy ? part('Learn', learn(step), 1) : []),
  ].slice(0, Math.max(0, rows - 2));
  const whole = `$ ${visible(stepCommand(step))}`;
  const command = shortened(roomy || columnsOf(whole) <= width ? whole : `$ ${visible(shortCommand(step))}`, {
    width,
    cut,
    rows: roomy ? 3 : 1,
  });
  const why = part('Why', step.why, Math.max(1, rows - command.length - rest.length));
  return [...command.map(text => line(text, { bold: true })), ...why, ...rest];
}

/** "man 2 mount, man 7 namespaces; tinydocker explain mount-overlay; tinydocker lesson layers". */
function learn({ id, why }: Step): string {
  const found = [...why.matchAll(/\b([a-z_][a-z_0-9]*)\(([1-8])\)/g)];
  const pages = [...new Set(found.map(([, name, section]) => `man ${section} ${name}`))];
  const lesson = lessonOf(id);
  return [
    ...(pages.length === 0 ? [] : [pages.slice(0, 3).join(', ')]),
    `tinydocker explain ${id}`,
    ...(lesson === undefined ? [] : [`tinydocker lesson ${lesson}`]),
  ].join('; ');
}

function failureLines({ debug: { stop } }: ScreenState, { width, rows, cut }: Room): readonly Line[] {
  if (stop?.type !== 'failure') return [];
  const { failure, cause, hint = '' } = stop;
  const wrapped = (texts: readonly string[], look?: Look) =>
    texts
      .filter(text => text !== '')
      .flatMap(text => wrapText(text, width))
      .map(text => line(text, look));
  const told: readonly Line[] = [
    ...wrapped([visible(cause)], { bold: true }),
    ...wrapped(visibleLines(hint)),
    ...labelled(
      'Keys',
      'n undoes everything and ends; e edits it and tries again; N goes back to before it',
      { width, rows: 2, cut },
    ),
  ];
  const command = shortened(`$ ${visible(failure.command)}`, {
    ...{ width, cut },
    rows: Math.max(1, Math.min(2, rows - told.length - 1)),
  });
  const said = failure.onPurpose ? [] : [endingSentence(failure), ...visibleLines(failure.stderr)];
  const space = Math.max(0, rows - told.length - command.length);
  return [...command.map(text => line(text)), ...wrapped(said, { dim: true }).slice(0, space), ...told];
}

/** A text behind its label. */
export function labelled(label: string, text: string, { width, ...room }: Room): readonly Line[] {
  return shortened(text, { ...room, width: width - LABEL }).map((part, index) => [
    { text: (index === 0 ? label : '').padEnd(LABEL), look: { dim: true } },
    { text: part },
  ]);
}

function shortened(text: string, { width, rows, cut }: Room): readonly string[] {
  const all = wrapText(text, width);
  if (all.length <= rows) return all;
  // As much of the next row as there is room for, so that its end is seen to be cut.
  const last = `${all[rows - 1]} ${all[rows]}`.trimEnd().padEnd(width + 1);
  return [...all.slice(0, rows - 1), fitText(last, width, cut)];
}
