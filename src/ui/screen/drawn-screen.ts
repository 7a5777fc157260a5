/** The screen behind stdin and stderr, with Ink to draw on it, which is loaded here and not before. */

import process from 'node:process';
import { capabilities } from '../capabilities.ts';
import { type Ink, loadInk } from '../load-ink.ts';
import { marks } from '../marks.ts';
import type { Sheet } from './layout.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';
import type { Line } from './text.ts';

export interface DrawnScreenOptions extends Pick<ScreenOptions, 'onKey' | 'onGone' | 'watch'> {
  /** Everything that is to be seen, from the top. Called again when the size changes. It has to be a function of `ink`: what draws is in the bundle that is loaded with Ink. */
  readonly view: (ink: Ink, sheet: Sheet) => readonly Line[];
}

/** Why there can be no screen, as the rest of a sentence: "stdin is not a terminal". Undefined when there can be one. */
export function whyNoScreen(): string | undefined {
  if (!process.stdin.isTTY) return 'stdin is not a terminal';
  if (!process.stderr.isTTY) return 'stderr is not a terminal';
  if ((process.env['TERM'] ?? 'dumb') === 'dumb') return 'the terminal is a dumb one (TERM)';
  return undefined;
}

/** Opens it. There has to be a terminal; see whyNoScreen. */
export async function openDrawnScreen({ view, ...options }: DrawnScreenOptions): Promise<Screen> {
  const able = capabilities(process.stderr, process.env);
  const ink = await loadInk(able.colour);
  const painter = new ink.RowPainter(able.unicode);
  const own = marks(able.unicode);
  return openScreen({
    ...options,
    input: process.stdin,
    output: process.stderr,
    draw: size => {
      const sheet = { ...size, marks: own };
      return painter.paint(ink.screenful(view(ink, sheet), sheet), size.columns);
    },
  });
}
