/** All keys, each with the command line that does the same. Pure. */

import { type Line, line } from '../screen/text.ts';
import { ACTIONS } from './actions.ts';
import { PANELS } from './state.ts';

/** Columns of a key, and of a command line. */
const KEY = 5;
const LINE = 30;

const OTHERS: readonly (readonly [key: string, does: string])[] = [
  ['arrows, page keys, Home, End', 'move'],
  ['Tab', 'to the images, to the panel, and back'],
  ['Enter', 'open: a change, a step of the plan, an image'],
  [`1-${PANELS.length}`, 'what is shown of the selected container'],
  ['/', 'filter by name or image'],
  ['y', 'copy the command line that shows the same'],
  ['Ctrl-Z', 'stop the dashboard; fg goes on'],
  ['Esc', 'back'],
  ['q, Ctrl-C', 'quit'],
];

export function helpLines(columns: number): readonly Line[] {
  const narrow = columns < 70;
  return [
    ...ACTIONS.flatMap(({ key, usage, summary }): readonly Line[] => {
      const name = { text: ` ${key === 'f' ? 'f F' : key}`.padEnd(KEY), look: { bold: true } } as const;
      const command = `tinydocker ${usage}`;
      return narrow
        ? [[name, { text: command }], line(`${' '.repeat(KEY)}${summary}`)]
        : [[name, { text: `${command.padEnd(LINE)} ${summary}` }]];
    }),
    ...OTHERS.map(
      ([key, does]): Line => [
        { text: ` ${key}`.padEnd(narrow ? 12 : KEY + LINE), look: { bold: true } },
        { text: ` ${does}` },
      ],
    ),
  ];
}
