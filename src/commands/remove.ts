/** Removing things from the store, one after the other: what can't be removed does not keep the others from going. */

import { type Removable, removableIndex } from '../plan/prune.ts';
import type { Plan } from '../plan/step.ts';
import { type ExecuteOptions, execute } from './execute.ts';

export interface Removal<Thing> {
  /** What could not be removed; why has been said. */
  readonly failed: readonly Thing[];
  /** 128 + n when signal n stopped it. */
  readonly interrupted?: number;
}

/** Runs the plan of all of them; when a step fails, goes on with a plan of those that come after it. */
export async function removeAll<Thing extends Removable>(
  things: readonly Thing[],
  planOf: (things: readonly Thing[]) => Plan,
  options: ExecuteOptions,
): Promise<Removal<Thing>> {
  const failed: Thing[] = [];
  for (let left = things; left.length > 0; ) {
    const outcome = await execute(planOf(left), options);
    if (outcome.type === 'interrupted') return { failed, interrupted: outcome.status };
    if (outcome.failedStep === undefined) break;
    const place = removableIndex(outcome.failedStep);
    failed.push(...left.slice(place, place + 1));
    left = left.slice(place + 1);
  }
  return { failed };
}
