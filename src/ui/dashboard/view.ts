/** The whole dashboard, as rows. Pure: a function of the state and the terminal. */

import { beside, box, type Sheet, scrolled } from '../screen/layout.ts';
import { fit, type Line, line, wrapText } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { areas } from './areas.ts';
import { feet, header } from './edges.ts';
import { helpLines } from './help.ts';
import { layerLines } from './layers.ts';
import { containerBox, imageBox } from './lists.ts';
import { panelBox } from './panel.ts';
import { type DashboardState, selectedContainer } from './state.ts';

export function dashboard(state: DashboardState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const sized = { ...state, columns, rows };
  const { shape } = areas(sized);
  if (shape === 'too small')
    return wrapText(
      `${columns}x${rows} is too small for the dashboard: 30x8 is needed. q leaves it.`,
      columns,
    ).map(text => line(text));
  const bottom = state.help === undefined ? feet(sized, sheet) : [];
  const body = Math.max(0, rows - 1 - bottom.length);
  const inner = overlay(sized, { ...sheet, rows: body }) ?? parts(sized, { ...sheet, rows: body });
  return [fit(header(sized, sheet), columns, marks.cut), ...inner, ...bottom];
}

/** What covers everything but the edges: help, or what a command printed. */
function overlay(state: DashboardState, { columns, rows, marks }: Sheet): readonly Line[] | undefined {
  const { help, page } = state;
  const covered = (title: string, lines: readonly Line[], top: number): readonly Line[] => {
    const seen = scrolled(lines, top, rows - 1);
    const more = lines.length > rows - 1 ? `  (${top + 1}-${top + seen.length} of ${lines.length})` : '';
    const all = [[{ text: ` ${title}${more}`, look: { inverse: true } }] satisfies Line, ...seen];
    return Array.from({ length: rows }, (_, row) => fit(all[row] ?? [], columns, marks.cut));
  };
  if (help !== undefined) return covered('Help', helpLines(columns), help);
  if (page === undefined) return undefined;
  const lines = page.lines?.map(text => line(visible(text))) ?? [line('at work', { dim: true })];
  return covered(`$ ${page.command}`, lines, page.top);
}

function parts(state: DashboardState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const { shape, upper, left, lowerLeft } = areas(state);
  const images = (width: number, height: number) =>
    imageBox(state, { ...sheet, columns: width, rows: height });
  const containers = (width: number, height: number) =>
    containerBox(state, { ...sheet, columns: width, rows: height });
  const panel = (width: number, height: number) =>
    panelBox(state, { ...sheet, columns: width, rows: height });
  const layers = (width: number, height: number) =>
    box({
      title: `Layers${state.container === undefined ? '' : ` of ${visible(state.container)}`}`,
      columns: width,
      rows: height,
      lines: layerLines(state, selectedContainer(state), { ...sheet, columns: width - 4, rows: height - 2 }),
      marks,
    });
  if (state.opened) return panel(columns, rows);
  if (shape === 'small') {
    if (state.place === 'images') return images(columns, rows);
    return state.place === 'panel' ? panel(columns, rows) : containers(columns, rows);
  }
  const lower = rows - upper;
  if (shape === 'narrow') {
    const list = state.place === 'images' ? images(columns, upper) : containers(columns, upper);
    return [...list, ...panel(columns, lower)];
  }
  const right = columns - left;
  if (shape === 'usual') {
    const other = state.place === 'images' ? images(right, upper) : layers(right, upper);
    return [...beside(containers(left, upper), other), ...panel(columns, lower)];
  }
  return [
    ...beside(containers(left, upper), images(right, upper)),
    ...beside(layers(lowerLeft, lower), panel(columns - lowerLeft, lower)),
  ];
}
