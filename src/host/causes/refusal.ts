/** What the kernel looks at one after the other, and what it says no to. */

import type { Check, Diagnosis } from './scene.ts';

export interface Refusal {
  /** A statement about the machine, as in a Check. */
  readonly what: string;
  readonly holds: boolean | undefined;
  /** What the statement has to be for the kernel to go on. */
  readonly wanted: boolean;
  /** What to say when it is not. */
  readonly refused: Diagnosis;
}

/**
 * The first statement that is not as it has to be, with those before it. What comes later says nothing about the failure, and is not looked at when
 * `refusals` is a generator.
 */
export function firstRefusal(refusals: Iterable<Refusal>): Diagnosis | undefined {
  const checked: Check[] = [];
  for (const { what, holds, wanted, refused } of refusals) {
    if (holds === !wanted) return { ...refused, checked: [...checked, { what, holds, culprit: true }] };
    checked.push({ what, holds });
  }
  return undefined;
}
