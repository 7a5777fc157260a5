/** Rows as a terminal gets them, without colours: these are seen on a real one. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RowPainter } from '../../../src/ui/live-view.tsx';
import { line } from '../../../src/ui/screen/text.ts';

const test = suite('row-painter');

test('each row is one row, an empty one and a full one too', () => {
  const rows = new RowPainter(true).paint([line(''), line('x'.repeat(10)), line('  two  '), []], 10);
  assert.equal(rows, ['', 'x'.repeat(10), '  two', '']);
});

test('equal rows, and rows that were drawn before, come out in their places', () => {
  const painter = new RowPainter(true);
  const [a, b, c] = [line('a'), line('b'), line('c')];
  assert.equal(painter.paint([a, b, a], 10), ['a', 'b', 'a']);
  assert.equal(painter.paint([c, a, b, c], 10), ['c', 'a', 'b', 'c']);
});

test('without UTF-8 a row keeps its columns', () => {
  assert.equal(new RowPainter(false).paint([line('层 é…|')], 10), ['?? ?~|']);
});

test.run();
