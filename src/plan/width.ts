/** How wide text is on a terminal. */

import { eastAsianWidth } from 'get-east-asian-width';

/** The columns that a text takes: two for each wide or full-width character, as Chinese ones are; see Unicode's annex 11, "East Asian Width". */
export function columnsOf(text: string): number {
  // Nearly all that is measured.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text)
    columns += isMark(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0);
  return columns;
}

/** The text with blanks behind it, up to so many columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** It is drawn onto the character before. */
function isMark(character: string): boolean {
  return /^\p{Mn}$/u.test(character);
}
