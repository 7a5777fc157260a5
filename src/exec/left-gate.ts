/** Whether init left while it should have waited at the gate. */

import { setTimeout as sleep } from 'node:timers/promises';
import { startTime } from '../host/owner.ts';
import { INIT } from '../plan/arg.ts';
import { type RunState, SETTLE_MS } from './run-state.ts';

/** With which exit status init left; undefined when it lives, or was never started. Whatever comes next then knows that it has ended. */
export async function leftGate(state: RunState): Promise<number | undefined> {
  const { container } = state;
  const pid = Number(state.values.get(INIT.var));
  if (container === undefined || (pid > 1 && startTime(pid) === state.initStart)) return undefined;
  const ended = await Promise.race([container.ended, sleep(SETTLE_MS, undefined, { ref: false })]);
  if (ended !== undefined) state.containerEnded = ended;
  return ended?.exitStatus;
}
