/** Texts with parts that differ, looked up in a catalogue. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lookUpIn, placeholders } from '../../src/lang/catalogue.ts';

const test = suite('lang/look-up');

const lookUp = lookUpIn({
  'mount it': 'A',
  'mount {path}': 'B {path}',
  'mount {path} again': 'C {path}',
  'copy {source} to {target}': '{target} <- {source}',
  'Pack it.{@ends}': 'D。{@ends}',
  'It ends with us.': 'E。',
  '{@how} Then {number}.': '{@how}F {number}。',
  'price: $1 (a|b)*': 'G',
  'say {@what}': 'H {@what}',
});

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['mount it', 'A'],
  ['mount /a b', 'B /a b'],
  ['mount /a again', 'C /a'],
  ['mount {path}', 'B {path}'],
  ['mount $& {path}', 'B $& {path}'],
  ['mount ', undefined],
  ['copy a\nb to c', 'c <- a\nb'],
  ['Pack it.', 'D。'],
  ['Pack it. It ends with us.', 'D。E。'],
  ['Pack it. What else?', undefined],
  ['It ends with us. Then 7.', 'E。F 7。'],
  ['Pack it. It ends with us. Then 7.', 'D。E。F 7。'],
  ['price: $1 (a|b)*', 'G'],
  // A name that happens to be a text is no text.
  ['mount mount it', 'B mount it'],
  ['say mount it', 'H A'],
  ['say nothing that is known', undefined],
  ['toString', undefined],
  ['', undefined],
];

for (const [english, text] of CASES)
  test(`${JSON.stringify(english)} is ${JSON.stringify(text)}`, () => assert.is(lookUp(english)?.text, text));

test('it tells which keys it used', () =>
  assert.equal(lookUp('Pack it. It ends with us.')?.keys, ['Pack it.{@ends}', 'It ends with us.']));

test('placeholders are told in one order', () =>
  assert.equal(placeholders('{b} {@c} {a} {B} { x }'), ['@c', 'a', 'b']));

test.run();
