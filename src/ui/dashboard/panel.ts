/** The panel: seven views of the selected container, one at a time, and the command line that shows the same. Pure. */

import { box, type Sheet } from '../screen/layout.ts';
import { columnsOf, fit, type Line, line, wrapText } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { panelCommand } from './actions.ts';
import { panelLines } from './panels.ts';
import { type DashboardState, PANELS, type Panel, panelData, selectedContainer } from './state.ts';

export const PANEL_TITLES: Readonly<Record<Panel, string>> = {
  changes: 'Changes',
  mounts: 'Mounts',
  namespaces: 'Namespaces',
  usage: 'Usage',
  logs: 'Logs',
  plan: 'Plan',
  events: 'Events',
};
const SHORT: Readonly<Record<Panel, string>> = {
  changes: 'Diff',
  mounts: 'Mnt',
  namespaces: 'Ns',
  usage: 'Use',
  logs: 'Log',
  plan: 'Plan',
  events: 'Ev',
};

export function panelBox(state: DashboardState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const look = selectedContainer(state);
  const width = columns - 4;
  const height = rows - 3;
  const data = panelData(state);
  const body =
    look === undefined
      ? []
      : data === undefined
        ? [line('looking', { dim: true })]
        : 'nothing' in data
          ? wrapText(data.nothing, width).map(text => line(visible(text)))
          : panelLines(state, data, { columns: width, rows: height, marks });
  const filled = Array.from({ length: Math.max(0, height) }, (_, row) =>
    fit(body[row] ?? [], width, marks.cut),
  );
  const same = look === undefined ? '' : `same as:  ${panelCommand(state.panel, look)}`;
  const copy = '   y copies it';
  const hint = columnsOf(same + copy) <= width ? copy : '';
  return box({
    title: title(state, width),
    columns,
    rows,
    lines: [
      ...filled,
      [
        { text: same, look: { dim: true } },
        { text: same === '' ? '' : hint, look: { dim: true } },
      ],
    ],
    focused: state.place === 'panel',
    marks,
  });
}

function title({ container, panel }: DashboardState, width: number): Line {
  const name = container === undefined ? '' : `${visible(container)}  `;
  const long = PANELS.map((one, index) => `${index + 1} ${PANEL_TITLES[one]}`).join(' ');
  const titles = columnsOf(name + long) + 4 <= width ? PANEL_TITLES : SHORT;
  return [
    { text: name, look: { bold: true } },
    ...PANELS.map((one, index) => {
      const chosen = one === panel;
      const text = chosen ? `[${index + 1} ${titles[one]}]` : `${index + 1} ${titles[one]}`;
      return {
        text: index === 0 ? text : ` ${text}`,
        ...(chosen ? { look: { bold: true } as const } : {}),
      };
    }),
  ];
}
