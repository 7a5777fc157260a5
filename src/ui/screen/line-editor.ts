/** One line that is edited where its cursor is, however it came there: typed, pasted, or put there to begin with. Pure. */

import { graphemes } from './graphemes.ts';
import type { Key } from './keys.ts';

export interface EditedLine {
  readonly text: string;
  /** How much of the text is to the left of the cursor, as an index into it; never inside of what a reader takes for one character. */
  readonly cursor: number;
}

/** With the cursor at its end. */
export function lineOf(text: string): EditedLine {
  return { text, cursor: text.length };
}

/** The line after a key; one that means nothing leaves it as it is. The letters with Ctrl are those of a shell. */
export function editLine(line: EditedLine, key: Key): EditedLine {
  const { text, cursor } = line;
  switch (key.type) {
    case 'character':
      return inserted(line, key.character);
    case 'paste':
      return inserted(line, pasted(key.text));
    case 'left':
      return moved(line, cursor - before(line).length);
    case 'right':
      return moved(line, cursor + after(line).length);
    case 'home':
      return moved(line, 0);
    case 'end':
      return moved(line, text.length);
    case 'backspace':
      return without(line, cursor - before(line).length, cursor);
    case 'delete':
      return without(line, cursor, cursor + after(line).length);
    case 'control':
      return controlled(line, key.letter);
    default:
      return line;
  }
}

function controlled(line: EditedLine, letter: string): EditedLine {
  const { text, cursor } = line;
  switch (letter) {
    case 'a':
      return moved(line, 0);
    case 'e':
      return moved(line, text.length);
    case 'b':
      return editLine(line, { type: 'left' });
    case 'f':
      return editLine(line, { type: 'right' });
    case 'd':
      return editLine(line, { type: 'delete' });
    case 'u':
      return without(line, 0, cursor);
    case 'k':
      return without(line, cursor, text.length);
    case 'w': {
      const word = /\S+\s*$|\s+$/.exec(text.slice(0, cursor))?.[0] ?? '';
      return without(line, cursor - word.length, cursor);
    }
    default:
      return line;
  }
}

function inserted({ text, cursor }: EditedLine, added: string): EditedLine {
  const next = text.slice(0, cursor) + added;
  return settled({ text: next + text.slice(cursor), cursor: next.length });
}

/** What was copied ends with a line end more often than not; one in the middle is a blank. */
function pasted(text: string): string {
  return text
    .replace(/[\r\n]+$/, '')
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\u0000-\u001f\u007f]/g, '');
}

function without({ text }: EditedLine, from: number, to: number): EditedLine {
  return settled({ text: text.slice(0, from) + text.slice(to), cursor: from });
}

function moved({ text }: EditedLine, cursor: number): EditedLine {
  return { text, cursor };
}

/** Two characters that came together may have become one, as a letter and the accent behind it. */
function settled({ text, cursor }: EditedLine): EditedLine {
  let end = 0;
  for (const one of graphemes(text)) {
    if (end >= cursor) break;
    end += one.length;
  }
  return { text, cursor: end };
}

function before({ text, cursor }: EditedLine): string {
  return [...graphemes(text.slice(0, cursor))].at(-1) ?? '';
}

function after({ text, cursor }: EditedLine): string {
  const [first = ''] = graphemes(text.slice(cursor));
  return first;
}
