/** The whole screen of the debugger, as rows. Pure: a function of the state and the terminal. */

import { undoPossibleTo } from '../../debug/state.ts';
import { historyLine } from '../../debug/text.ts';
import { beside, box, type Sheet, scrolled } from '../screen/layout.ts';
import { fit, type Line, line, wrapText } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { feet } from './feet.ts';
import { fieldBox } from './field.ts';
import { pageOf } from './pages.ts';
import { panelLines, panelTitle, tabs } from './panels.ts';
import { planBox } from './plan-panel.ts';
import type { PanelName, ScreenState } from './state.ts';
import { stepBox } from './step-panel.ts';
import { undoBox } from './undo-panel.ts';

type Shape =
  /** Several panels at once. */
  | 'large'
  /** The plan beside one panel, the step below. */
  | 'usual'
  /** All in one column. */
  | 'narrow'
  /** The plan alone, and the step's command. */
  | 'small'
  | 'too small';

const SMALLEST = { columns: 30, rows: 8 } as const;

export function debugScreen(state: ScreenState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const shape = shapeOf(sheet);
  if (shape === 'too small')
    return wrapText(
      `${columns}x${rows} is too small for the debugger: ${SMALLEST.columns}x${SMALLEST.rows} is needed. q undoes everything and leaves.`,
      columns,
    ).map(text => line(text));
  const bottom = feet(state, sheet, shape === 'large' ? 2 : 1);
  const body = { ...sheet, rows: rows - 1 - bottom.length };
  return [
    fit(header(state), columns, marks.cut),
    ...(state.page === undefined ? parts(state, shape, body) : page(state, state.page, body)),
    ...bottom,
  ];
}

function shapeOf({ columns, rows }: Sheet): Shape {
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return 'too small';
  if (columns >= 110 && rows >= 32) return 'large';
  if (rows < 18) return 'small';
  return columns >= 72 ? 'usual' : 'narrow';
}

/** Where one is, in one row. */
function header({ debug }: ScreenState): Line {
  const { plan, at, progress, starts, edits } = debug;
  const left = plan.steps.length - at;
  const place =
    progress.phase === 'container'
      ? 'the container runs'
      : progress.phase === 'undo'
        ? 'undoing'
        : progress.phase === 'ended'
          ? 'ended'
          : `${at} done, ${left} to go   undo possible to ${undoPossibleTo(debug)}`;
  return [
    { text: 'DEBUG ', look: { bold: true } },
    { text: `${visible(plan.subject)}   ${place}` },
    { text: starts > 1 ? `   start ${starts}` : '' },
    { text: edits.size > 0 ? '   MODIFIED' : '', look: { colour: 'yellow' } },
    { text: debug.breakpoints.includes('error') ? '   stops at failures' : '' },
  ];
}

function page(
  state: ScreenState,
  { name, top }: NonNullable<ScreenState['page']>,
  sheet: Sheet,
): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const { title, lines } = pageOf(state, name, columns - 4, marks);
  return box({
    title,
    foot: lines.length > rows - 2 ? 'arrows scroll, any other key goes back' : 'any key goes back',
    columns,
    rows,
    lines: scrolled(lines, top, rows - 2),
    marks,
    focused: true,
  });
}

function parts(state: ScreenState, shape: Exclude<Shape, 'too small'>, sheet: Sheet): readonly Line[] {
  const { columns, rows } = sheet;
  const size = (width: number, height: number): Sheet => ({ ...sheet, columns: width, rows: height });
  const lower = (height: number) => {
    if (state.field !== undefined) return fieldBox(state, state.field, size(columns, height));
    return isEnd(state) ? historyBox(state, size(columns, height)) : stepBox(state, size(columns, height));
  };
  const right = (width: number, height: number) =>
    isEnd(state) ? undoBox(state, size(width, height)) : panelBox(state, state.panel, size(width, height));
  switch (shape) {
    case 'large': {
      const step = Math.max(10, Math.min(12, Math.floor(rows * 0.27)));
      const upper = rows - step;
      const left = Math.min(54, Math.floor(columns * 0.37));
      const rest = columns - left;
      const columnOfPanels = isEnd(state)
        ? undoBox(state, size(rest, upper))
        : panels(state, size(rest, upper));
      return [...beside(planBox(state, size(left, upper)), columnOfPanels), ...lower(step)];
    }
    case 'usual': {
      const step = rows >= 30 ? 10 : 7;
      const left = Math.max(34, Math.floor(columns * 0.4));
      return [
        ...beside(planBox(state, size(left, rows - step)), right(columns - left, rows - step)),
        ...lower(step),
      ];
    }
    case 'narrow': {
      const step = rows >= 30 ? 8 : 6;
      if (isEnd(state)) return [...right(columns, rows - step), ...lower(step)];
      const plan = Math.max(5, Math.floor((rows - step) * 0.4));
      return [...planBox(state, size(columns, plan)), ...right(columns, rows - step - plan), ...lower(step)];
    }
    case 'small': {
      const step = state.field === undefined ? Math.min(5, rows - 4) : 4;
      return [
        ...(isEnd(state) ? right(columns, rows - step) : planBox(state, size(columns, rows - step))),
        ...lower(step),
      ];
    }
  }
}

/** When no step is next, what was done. */
function historyBox({ debug }: ScreenState, { columns, rows, marks }: Sheet): readonly Line[] {
  return box({
    title: 'What was done',
    columns,
    rows,
    lines: debug.history.slice(2 - rows).map(entry => line(visible(historyLine(entry)))),
    marks,
  });
}

/** From the first undo on, unless everything is made again, what counts is what is left. */
function isEnd({ debug: { progress, replaying } }: ScreenState): boolean {
  return (progress.phase === 'undo' && !replaying) || progress.phase === 'ended';
}

/** The chosen panel large, the others small below it. */
function panels(state: ScreenState, { columns, rows, ...sheet }: Sheet): readonly Line[] {
  const upper = Math.ceil(rows * 0.55);
  const others = (['namespaces', 'files', 'processes', 'mounts'] as const)
    .filter(name => name !== state.panel)
    .slice(0, 2);
  const half = Math.floor(columns / 2);
  const small = (name: PanelName, width: number) =>
    box({
      title: panelTitle(name),
      columns: width,
      rows: rows - upper,
      lines: panelLines(
        state,
        name,
        { ...sheet, columns: width - 4, rows: rows - upper - 2 },
        { wide: false, brief: true },
      ),
      marks: sheet.marks,
    });
  return [
    ...panelBox(state, state.panel, { ...sheet, columns, rows: upper }),
    ...beside(...others.map((name, index) => small(name, index === 0 ? half : columns - half))),
  ];
}

function panelBox(state: ScreenState, panel: PanelName, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const lines = panelLines(
    state,
    panel,
    { ...sheet, columns: columns - 4, rows: rows - 2 },
    { wide: columns >= 72 },
  );
  const more = lines.length - (rows - 2);
  return box({
    title: tabs(panel),
    foot: more > 0 ? `${lines.length} rows, PgUp PgDn` : undefined,
    columns,
    rows,
    lines: scrolled(lines, state.top, rows - 2),
    marks,
    focused: true,
  });
}
