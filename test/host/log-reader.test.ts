/** The log of a container, read from its beginning or its end, while it is written and renamed. */

import { appendFileSync, closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RotatedLog } from '../../src/exec/rotated-log.ts';
import { linesBackward } from '../../src/host/lines-backward.ts';
import { openLogReader } from '../../src/host/log-reader.ts';
import type { OutputReader } from '../../src/host/output-reader.ts';
import { openRawOutput } from '../../src/host/raw-output-reader.ts';
import { logLines } from '../../src/plan/log-entry.ts';
import { withTempDir } from '../support/dirs.ts';

const test = suite('host/log-reader');
const TIME = new Date('2026-01-02T03:04:05.678Z');

function all(reader: OutputReader | undefined): string {
  const parts: Buffer[] = [];
  for (let outputs = reader?.next() ?? []; outputs.length > 0; outputs = reader?.next() ?? [])
    parts.push(...outputs.map(({ bytes }) => bytes));
  return Buffer.concat(parts).toString();
}

function once(reader: OutputReader | undefined): string {
  try {
    return all(reader);
  } finally {
    reader?.close();
  }
}

const line = (text: string, stream: 'stdout' | 'stderr' = 'stdout') =>
  logLines(Buffer.from(text), stream, TIME);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`);

test('the last lines, over both files', () =>
  withTempDir(dir => {
    writeFileSync(
      join(dir, 'log.1'),
      numbers(1, 2000)
        .map(text => line(text))
        .join(''),
    );
    writeFileSync(
      join(dir, 'log'),
      numbers(2001, 2010)
        .map(text => line(text))
        .join(''),
    );
    const tail = (count: number) => once(openLogReader(dir, count));
    assert.is(tail(0), '');
    assert.is(tail(1), '2010\n');
    assert.is(tail(10), numbers(2001, 2010).join(''));
    assert.is(tail(11), numbers(2000, 2010).join(''));
    assert.is(tail(1500), numbers(511, 2010).join(''));
    assert.is(tail(9999), numbers(1, 2010).join(''));
    assert.is(once(openLogReader(dir)), numbers(1, 2010).join(''));
  }));

test('a line in pieces is one line, and what has no end yet is one, too', () =>
  withTempDir(dir => {
    const entries = [line('one\n'), line('two'), line('error\n', 'stderr'), line(' two\n'), line('prompt> ')];
    writeFileSync(join(dir, 'log'), entries.join(''));
    const tail = (count: number) => once(openLogReader(dir, count));
    assert.is(tail(1), 'prompt> ');
    assert.is(tail(2), ' two\nprompt> ');
    assert.is(tail(4), 'one\ntwoerror\n two\nprompt> ');
  }));

test('a line that is damaged or not complete is left out', () =>
  withTempDir(dir => {
    writeFileSync(join(dir, 'log'), `${line('one\n')}{"log":"tw\n[]\n${line('three\n')}{"log":"fo`);
    assert.is(once(openLogReader(dir)), 'one\nthree\n');
    assert.is(once(openLogReader(dir, 2)), 'one\nthree\n');
    const reader = openLogReader(dir);
    assert.is(all(reader), 'one\nthree\n');
    appendFileSync(join(dir, 'log'), line('four\n').slice('{"log":"fo'.length));
    assert.is(once(reader), 'four\n');
  }));

test('there is no log', () =>
  withTempDir(dir => {
    assert.is(openLogReader(dir), undefined);
    assert.is(openRawOutput(dir), undefined);
  }));

test('whoever follows misses nothing when it is renamed, at any moment', () =>
  withTempDir(dir => {
    const log = new RotatedLog(dir, 8000);
    const reader = openLogReader(dir);
    let seen = '';
    for (const [index, text] of numbers(1, 3000).entries()) {
      log.write(line(text));
      // Sometimes after one more line, sometimes after more than a file of them.
      if (index % 97 === 0 || index % 13 === 0) seen += all(reader);
    }
    seen += all(reader);
    assert.is(seen, numbers(1, 3000).join(''));
    reader?.close();
    log.close();
  }));

test('whoever is two files behind gets both', () =>
  withTempDir(dir => {
    const log = new RotatedLog(dir, 8000);
    log.write(line('first\n'));
    const reader = openLogReader(dir);
    assert.is(all(reader), 'first\n');
    const perFile = Math.floor(4000 / line('100\n').length);
    const some = numbers(100, 100 + 2 * perFile);
    for (const text of some) log.write(line(text));
    assert.is(once(reader), some.join(''));
    log.close();
  }));

test('raw output: each stream for itself, its last lines too', () =>
  withTempDir(dir => {
    writeFileSync(join(dir, 'stdout.log'), 'one\ntwo\nthree');
    writeFileSync(join(dir, 'stderr.log'), 'bad\nworse\n');
    assert.is(once(openRawOutput(dir)), 'one\ntwo\nthreebad\nworse\n');
    assert.is(once(openRawOutput(dir, 2)), 'two\nthreebad\nworse\n');
    assert.is(once(openRawOutput(dir, 0)), '');
    const reader = openRawOutput(dir, 1);
    assert.is(all(reader), 'threeworse\n');
    appendFileSync(join(dir, 'stdout.log'), '!\n');
    assert.is(once(reader), '!\n');
  }));

test('any file: its lines from the last to the first', () =>
  withTempDir(dir => {
    const file = join(dir, 'lines');
    const text = fc.oneof(fc.string({ maxLength: 5 }), fc.constant('x'.repeat(70_000)), fc.constant(''));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.boolean(), (lines, ended) => {
        const clean = lines.map(part => part.replaceAll('\n', ' '));
        const content = clean.join('\n') + (ended && clean.length > 0 ? '\n' : '');
        writeFileSync(file, content);
        const fd = openSync(file, 'r');
        const found = [...linesBackward(fd, Buffer.byteLength(content))];
        closeSync(fd);
        const expected = content.split('\n');
        const last = expected.pop() ?? '';
        assert.equal(
          found
            .filter(({ whole }) => whole)
            .map(({ bytes }) => bytes.toString())
            .toReversed(),
          expected,
        );
        assert.equal(
          found.filter(({ whole }) => !whole).map(({ bytes }) => bytes.toString()),
          last === '' ? [] : [last],
        );
        for (const { offset, bytes } of found)
          assert.ok(
            Buffer.from(content)
              .subarray(offset, offset + bytes.length)
              .equals(bytes),
          );
      }),
      { numRuns: 50 },
    );
  }));

test.run();
