/** init ended while the container was being made: somebody killed it, or it left. With it went the namespaces that the steps enter. */

import { INIT, INIT_START } from '../../plan/arg.ts';
import { startTime } from '../owner.ts';
import type { Cause } from './scene.ts';

export const initGone: Cause = ({ plan, step, values }) => {
  const init = values.get(INIT.var);
  // A container that is entered belongs to somebody else, who tells of its end.
  if (init === undefined || step.where.type !== 'inside' || plan.kind === 'exec') return undefined;
  const start = startTime(Number(init));
  if (start !== undefined && start === (values.get(INIT_START.var) ?? start)) return undefined;
  return {
    cause: `The container's init, process ${init}, has ended before everything was ready, and its namespaces with it.`,
    hint: 'Somebody killed it, or the kernel did for want of memory: journalctl -k, or dmesg, tells of that. Try again.',
    lesson: 'pid-1',
  };
};
