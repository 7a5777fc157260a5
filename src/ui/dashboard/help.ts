/** All keys, each with the command line that does the same. Pure. */

import { fitText, type Line, line } from '../screen/text.ts';
import { ACTIONS } from './actions.ts';
import { PANEL_TITLES } from './panel.ts';
import { PANELS } from './state.ts';

const WIDTH = 30;

const OTHERS: readonly (readonly [key: string, does: string])[] = [
  ['arrows, page keys, Home, End', 'move'],
  ['Tab', 'containers, images, panel'],
  ['Enter', 'into the panel; a change: what differs; a step: why; an image: its history'],
  [`1-${PANELS.length}`, PANELS.map(panel => PANEL_TITLES[panel].toLowerCase()).join(', ')],
  ['/', 'filter by name or image'],
  ['y', 'copy the command line that shows the same'],
  ['Esc', 'back'],
  ['Ctrl-Z', 'stop the dashboard; fg brings it back'],
  ['q, Ctrl-C', 'quit'],
];

export function helpLines(columns: number): readonly Line[] {
  const row = (key: string, left: string, right: string): Line => [
    { text: fitText(key, 4), look: { bold: true } },
    { text: columns < 60 ? left : fitText(left, WIDTH) },
    ...(columns < 60 ? [] : [{ text: ` ${right}` }]),
  ];
  return [
    ...ACTIONS.map(({ key, usage, summary }) =>
      row(key === 'f' ? 'f F' : key, `tinydocker ${usage}`, summary),
    ),
    line(''),
    ...OTHERS.map(
      ([key, does]): Line => [
        { text: fitText(key, columns < 60 ? 12 : WIDTH + 4), look: { bold: true } },
        { text: ` ${does}` },
      ],
    ),
  ];
}
