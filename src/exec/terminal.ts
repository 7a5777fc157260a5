/**
 * The caller's terminal while a container with a terminal of its own is made slowly. script(1) puts it into raw mode as soon as it starts, and then
 * Ctrl-C is only a byte; until the gate opens it has to be a signal to us. See termios(3).
 */

import process from 'node:process';
import type { Plan, Step } from '../plan/step.ts';
import { runCommand } from './process.ts';

export interface CallersTerminal {
  /** Keeps, or brings back, the settings that the caller left. */
  beforeStep(step: Step): Promise<void>;
  /** Makes it as script(1) wants it, for the container. */
  handOver(): Promise<void>;
}

/** Undefined when the plan starts nothing on a terminal, or there is none. */
export function callersTerminal(plan: Plan): CallersTerminal | undefined {
  const wanted = plan.steps.some(({ action }) => action.type === 'start' && action.terminal);
  if (!wanted || process.stdin.isTTY !== true) return undefined;
  let cooked: string | undefined;
  let raw: string | undefined;
  return {
    async beforeStep({ action }) {
      if (action.type === 'start') cooked = await stty('-g');
      else if (cooked && raw === undefined) {
        raw = await stty('-g');
        await stty(cooked);
      }
    },
    async handOver() {
      if (raw) await stty(raw);
    },
  };
}

async function stty(word: string): Promise<string> {
  const { stdout } = await runCommand(['stty', word], { callersStdin: true });
  return stdout.trim();
}
