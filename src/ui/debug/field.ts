/** A text that is being typed, with its cursor, in as many rows as it needs. Pure. */

import { graphemes } from '../screen/graphemes.ts';
import { box, type Sheet } from '../screen/layout.ts';
import type { EditedLine } from '../screen/line-editor.ts';
import { columnsOf, type Line, type Span } from '../screen/text.ts';
import { visible } from '../visible.ts';
import type { ScreenState } from './state.ts';

export function fieldBox(
  { debug }: ScreenState,
  { purpose, line }: NonNullable<ScreenState['field']>,
  { columns, rows, marks }: Sheet,
): readonly Line[] {
  const lines = typedLines(line, columns - 4);
  const at = lines.findIndex(row => row.some(({ look }) => look?.inverse));
  // Where the cursor is has to be seen.
  const from = Math.max(0, Math.min(at - rows + 3, lines.length - rows + 2));
  return box({
    title:
      purpose === 'edit'
        ? `Another command for step ${debug.at + 1}`
        : 'Write the plan into a file: .sh, .md or .json',
    foot: 'Enter takes it, Esc leaves it',
    columns,
    rows,
    lines: lines.slice(from, from + rows - 2),
    marks,
    focused: true,
  });
}

/** The text in rows of exactly so many columns; the cursor is on what it stands before. */
function typedLines({ text, cursor }: EditedLine, columns: number): readonly Line[] {
  const rows: Span[][] = [[]];
  let width = 0;
  let at = 0;
  const add = (shown: string, isCursor: boolean) => {
    const needed = columnsOf(shown);
    if (width + needed > columns) {
      rows.push([]);
      width = 0;
    }
    rows.at(-1)?.push(isCursor ? { text: shown, look: { inverse: true } } : { text: shown });
    width += needed;
  };
  for (const one of graphemes(text)) {
    add(visible(one), at === cursor);
    at += one.length;
  }
  if (cursor >= text.length) add(' ', true);
  return rows;
}
