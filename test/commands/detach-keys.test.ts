/** The keys that leave a terminal: nothing that was typed is lost, whatever comes in between. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DETACH_KEYS, detachFilter, parseDetachKeys } from '../../src/commands/detach-keys.ts';
import { UserError } from '../../src/errors.ts';

const test = suite('commands/detach-keys');

/** What gets through when these are typed one after the other, and whether they leave. */
function typed(keys: string, ...parts: readonly string[]): string {
  const filter = detachFilter(parseDetachKeys(keys));
  let through = '';
  for (const part of parts) {
    const { input, detach } = filter(Buffer.from(part));
    through += input.toString();
    if (detach) return `${through} left`;
  }
  return through;
}

const CASES: readonly (readonly [string, readonly string[], string])[] = [
  [DETACH_KEYS, ['ls\n'], 'ls\n'],
  [DETACH_KEYS, ['a\u0010\u0011b'], 'a left'],
  [DETACH_KEYS, ['a\u0010', '\u0011'], 'a left'],
  [DETACH_KEYS, ['\u0010', 'x'], '\u0010x'],
  [DETACH_KEYS, ['\u0010', '\u0010', '\u0010', 'x'], '\u0010\u0010\u0010x'],
  [DETACH_KEYS, ['\u0010\u0010\u0011'], '\u0010 left'],
  [DETACH_KEYS, ['\u0011\u0010'], '\u0011'],
  ['ctrl-],x', ['\u001d', 'y', '\u001dx'], '\u001dy left'],
  ['a', ['ba'], 'b left'],
  ['a,a,b', ['a', 'a', 'a', 'b'], 'a left'],
  ['a,b,a,c', ['abab', 'ac'], 'ab left'],
];

for (const [keys, parts, expected] of CASES)
  test(`${keys}: ${JSON.stringify(parts)}`, () => assert.is(typed(keys, ...parts), expected));

for (const keys of ['', 'ctrl-', 'ctrl-1', 'ab', 'ctrl-p,', 'é'])
  test(`${JSON.stringify(keys)} are no keys`, () =>
    assert.throws(
      () => parseDetachKeys(keys),
      (error: unknown) => error instanceof UserError && error.status === 2,
    ));

test.run();
