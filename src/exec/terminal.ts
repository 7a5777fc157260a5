/**
 * The caller's terminal while a container with a terminal of its own is made slowly. script(1) puts it into raw mode as soon as it starts, and then
 * Ctrl-C is only a byte; until the gate opens it has to be a signal to us. See termios(3).
 */

import process from 'node:process';
import { readText } from '../host/text-file.ts';
import { INIT, type Values } from '../plan/arg.ts';
import type { Plan, Step } from '../plan/step.ts';
import { runCommand } from './process.ts';

export interface CallersTerminal {
  /** Keeps, or brings back, the settings that the caller left. */
  beforeStep(step: Step, values: Values): Promise<void>;
  /** Makes it as script(1) wants it, for the container. */
  handOver(): Promise<void>;
  /** What is typed may be read by script(1) again: it is about to end, or to get the terminal. */
  letRead(): void;
  /** script(1) has ended; another one may be started. */
  forget(): void;
}

/** How many ancestors of init are looked at: its parent is the shim, whose parent is script(1). */
const GENERATIONS = 4;

/**
 * Undefined when the plan starts nothing on a terminal, or there is none. With `keysAreOurs`, script(1) is stopped until it gets the terminal: what is typed
 * meanwhile is not for the container, and two readers of one terminal share the keys by chance.
 */
export function callersTerminal(
  plan: Plan,
  { keysAreOurs = false }: { readonly keysAreOurs?: boolean } = {},
): CallersTerminal | undefined {
  const wanted = plan.steps.some(({ action }) => action.type === 'start' && action.terminal);
  if (!wanted || process.stdin.isTTY !== true) return undefined;
  let cooked: string | undefined;
  let raw: string | undefined;
  let script: number | undefined;
  return {
    async beforeStep({ action }, values) {
      if (action.type === 'start') cooked = await stty('-g');
      else if (cooked && raw === undefined && values.has(INIT.var)) {
        if (keysAreOurs) script = scriptAbove(Number(values.get(INIT.var)));
        if (script !== undefined) signal(script, 'SIGSTOP');
        raw = await stty('-g');
        await stty(cooked);
      }
    },
    async handOver() {
      if (raw) await stty(raw);
      this.letRead();
    },
    letRead() {
      if (script !== undefined) signal(script, 'SIGCONT');
      script = undefined;
    },
    forget() {
      this.letRead();
      raw = undefined;
    },
  };
}

async function stty(word: string): Promise<string> {
  const { stdout } = await runCommand(['stty', word], { callersStdin: true });
  return stdout.trim();
}

/** The process of script(1) that init runs below; all between them are our descendants, and none has been waited for. */
function scriptAbove(init: number): number | undefined {
  let pid = init;
  for (let generation = 0; generation < GENERATIONS; generation += 1) {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readText(`/proc/${pid}/stat`)) ?? [];
    if (name === 'script') return pid;
    pid = Number(parent);
    if (!(pid > 1) || pid === process.pid) return undefined;
  }
  return undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
