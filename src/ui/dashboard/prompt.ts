/** A line that is being typed. Pure. */

import type { Key } from '../screen/keys.ts';

/** The text after a key. What is pasted becomes one line. */
export function typed(text: string, key: Key): string {
  switch (key.type) {
    case 'character':
      return text + key.character;
    case 'paste':
      return text + key.text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\u0000-\u001f\u007f]/g, '');
    case 'backspace':
      return [...text].slice(0, -1).join('');
    case 'control':
      if (key.letter === 'u') return '';
      return key.letter === 'w' ? text.replace(/\S+\s*$/, '') : text;
    default:
      return text;
  }
}
