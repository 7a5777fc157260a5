/** Where lines are broken, in English and in Chinese. */

import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { columnsOf, padColumns } from '../../src/plan/width.ts';
import { wrap } from '../../src/plan/wrap.ts';

const test = suite('plan/wrap');

const WIDTHS: readonly (readonly [string, number])[] = [
  ['', 0],
  ['abc', 3],
  ['挂载', 4],
  ['a 挂载，b', 9],
  ['“ready”', 7],
  ['é', 1],
  ['e\u0301', 1],
  ['😀', 2],
];

for (const [text, columns] of WIDTHS)
  test(`${JSON.stringify(text)} is ${columns} columns wide`, () => assert.is(columnsOf(text), columns));

test('padding counts columns', () => {
  assert.is(padColumns('挂载', 6), '挂载  ');
  assert.is(padColumns('挂载', 3), '挂载');
});

const CASES: readonly (readonly [string, number, readonly string[]])[] = [
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 3, ['one', 'two', 'three']],
  ['a/very/long/path b', 4, ['a/very/long/path', 'b']],
  ['', 10, ['']],
  // Four columns hold two characters; none begins with a full stop, which takes the one before along.
  ['容器的根', 4, ['容器', '的根']],
  ['容器。根', 4, ['容', '器。', '根']],
  ['容（器）根', 6, ['容', '（器）', '根']],
  ['用 mkdir(2) 创建', 10, ['用', 'mkdir(2)', '创建']],
  ['用 mkdir(2) 创建', 13, ['用 mkdir(2) ', '创建'].map(line => line.trim())],
  ['从“ready”读取', 8, ['从', '“ready”', '读取']],
  ['见 chroot(2)、pivot_root(2)。', 14, ['见 chroot(2)、', 'pivot_root(2)。']],
];

for (const [text, width, lines] of CASES)
  test(`${JSON.stringify(text)} in ${width} columns`, () => assert.equal(wrap(text, width), lines));

const PHRASE = fc.array(
  fc.oneof(fc.constantFrom(...'容器挂载，。（）“”、 '), fc.stringMatching(/^[a-z()/.]{1,6}$/)),
  { maxLength: 60 },
);

test('nothing is lost, and no line begins with a full stop or ends with an opening quote', () => {
  fc.assert(
    fc.property(PHRASE, fc.integer({ min: 8, max: 40 }), (parts, width) => {
      const text = parts.join('').replaceAll(/ +/g, ' ').trim();
      const lines = wrap(text, width);
      const bare = (some: string) => some.replaceAll(' ', '');
      assert.is(bare(lines.join('')), bare(text));
      for (const [index, line] of lines.entries()) {
        const wholeWord = text.split(' ').some(word => word.startsWith(line[0] ?? ''));
        if (index > 0 && !wholeWord) assert.not.match(line, /^[，。）”、]/);
        // What can not be broken may be longer: a run of letters with the marks around it.
        if (columnsOf(line) > width) assert.not.match(line, /[容器挂载][容器挂载]| /);
      }
    }),
  );
});

test.run();
