/** Rows of a screen: as wide as they have to be, whatever the text. */

import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { marks } from '../../../src/ui/marks.ts';
import {
  beside,
  box,
  flow,
  keyHint,
  list,
  screenful,
  scrolled,
  windowOf,
} from '../../../src/ui/screen/layout.ts';
import {
  asciiColumns,
  columnsOf,
  fit,
  fitEnd,
  fitText,
  type Line,
  line,
  plainText,
  widthOf,
  wrapText,
} from '../../../src/ui/screen/text.ts';

const test = suite('layout');
const UNICODE = marks(true);
const ASCII = marks(false);
const text = (rows: readonly Line[]): string => rows.map(plainText).join('\n');

test('a text is filled with blanks, or cut', () => {
  assert.is(fitText('abc', 5), 'abc  ');
  assert.is(fitText('abcdef', 5), 'abcd…');
  assert.is(fitText('abcdef', 5, '~'), 'abcd~');
  assert.is(fitText('abc', 0), '');
  assert.is(fitEnd('/a/long/path', 6), '…/path');
});

test('a Chinese character takes two columns, and is not cut into halves', () => {
  assert.is(columnsOf('层ab'), 4);
  assert.is(fitText('镜像层', 5), '镜像…');
  assert.is(fitText('镜像层', 4), '镜… ');
  assert.is(fitEnd('镜像层', 4), '…层 ');
  assert.is(asciiColumns('a层é'), 'a???');
});

test('a row is cut within its pieces, and they keep their look', () => {
  const row = [{ text: 'ab' }, { text: 'cdef', look: { bold: true } as const }, { text: 'gh' }];
  assert.equal(fit(row, 5), [{ text: 'ab' }, { text: 'cd', look: { bold: true } }, { text: '…' }]);
});

test('words are wrapped, and a long one is cut', () => {
  assert.equal(wrapText('one two three', 8), ['one two', 'three']);
  assert.equal(wrapText('abcdefghij kl', 4), ['abcd', 'efgh', 'ij', 'kl']);
  assert.equal(wrapText('镜像层', 4), ['镜像', '层']);
  assert.equal(wrapText('', 4), ['']);
  assert.equal(wrapText('  indented text', 12), ['  indented', 'text']);
});

test('a box has its title and its foot in the border', () => {
  const options = {
    title: 'Plan',
    foot: '5/8',
    columns: 16,
    rows: 4,
    lines: [line('one'), line('层'.repeat(9))],
  };
  assert.is(
    text(box({ ...options, marks: UNICODE })),
    ['┌─ Plan ───────┐', '│ one          │', '│ 层层层层层层…│', '└──────── 5/8 ─┘'].join('\n'),
  );
  assert.is(
    text(box({ ...options, lines: [line('one')], marks: ASCII })),
    ['+- Plan -------+', '| one          |', '|              |', '+-------- 5/8 -+'].join('\n'),
  );
});

test('a box that is too small for its title, or for anything', () => {
  const options = { title: 'A long title', lines: [line('x')], marks: UNICODE };
  assert.is(text(box({ ...options, columns: 8, rows: 3 })), ['┌─ A l…┐', '│ x    │', '└──────┘'].join('\n'));
  assert.is(text(box({ ...options, columns: 2, rows: 1 })), '  ');
});

test('parts beside each other are as high as the highest', () => {
  const left = [line('ab'), line('cd')];
  const right = [line('1')];
  assert.is(text(beside(left, right)), 'ab1\ncd ');
});

test('of a long list a part is made, around what is selected', () => {
  let made = 0;
  const row = (item: number) => {
    made += 1;
    return line(`item ${item}`);
  };
  const items = Array.from({ length: 1000 }, (_, index) => index);
  const rows = list(items, 500, { columns: 12, rows: 5, marks: UNICODE, row });
  assert.is(made, 5);
  assert.is(
    text(rows),
    ['  item 498  ', '  item 499  ', '▶ item 500  ', '  item 501  ', '  item 502  '].join('\n'),
  );
  assert.equal(windowOf(1000, 999, 5), { from: 995, to: 1000 });
  assert.equal(windowOf(1000, 0, 5), { from: 0, to: 5 });
  assert.equal(windowOf(2, 1, 5), { from: 0, to: 2 });
});

test('a text is scrolled to its end, and not beyond', () => {
  assert.equal(scrolled([1, 2, 3, 4], 1, 2), [2, 3]);
  assert.equal(scrolled([1, 2, 3, 4], 9, 2), [3, 4]);
  assert.equal(scrolled([1], 9, 2), [1]);
});

test('keys go on in the next row', () => {
  const keys = [keyHint('n', 'next'), keyHint('N', 'back'), keyHint('q', 'quit')];
  assert.is(text(flow(keys, 16)), ' n next  N back\n q quit');
});

test('property: every row of a screen has its width', () => {
  const anyText = fc.string({ unit: fc.constantFrom('a', ' ', '层', 'é', '🐳', '…', 'x'), maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(anyText, { maxLength: 6 }),
      fc.nat(60),
      fc.integer({ min: 1, max: 8 }),
      (texts, columns, rows) => {
        const lines = texts.map(one => line(one));
        const inner = box({ title: texts[0] ?? '', columns, rows, lines, marks: UNICODE });
        for (const row of [...inner, ...screenful(lines, { columns, rows, marks: UNICODE })])
          assert.is(widthOf(row), columns, plainText(row));
        assert.is(inner.length, rows);
        for (const one of texts)
          for (const row of wrapText(one, Math.max(2, columns)))
            assert.ok(columnsOf(row) <= Math.max(2, columns));
      },
    ),
  );
});

test.run();
