/** Taking back one step: what its `back` says (src/plan/back.ts), and what it left in the state of the run. */

import { closeSync } from 'node:fs';
import { resolve } from '../plan/arg.ts';
import type { Back } from '../plan/back.ts';
import type { RunState } from './run-state.ts';
import { runUndo, stopInit } from './undo.ts';

/** Undefined when it worked, else why it did not. */
export async function takeBack(
  back: Exclude<Back, { type: 'replay' }>,
  state: RunState,
): Promise<string | undefined> {
  switch (back.type) {
    case 'nothing':
      return undefined;
    case 'command':
      return runUndo(back.argv, state);
    case 'close': {
      const path = resolve(back.path, state.values);
      const fd = state.held.get(path);
      if (fd !== undefined) closeSync(fd);
      state.held.delete(path);
      return undefined;
    }
    case 'stop-init':
      return forgetInit(state);
  }
}

/** The next start begins with nothing of this one. The gate was held before it, and still is. */
async function forgetInit(state: RunState): Promise<string | undefined> {
  const reason = await stopInit(state);
  if (reason !== undefined) return reason;
  state.log?.close();
  delete state.log;
  delete state.container;
  delete state.containerEnded;
  delete state.initStart;
  for (const path of state.heldByStart) {
    const fd = state.held.get(path);
    if (fd !== undefined) closeSync(fd);
    state.held.delete(path);
  }
  state.heldByStart.clear();
  return undefined;
}
