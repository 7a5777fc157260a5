/** The steps of the plan with their states, breakpoints and times; and what was done, in which order. Pure. */

import { nextStep } from '../../debug/state.ts';
import { historyLine } from '../../debug/text.ts';
import { duration } from '../messages.ts';
import type { StepProgress, StepStatus } from '../progress.ts';
import { BLANK, box, type Sheet, windowOf } from '../screen/layout.ts';
import { columnsOf, fit, type Line, type Look, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { lookedAt, type ScreenState } from './state.ts';

/** As many entries of the history as there is always room for, where there is any. */
const HISTORY = 4;
const DIM: Look = { dim: true };

const LOOKS: Readonly<Partial<Record<StepStatus, Look>>> = {
  running: { colour: 'cyan' },
  done: { colour: 'green' },
  failed: { colour: 'red', bold: true },
  'undo failed': { colour: 'red', bold: true },
};

/** A box of exactly that size; with room for it, the history stands below the steps. */
export function planBox(state: ScreenState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const { plan, at, history } = state.debug;
  const inner = { columns: columns - 4, rows: rows - 2 };
  const steps = rowsOf(state);
  // What was done is told even when not all steps are in sight then; what the marks mean only where nothing is lost by it.
  const past = columns >= 42 && inner.rows >= 20 && history.length > 0 ? HISTORY : 0;
  const pastRows = past === 0 ? [] : [BLANK, line('-- history --', DIM), ...historyRows(state, past)];
  const free = inner.rows - steps.length - pastRows.length;
  const legendRows = legend({ ...sheet, ...inner });
  const marksRows = free > legendRows.length && rows >= 14 ? [BLANK, ...legendRows] : [];
  const space = inner.rows - pastRows.length - marksRows.length;
  const index = steps.findIndex(({ step }) => step.id === lookedAt(state)?.id);
  const { from, to } = windowOf(steps.length, Math.max(0, index), space);
  const list = steps
    .slice(from, to)
    .map((row, offset) => stepRow(state, row, from + offset, { ...sheet, ...inner }));
  const filler = Array.from({ length: Math.max(0, space - list.length) }, () => BLANK);
  return box({
    title: `Plan  ${visible(plan.subject)}`,
    foot: state.debug.progress.phase === 'steps' ? `${at}/${plan.steps.length}` : undefined,
    columns,
    rows,
    lines: [...list, ...(past > 0 ? [] : filler), ...pastRows, ...(past > 0 ? filler : []), ...marksRows],
    marks,
  });
}

function rowsOf({ debug }: ScreenState): readonly StepProgress[] {
  return debug.progress.steps.length > 0
    ? debug.progress.steps
    : debug.plan.steps.map(step => ({ step, status: 'to do' as const }));
}

function stepRow(
  state: ScreenState,
  { step, status, milliseconds }: StepProgress,
  index: number,
  { columns, marks }: Sheet,
): Line {
  const { debug, selected } = state;
  const isNext = step.id === nextStep(debug)?.id && debug.progress.phase === 'steps';
  const digits = String(debug.plan.steps.length).length;
  const where = step.where.type === 'host' ? 'h' : 'i';
  const edited = debug.edits.has(step.id) ? 'edited' : '';
  const time = milliseconds === undefined ? '' : duration(milliseconds);
  // The mark says the rest.
  const word = status === 'failed' || status === 'undo failed' || status === 'running' ? status : '';
  const right = [edited, word, time].filter(Boolean).join(' ');
  const look = LOOKS[status];
  const left: Line = [
    { text: isNext ? marks.pointer : ' ', look: { bold: true } },
    { text: debug.breakpoints.includes(step.id) ? marks.breakpoint : ' ', look: { colour: 'red' } },
    { text: `${marks.status[status]} `, ...(look === undefined ? {} : { look }) },
    {
      text: `${String(index + 1).padStart(digits)} ${where} ${visible(step.title)}`,
      ...(isNext ? { look: { bold: true } as const } : {}),
    },
  ];
  const room = columns - (right === '' ? 0 : columnsOf(right) + 1);
  const row: Line = [
    ...fit(left, room, marks.cut),
    ...(right === '' ? [] : [{ text: ` ${right}`, look: { dim: true } as const }]),
  ];
  return step.id === selected ? row.map(span => ({ ...span, look: { ...span.look, inverse: true } })) : row;
}

function historyRows({ debug }: ScreenState, rows: number): readonly Line[] {
  const { history } = debug;
  return history
    .slice(-rows)
    .map((entry, index, all) =>
      line(`${visible(historyLine(entry))}${index === all.length - 1 ? '  <- you are here' : ''}`),
    );
}

/** What the marks mean, in as many rows as there is room for. */
export function legend({ columns, marks }: Pick<Sheet, 'columns' | 'marks'>): readonly Line[] {
  const { status } = marks;
  const rows = [
    `${marks.breakpoint} breakpoint   ${marks.pointer} next   h host  i inside`,
    `${status.done} done  ${status.failed} failed  ${status.undone} undone`,
  ];
  return (columns < 38 ? [rows[0] ?? ''] : rows).map(text => line(text, { dim: true }));
}
