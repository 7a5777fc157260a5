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
  const bottom = feet(sized, sheet);
  const body = Math.max(0, rows - 1 - bottom.length);
  const whole = (title: string, lines: readonly Line[], foot?: string) =>
    box({ title, foot, columns, rows: body, lines, marks, focused: true });
  const inner =
    state.help && state.prompt === undefined
      ? whole('Help', helpLines(columns - 4), 'any key goes back')
      : state.page !== undefined
        ? whole(
            `$ ${state.page.command}`,
            state.page.lines === undefined
              ? [line('at work', { dim: true })]
              : scrolled(state.page.lines, state.page.top, body - 2).map(text => line(visible(text))),
            'Esc goes back',
          )
        : parts(sized, { ...sheet, rows: body });
  return [fit(header(sized, sheet), columns, marks.cut), ...inner, ...bottom];
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
