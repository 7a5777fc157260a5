/** Waiting for something that happens in another process. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the condition holds; throws when it does not within `limit` milliseconds. */
export async function until(condition: () => boolean, limit = 10_000): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited >= limit) throw new Error(`did not happen within ${limit} ms: ${condition.toString()}`);
    await sleep(20);
  }
}
