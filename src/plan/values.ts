/** The values of a plan's variables, as far as they are known before it runs. */

import { resolve, type Values } from './arg.ts';
import type { Plan } from './step.ts';

/** Every variable that has a value from the start, with the variables in it replaced. */
export function knownValues(plan: Pick<Plan, 'variables'>): Values {
  const values = new Map<string, string>();
  for (const { name, value } of plan.variables) {
    if (value !== undefined) values.set(name, resolve(value, values));
  }
  return values;
}
