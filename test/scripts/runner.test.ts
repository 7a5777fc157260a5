/** The test runner fails in each of the ways in which uvu alone ends with 0. The suites are in fixtures/suites. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

function runner(...args: readonly string[]): {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly text: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/test.mjs', '--suites', 'fixtures/suites', ...args],
    { encoding: 'utf8' },
  );
  assert.is(stderr, '');
  return { status, text: stdout, lines: stdout.trimEnd().split('\n') };
}

const FAILING: Readonly<Record<string, { readonly says: RegExp; readonly last: string }>> = {
  'suites/fail': { says: /the reason of the failure/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/before': { says: /1 of 1 tests did not pass/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/after-each': { says: /2 of 2 tests did not pass/, last: '0 passed, 2 failed, 0 skipped' },
  'suites/no-run': { says: /ran no test/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/one-not-run': { says: /has 2 suites and runs 1/, last: '1 passed, 1 failed, 0 skipped' },
  'suites/ends-early': { says: /ran no test/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/exits': { says: /ran no test/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/only.': { says: /test\.only/, last: '1 passed, 1 failed, 0 skipped' },
  'suites/skip-silent': {
    says: /skips 1 tests, 0 of them with a reason/,
    last: '1 passed, 1 failed, 0 skipped',
  },
  'suites/rejects-late': { says: /ended with status 1/, last: '1 passed, 1 failed, 0 skipped' },
  'suites/broken': { says: /does not build/, last: '0 passed, 1 failed, 0 skipped' },
  'suites/only-skips': { says: /nothing ran/, last: '0 passed, 0 failed, 1 skipped' },
  'no such file': { says: /no test file matches/, last: '0 passed, 0 failed, 0 skipped' },
};

for (const [filter, { says, last }] of Object.entries(FAILING)) {
  test(`fails: ${filter}`, () => {
    const { status, lines, text } = runner(filter);
    assert.match(text, says);
    assert.is(lines.at(-1), last);
    assert.is(status, 1);
  });
}

test('passes, and ends with one line', () => {
  const { status, lines } = runner('suites/pass');
  assert.is(lines.at(-1), '1 passed, 0 failed, 0 skipped');
  assert.is(status, 0);
});

test('lists skips by name with the reason', () => {
  const { status, lines, text } = runner('suites/skip-named');
  assert.match(text, 'skipped: fixtures/suites/skip-named.test.ts: needs the moon: there is no moon');
  assert.is(lines.at(-1), '1 passed, 0 failed, 1 skipped');
  assert.is(status, 0);
});

test('one broken file does not take the others with it', () => {
  const { lines, status } = runner('suites/broken', 'suites/pass', 'suites/fail');
  assert.is(lines.at(-1), '1 passed, 2 failed, 0 skipped');
  assert.is(status, 1);
});

/** Whether it runs; one that was killed and that nobody has collected yet does not. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a file that hangs is ended, with its children', () => {
  const { status, text } = runner('--timeout', '1000', 'suites/hang');
  assert.match(text, /did not end within 1 s/);
  assert.is(status, 1);
  const child = /child (\d+) of/.exec(text)?.[1] ?? '';
  assert.is.not(child, '');
  assert.not.ok(isRunning(child), 'the child still runs');
});

test.run();
