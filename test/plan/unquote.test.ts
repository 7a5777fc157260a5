/** Words read back from what is typed: the inverse of quoting, and what a shell would make of them. */

import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Arg, arg, resolve } from '../../src/plan/arg.ts';
import { quoteArgv } from '../../src/plan/quote.ts';
import { parseWords } from '../../src/plan/unquote.ts';

const test = suite('plan/unquote');
const VARIABLES = ['C', 'M', 'INIT'];

function words(text: string): readonly Arg[] {
  const result = parseWords(text, VARIABLES);
  if (!result.ok) throw new Error(result.failures.map(({ message }) => message).join(' '));
  return result.value;
}

const CASES: readonly (readonly [text: string, words: readonly Arg[]])[] = [
  ['mount -t proc proc', ['mount', '-t', 'proc', 'proc']],
  ['  a \t b  ', ['a', 'b']],
  ['\'a b\' "c d" e\\ f', ['a b', 'c d', 'e f']],
  ["it\\'s 'it'\\''s'", ["it's", "it's"]],
  ['\'\' ""', ['', '']],
  ['$M "$C/upper" ${INIT}x', [arg`${{ var: 'M' }}`, arg`${{ var: 'C' }}/upper`, arg`${{ var: 'INIT' }}x`]],
  ['\'$M\' \\$M "\\$M"', ['$M', '$M', '$M']],
  ['a$ "a$"', ['a$', 'a$']],
  ['"a\\b" "\\\\"', ['a\\b', '\\']],
  ['a#b a~b', ['a#b', 'a~b']],
];
for (const [text, expected] of CASES)
  test(`reads ${JSON.stringify(text)}`, () => assert.equal(words(text), expected));

const REFUSED: readonly (readonly [text: string, why: RegExp])[] = [
  ['', /no command/],
  ['a | b', /no shell sees it: \|/],
  ['a; b', /no shell sees it: ;/],
  ['echo *', /no shell sees it: \*/],
  ['echo `id`', /no shell sees it/],
  ['echo "`id`"', /put in place/],
  ['echo $(id)', /put in place of \$\(/],
  ['echo $1', /put in place of \$1/],
  ['echo $HOME', /no variable \$HOME/],
  ["echo 'a", /not closed/],
  ['echo "a', /not closed/],
  ['echo a\\', /backslash/],
  ['# a', /begins with #/],
  ['ls ~/a', /begins with ~/],
];
for (const [text, why] of REFUSED)
  test(`refuses ${JSON.stringify(text)}`, () => {
    const result = parseWords(text, VARIABLES);
    assert.not.ok(result.ok);
    if (!result.ok) assert.match(result.failures.map(({ message }) => message).join(' '), why);
  });

const part = fc.oneof(
  fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0')),
  fc.constantFrom("'", '"', '\\', '$', '`', ' ', '\n', '*').map(String),
);
const word: fc.Arbitrary<Arg> = fc
  .array(
    fc.oneof(
      part,
      fc.constantFrom(...VARIABLES).map(name => ({ var: name })),
    ),
    { maxLength: 4 },
  )
  .map(parts => parts.reduce<Arg>((joined, one) => arg`${joined}${one}`, ''));

test('whatever is quoted is read back', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), argv => {
      assert.equal(words(quoteArgv(argv)), argv);
    }),
    { numRuns: 500 },
  );
});

test('a shell reads the same', () => {
  const values = new Map(VARIABLES.map(name => [name, `value of ${name}`]));
  const text = fc.array(
    fc.constantFrom('a', ' ', "'b c'", '"d $M e"', '${C}', '${INIT}f', '\\ ', "\\'", '""', '"\\"g\\$"', 'h='),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(
      text.map(parts => `x${parts.join('')}`),
      line => {
        const read = words(line).map(one => resolve(one, values));
        const { stdout } = spawnSync('sh', ['-c', `set -f; IFS=; printf '%s\\0' ${line}`], {
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], ...Object.fromEntries(values) },
        });
        assert.equal(stdout.split('\0').slice(0, -1), read, line);
      },
    ),
    { numRuns: 60 },
  );
});

test.run();
