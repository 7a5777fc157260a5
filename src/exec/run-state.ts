/** What changes while a plan runs: values found out, descriptors held, the container, the command at work. */

import { closeSync } from 'node:fs';
import type { Plan } from '../plan/step.ts';
import { knownValues } from '../plan/values.ts';
import type { Container } from './container-process.ts';
import type { LogWriter } from './log-writer.ts';
import type { Command, Ended } from './process.ts';
import { openScratchOutput, type ScratchOutput } from './scratch-output.ts';

/** The most of a command's stderr that is kept, in bytes. */
const KEPT_STDERR = 1 << 16;

/** How long what stands around init may take to end by itself after it, in milliseconds. */
export const SETTLE_MS = 300;

/** The exit status of whoever was killed by KILL: 128 + 9. */
export const KILLED = 137;

export interface RunState {
  readonly values: Map<string, string>;
  /** Descriptors held until the plan has ended, by path. */
  readonly held: Map<string, number>;
  /** Which of them came with the container. */
  readonly heldByStart: Set<string>;
  container?: Container;
  /** When init started, which tells it from another process of the same number. */
  initStart?: string;
  /** Set when the container has ended and has been waited for. */
  containerEnded?: Ended;
  /** Takes the stderr of steps and undos, where there can be such a file. */
  readonly stderr: ScratchOutput | undefined;
  /** Where its output goes, when nobody watches. */
  log?: LogWriter;
  /** The command of the present step or undo. */
  current?: Command;
}

/** What a plan starts with: the values that are known, and nothing done. */
export function newRunState(plan: Plan): RunState {
  return {
    values: new Map(knownValues(plan)),
    held: new Map(),
    heldByStart: new Set(),
    stderr: openScratchOutput(),
  };
}

/** What a command said on stderr, wherever it went. To be asked after each command, so that the next one starts afresh. */
export function saidBy(ended: Ended, state: RunState): string {
  return state.stderr?.take(KEPT_STDERR) || ended.stderr;
}

/** Closes what was held. The kernel would do the same at our end. */
export function releaseHeld(state: RunState): void {
  for (const fd of state.held.values()) closeSync(fd);
  state.stderr?.close();
  state.log?.close();
  state.held.clear();
}
