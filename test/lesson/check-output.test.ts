/** What a lesson expects, compared with what was printed. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Check, checkOutput } from '../../src/lesson/check-output.ts';

const test = suite('lesson/check-output');

function check(lines: readonly string[], text: string, found: Readonly<Record<string, string>> = {}): Check {
  return checkOutput({ lines, status: 0 }, { text, status: 0 }, new Map(Object.entries(found)));
}

const GOOD: readonly (readonly [what: string, lines: readonly string[], text: string])[] = [
  ['the same', ['one', 'two'], 'one\ntwo\n'],
  ['nothing', [], ''],
  ['blanks at ends of lines, and empty lines at the end', ['one'], 'one  \n\n\n'],
  ['a last line without a line end', ['one'], 'one'],
  ['any lines', ['one', '...', 'four'], 'one\ntwo\nthree\nfour\n'],
  ['no lines for any lines', ['one', '...', 'two', '...'], 'one\ntwo\n'],
  ['any text in a line', ['a ... z'], 'a b c z\n'],
  ['no text for any text', ['a...z'], 'az\n'],
  ['a word, twice', ['{pid} and {pid}', '{pid}'], '12 and 12\n12\n'],
  ['an empty line', ['', 'one'], '\none\n'],
  ['what regular expressions would read otherwise', ['a.b*c [d] (e) ^$ \\'], 'a.b*c [d] (e) ^$ \\\n'],
];

for (const [what, lines, text] of GOOD) test(`good: ${what}`, () => assert.is(check(lines, text).ok, true));

const BAD: readonly (readonly [
  what: string,
  lines: readonly string[],
  text: string,
  line: string | undefined,
])[] = [
  ['another text', ['one', 'two'], 'one\nthree\n', 'two'],
  ['a dot is a dot', ['a.b'], 'axb\n', 'a.b'],
  ['too much', ['one'], 'one\ntwo\n', undefined],
  ['something for nothing', [], 'one\n', undefined],
  ['nothing for something', ['one'], '', 'one'],
  ['two words for one name', ['{a} {a}'], '1 2\n', '{a} {a}'],
  ['any text is in one line', ['a...z'], 'a\nz\n', 'a...z'],
];

for (const [what, lines, text, line] of BAD)
  test(`bad: ${what}`, () =>
    assert.equal(check(lines, text), { ok: false, ...(line === undefined ? {} : { line }) }));

test('a word is kept for what follows', () => {
  const first = check(['NSpid: {pid} 1'], 'NSpid: 4711 1\n');
  assert.ok(first.ok);
  assert.equal(first.ok && [...first.found], [['pid', '4711']]);
  assert.is(check(['{pid}'], '4711\n', { pid: '4711' }).ok, true);
  assert.is(check(['{pid}'], '4712\n', { pid: '4711' }).ok, false);
});

test('the exit status', () => {
  const output = { text: 'x\n', status: 1 };
  assert.equal(checkOutput({ lines: ['x'], status: 0 }, output, new Map()), { ok: false, status: 0 });
  assert.is(checkOutput({ lines: ['x'], status: 1 }, output, new Map()).ok, true);
  assert.equal(checkOutput(undefined, output, new Map()), { ok: false, status: 0 });
  assert.is(checkOutput(undefined, { text: 'whatever\n', status: 0 }, new Map()).ok, true);
});

test.run();
