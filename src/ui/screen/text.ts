/** Lines for a screen: pieces of text with a look, cut and filled by the columns that a terminal gives them. Pure. Text from outside is made visible() before. */

import stringWidth from 'string-width';
import { ascii } from '../marks.ts';
import { graphemes } from './graphemes.ts';

/** How a piece looks; whatever it means is said by its text as well, because there may be no colours. */
export interface Look {
  readonly colour?: 'cyan' | 'green' | 'red' | 'yellow' | 'blue' | 'magenta';
  readonly bold?: true;
  readonly dim?: true;
  /** Fore- and background exchanged: what is selected. */
  readonly inverse?: true;
}

export interface Span {
  readonly text: string;
  readonly look?: Look;
}

/** One row. */
export type Line = readonly Span[];

/** A row of one piece. */
export function line(text: string, look?: Look): Line {
  return [look === undefined ? { text } : { text, look }];
}

/** The row as plain text. */
export function plainText(row: Line): string {
  return row.map(({ text }) => text).join('');
}

/** How many columns a terminal gives a text: two to a Chinese character or an emoji. */
export function columnsOf(text: string): number {
  // What names, paths and commands usually are needs no look at tables.
  return /^[\u0020-\u007e]*$/.test(text) ? text.length : stringWidth(text);
}

export function widthOf(row: Line): number {
  return row.reduce((sum, { text }) => sum + columnsOf(text), 0);
}

/** The row in exactly so many columns: filled with blanks, or cut, which `mark` tells. */
export function fit(row: Line, columns: number, mark = '…'): Line {
  if (columns <= 0) return [];
  const width = widthOf(row);
  if (width <= columns) return width === columns ? row : [...row, { text: ' '.repeat(columns - width) }];
  const spans: Span[] = [];
  let left = columns - columnsOf(mark);
  for (const span of row) {
    const part = cut(span.text, left);
    spans.push({ ...span, text: part });
    left -= columnsOf(part);
    if (part !== span.text) break;
  }
  return [...spans, { text: `${mark}${' '.repeat(Math.max(0, left))}` }];
}

/** The same of one text. */
export function fitText(text: string, columns: number, mark = '…'): string {
  return plainText(fit(line(text), columns, mark));
}

/** The same, cut at its beginning: of a path, the end says more. */
export function fitEnd(text: string, columns: number, mark = '…'): string {
  if (columnsOf(text) <= columns) return fitText(text, columns, mark);
  const characters = [...graphemes(text)].toReversed();
  let kept = '';
  for (const character of characters) {
    if (columnsOf(character + kept) > columns - columnsOf(mark)) break;
    kept = character + kept;
  }
  return fitText(`${mark}${kept}`, columns, mark);
}

/** The words of a text in rows of at most so many columns; a word that is longer is cut. A blank at the beginning stays. */
export function wrapText(text: string, columns: number): readonly string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/(?<=\S)(?=\s)/)) {
    if (row !== '' && columnsOf(row + word) > columns) {
      rows.push(row);
      row = '';
    }
    row += row === '' && rows.length > 0 ? word.trimStart() : word;
    while (columns > 0 && columnsOf(row) > columns) {
      const part = cut(row, columns) || [...graphemes(row)][0] || row;
      rows.push(part);
      row = row.slice(part.length);
    }
  }
  return row === '' && rows.length > 0 ? rows : [...rows, row];
}

/** Cells beside each other, one blank or more between them, in columns of that width; the last takes what it needs. */
export function cells(texts: readonly string[], widths: readonly number[], mark = '…'): string {
  return texts
    .map((text, index) => {
      const width = widths[index];
      return width === undefined ? text : fitText(text, width, mark);
    })
    .join(' ');
}

/** A text for a terminal that does not speak UTF-8, in as many columns as before. */
export function asciiColumns(text: string): string {
  return /^[\u0020-\u007e]*$/.test(text)
    ? text
    : [...graphemes(text)]
        .map(one => (one.length === 1 && one < '\u007f' ? one : ascii(one)[0]?.repeat(columnsOf(one))))
        .join('');
}

/** As much of a text, from its beginning, as goes into so many columns. */
function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of graphemes(text)) {
    width += columnsOf(character);
    if (width > columns) break;
    kept += character;
  }
  return kept;
}
