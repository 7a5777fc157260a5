/** Keys out of what a terminal sends. */

import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Key, parseKeys, parseRest } from '../../../src/ui/screen/keys.ts';

const test = suite('keys');

/** A key as a word. */
const word = (key: Key): string => {
  switch (key.type) {
    case 'character':
      return key.character;
    case 'control':
      return `ctrl-${key.letter}`;
    case 'paste':
      return `<${key.text}>`;
    default:
      return key.type;
  }
};
const words = (text: string): readonly string[] => parseKeys(text).keys.map(word);

const ONE: readonly (readonly [string, string, string])[] = [
  ['a letter', 'a', 'a'],
  ['a capital', 'F', 'F'],
  ['a Chinese character', '层', '层'],
  ['one outside of the basic plane', '🐳', '🐳'],
  ['enter', '\r', 'enter'],
  ['line feed', '\n', 'enter'],
  ['enter of the keypad', '\u001bOM', 'enter'],
  ['tab', '\t', 'tab'],
  ['shift-tab', '\u001b[Z', 'back-tab'],
  ['backspace', '\u007f', 'backspace'],
  ['ctrl-h', '\b', 'backspace'],
  ['ctrl-c', '\u0003', 'ctrl-c'],
  ['ctrl-z', '\u001a', 'ctrl-z'],
  ['up', '\u001b[A', 'up'],
  ['up in application mode', '\u001bOA', 'up'],
  ['up with ctrl', '\u001b[1;5A', 'up'],
  ['left', '\u001b[D', 'left'],
  ['home', '\u001b[H', 'home'],
  ['home of the Linux console', '\u001b[1~', 'home'],
  ['end', '\u001b[F', 'end'],
  ['page up', '\u001b[5~', 'page-up'],
  ['page down', '\u001b[6~', 'page-down'],
  ['delete', '\u001b[3~', 'delete'],
  ['delete with shift', '\u001b[3;2~', 'delete'],
  ['a paste', '\u001b[200~dq\r\u001b[A\u001b[201~', '<dq\r\u001b[A>'],
];

for (const [name, text, expected] of ONE) test(name, () => assert.equal(words(text), [expected]));

test('several keys at once', () =>
  assert.equal(words('ab\u001b[A\u001b[B\rq'), ['a', 'b', 'up', 'down', 'enter', 'q']));

test('escape and then a letter are two keys', () => assert.equal(words('\u001bq'), ['escape', 'q']));
test('escape and then an arrow are two keys', () => assert.equal(words('\u001b\u001b[A'), ['escape', 'up']));
test('a sequence that is no key is nothing', () => assert.equal(words('\u001b[?1;2ca\u001b[Ib'), ['a', 'b']));

test('escape alone waits for what may follow', () => {
  assert.equal(parseKeys('\u001b'), { keys: [], rest: '\u001b' });
  assert.equal(parseRest('\u001b'), { keys: [{ type: 'escape' }], rest: '' });
});

test('what looks like the beginning of a sequence are keys when nothing follows', () => {
  const { keys, rest } = parseRest(parseKeys('\u001b[1').rest);
  assert.equal(keys.map(word), ['escape', '[', '1']);
  assert.is(rest, '');
});

test('a paste that has not ended is waited for', () => {
  const { keys, rest } = parseKeys('a\u001b[200~xy');
  assert.equal(keys.map(word), ['a']);
  assert.equal(parseRest(rest).keys, []);
  assert.equal(words(`${parseRest(rest).rest}z\u001b[201~q`), ['<xyz>', 'q']);
});

test('property: wherever a text is cut, the same keys come out', () => {
  const part = fc.constantFrom(...ONE.map(([, text]) => text));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), (parts, cuts) => {
      // Characters are never cut: a decoder stands before us.
      const characters = [...parts.join('')];
      const places = [0, ...cuts.map(cut => Math.min(cut, characters.length)), characters.length].toSorted(
        (one, other) => one - other,
      );
      let rest = '';
      const keys: Key[] = [];
      for (const [index, place] of places.entries()) {
        const parsed = parseKeys(rest + characters.slice(places[index - 1] ?? 0, place).join(''));
        keys.push(...parsed.keys);
        rest = parsed.rest;
      }
      assert.is(rest, '');
      assert.equal(keys.map(word), words(parts.join('')));
    }),
  );
});

test.run();
