/** Tests that this machine can't run are skipped by name, with the reason: scripts/test.mjs refuses a skip without one. */

import type { Test } from 'uvu';

/** Registers the test when the condition holds, and says why not when it does not. */
export function skipUnless(
  suite: Test,
  name: string,
  condition: boolean,
  reason: string,
  body: () => Promise<void> | void,
): void {
  if (condition) {
    suite(name, body);
    return;
  }
  suite.skip(name, body);
  console.log(`# skip ${JSON.stringify({ name, reason })}`);
}
