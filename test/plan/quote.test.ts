/** Any value survives printing and a shell, in every shell that a machine may have as sh. */

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Arg, resolve } from '../../src/plan/arg.ts';
import { comment, hereDocument, quote, quoteArg } from '../../src/plan/quote.ts';
import { skipUnless } from '../support/skip.ts';

const SHELLS: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh'],
  dash: ['dash'],
  bash: ['bash', '--norc'],
  'bash --posix': ['bash', '--posix'],
  'busybox sh': ['busybox', 'sh'],
};

/** Every character but NUL, with those that shells care about far more often than others. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...'\'"\\$`!#&*?[]{}()<>|;~=%^ \t\n\r-aEOF0_') },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter(text => !text.includes('\0') && isWhole(text)),
  },
);
const text = fc.array(character, { maxLength: 30 }).map(characters => characters.join(''));
const word: fc.Arbitrary<Arg> = fc.array(fc.oneof(text, fc.constantFrom({ var: 'A' }, { var: 'B_C' })), {
  maxLength: 6,
});
const values = new Map([
  ['A', " it's $B_C `x` \\ \n\n"],
  ['B_C', '"two"\\'],
]);
const SETTING = [...values].map(([name, value]) => `${name}=${quote(value)}\n`).join('');

/** A string that UTF-8 can hold: no half of a surrogate pair. */
function isWhole(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}

function read(shell: readonly string[], script: string): string {
  const [program = '', ...args] = shell;
  const { status, stdout, stderr } = spawnSync(program, args, {
    input: `set -eu\n${script}`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '' },
  });
  assert.is(stderr, '');
  assert.is(status, 0);
  return stdout;
}

/** Many values in one process: a process for each would take minutes. */
function same(shell: readonly string[], expected: readonly string[], words: readonly string[]): void {
  const output = read(shell, `${SETTING}${words.map(each => `printf '%s\\037' ${each}\n`).join('')}`);
  assert.equal(output.split('\u001f').slice(0, -1), expected);
}

for (const [name, shell] of Object.entries(SHELLS)) {
  const exists = spawnSync(shell[0] ?? '', ['-c', 'true']).error === undefined;
  const reason = `${shell[0]} is not installed`;
  const batch = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 40, maxLength: 60 });
  const noSeparator = (value: string) => value.replaceAll('\u001f', '');

  skipUnless(test, `quote: ${name}`, exists, reason, () => {
    fc.assert(
      fc.property(batch(text.map(noSeparator)), list => same(shell, list, list.map(quote))),
      { numRuns: 15 },
    );
  });

  skipUnless(test, `quoteArg: ${name}`, exists, reason, () => {
    fc.assert(
      fc.property(batch(word), list => {
        const clean = list.map(each =>
          typeof each === 'string'
            ? each
            : each.map(part => (typeof part === 'string' ? noSeparator(part) : part)),
        );
        same(
          shell,
          clean.map(each => resolve(each, values)),
          clean.map(quoteArg),
        );
      }),
      { numRuns: 15 },
    );
  });

  skipUnless(test, `hereDocument: ${name}`, exists, reason, () => {
    fc.assert(
      fc.property(word, each => {
        const body = hereDocument(each);
        const end = 'THE_END_OF_IT';
        const output = read(shell, `${SETTING}cat <<${end}\n${body}\n${end}\n`);
        assert.is(output, `${resolve(each, values)}\n`);
      }),
      { numRuns: 40 },
    );
  });
}

test('plain words stay as they are', () => {
  for (const plain of ['mount', '-t', 'lowerdir=l/A:l/B', '/proc/self/fd', 'user@host', '50%', 'a,b', 'A=b'])
    assert.is(quote(plain), plain);
  assert.is(quote(''), "''");
  assert.is(quote("it's"), "'it'\\''s'");
  assert.is(quote('=x'), "'=x'");
  assert.is(quote('~'), "'~'");
});

test('a variable keeps its braces only where a letter follows', () => {
  assert.is(quoteArg([{ var: 'C' }, '/upper']), '"$C/upper"');
  assert.is(quoteArg([{ var: 'C' }, '_x']), '"${C}_x"');
  assert.is(quoteArg([{ var: 'INIT' }]), '"$INIT"');
  assert.is(quoteArg(['$C', { var: 'C' }]), '"\\$C$C"');
});

test('a NUL byte is refused', () => {
  assert.throws(() => quote('a\0b'), RangeError);
  assert.throws(() => quoteArg(['a\0', { var: 'C' }]), RangeError);
});

test('a comment stays one line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), value => {
      const line = comment(value);
      assert.is(line.length, value.length);
      assert.not.match(line, /[\p{Cc}\u2028\u2029]/u);
    }),
  );
});

test.run();
