/** A line that is edited, key by key. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { graphemes } from '../../../src/ui/screen/graphemes.ts';
import type { Key } from '../../../src/ui/screen/keys.ts';
import { type EditedLine, editLine, lineOf } from '../../../src/ui/screen/line-editor.ts';

const test = suite('ui/screen/line-editor');

/** The text with `|` where the cursor is. */
const shown = ({ text, cursor }: EditedLine) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const at = (text: string): EditedLine => ({ text: text.replace('|', ''), cursor: text.indexOf('|') });
const control = (letter: string): Key => ({ type: 'control', letter });
const key = (name: string): Key =>
  name.length === 1 ? { type: 'character', character: name } : ({ type: name } as Key);

const CASES: readonly (readonly [from: string, Key, to: string])[] = [
  ['ab|', key('c'), 'abc|'],
  ['a|c', key('b'), 'ab|c'],
  ['ab|', key('left'), 'a|b'],
  ['|ab', key('left'), '|ab'],
  ['ab|', key('right'), 'ab|'],
  ['a|b', key('home'), '|ab'],
  ['a|b', key('end'), 'ab|'],
  ['ab|c', key('backspace'), 'a|c'],
  ['|ab', key('backspace'), '|ab'],
  ['a|bc', key('delete'), 'a|c'],
  ['mount -t proc|', control('w'), 'mount -t |'],
  ['mount -t |', control('w'), 'mount |'],
  ['mount -t proc| /x', control('u'), '| /x'],
  ['mount| /x', control('k'), 'mount|'],
  ['ab|', control('a'), '|ab'],
  ['|ab', control('e'), 'ab|'],
  ['ab|', control('b'), 'a|b'],
  ['|ab', control('f'), 'a|b'],
  ['|ab', control('d'), '|b'],
  ['a|d', { type: 'paste', text: 'b\nc\n' }, 'ab c|d'],
  ['|', { type: 'paste', text: 'x\u001b[31my' }, 'x[31my|'],
  ['容器|', key('left'), '容|器'],
  ['👩‍🚀|', key('backspace'), '|'],
  ['e\u0301x|', control('a'), '|e\u0301x'],
  ['|e\u0301x', key('right'), 'e\u0301|x'],
  ['e|x', key('\u0301'), 'e\u0301|x'],
  ['a|b', key('up'), 'a|b'],
];

for (const [from, pressed, to] of CASES)
  test(`${from} ${JSON.stringify(pressed)}`, () => assert.is(shown(editLine(at(from), pressed)), to));

const keys = fc.oneof(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
    .map(
      character =>
        ({ type: 'character', character: String.fromCodePoint(character.codePointAt(0) ?? 97) }) as Key,
    ),
  fc.string({ unit: 'grapheme' }).map(text => ({ type: 'paste', text }) as Key),
  fc.constantFrom('left', 'right', 'home', 'end', 'backspace', 'delete').map(key),
  fc.constantFrom('a', 'b', 'd', 'e', 'f', 'k', 'u', 'w').map(control),
);

test('the cursor is always between two characters', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(keys), (text, pressed) => {
      const { text: edited, cursor } = pressed.reduce(editLine, lineOf(text));
      const ends = [0];
      for (const one of graphemes(edited)) ends.push((ends.at(-1) ?? 0) + one.length);
      assert.ok(ends.includes(cursor), JSON.stringify([edited, cursor]));
    }),
  ));

test('what is typed comes out', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), text => {
      const typed = [...text].map(character => ({ type: 'character', character }) as Key);
      assert.is(typed.reduce(editLine, lineOf('')).text, text);
    }),
  ));

test.run();
