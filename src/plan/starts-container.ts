/** Which plans start a container. */

import type { Plan } from './step.ts';

/** Whether the plan starts a container: such a plan is about that, and others are about what their summary says. */
export function startsContainer({ steps }: Pick<Plan, 'steps'>): boolean {
  return steps.some(({ action }) => action.type === 'start');
}
