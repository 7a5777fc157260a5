/** Text in lines. */

import { columnsOf } from './width.ts';

/** What no line may end with. */
const OPENING = '“‘（《「『【〈';
/** What no line may begin with. */
const CLOSING = '”’）》」』】〉、，。；：？！…％—';

/**
 * Breaks text into lines of at most `width` columns: at spaces, which go, and before and after Chinese characters, but not before a full stop or behind an
 * opening quote. A longer word gets a line of its own.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    for (const [index, piece] of pieces(word).entries()) {
      const blank = index > 0 || line === '' ? '' : ' ';
      if (line !== '' && columnsOf(line) + columnsOf(blank + piece) > width) {
        lines.push(line);
        line = piece;
      } else line += blank + piece;
    }
  }
  return [...lines, line];
}

/** The parts of a word between which a line may be broken: all of it where nothing is Chinese. */
function pieces(word: string): readonly string[] {
  if (/^[ -~]*$/.test(word)) return [word];
  const found: string[] = [];
  let before = '';
  for (const character of word) {
    const last = found.length - 1;
    if (last >= 0 && staysWith(before, character)) found[last] += character;
    else found.push(character);
    before = character;
  }
  return found;
}

function staysWith(before: string, character: string): boolean {
  if (OPENING.includes(before) || CLOSING.includes(character)) return true;
  return isInWord(before) && isInWord(character);
}

function isInWord(character: string): boolean {
  return columnsOf(character) < 2 && !OPENING.includes(character) && !CLOSING.includes(character);
}
