/** Undoing what was begun, newest first. One that fails does not stop the others. */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../errors.ts';
import type { Leftover, PlanEvent } from '../events.ts';
import { startTime } from '../host/owner.ts';
import { type Arg, INIT, resolve } from '../plan/arg.ts';
import { undoText } from '../plan/display.ts';
import { quote } from '../plan/quote.ts';
import type { Step } from '../plan/step.ts';
import { undosOf } from '../plan/undos.ts';
import { type Ended, startCommand } from './process.ts';
import { type RunState, SETTLE_MS, saidBy } from './run-state.ts';

/** How long a killed init may take to end, and how often we look, in milliseconds. */
const PATIENCE_MS = 10_000;
const INTERVAL_MS = 10;

/** Whoever forces an undo to end sends KILL; these are a terminal's. */
const FROM_TERMINAL: ReadonlySet<string> = new Set(['SIGHUP', 'SIGINT', 'SIGQUIT']);
const ATTEMPTS = 3;

export interface UndoOptions {
  /** The plan did what it was for: undos for the case of failure are left out. */
  readonly succeeded: boolean;
  readonly emit: (event: PlanEvent) => void;
  /** Called after each undo, for the journal. */
  readonly undone: (step: Step) => void;
}

/** Undoes the steps, given in the order in which they were begun. Returns what could not be undone. */
export async function undoSteps(
  begun: readonly Step[],
  state: RunState,
  { succeeded, emit, undone }: UndoOptions,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const step of undosOf(begun, succeeded)) {
    const begin = performance.now();
    emit({ type: 'undo-started', step: step.id, command: undoText(step) });
    const reason = await undo(step, state);
    if (reason === undefined) {
      emit({ type: 'undo-done', step: step.id, milliseconds: performance.now() - begin });
      undone(step);
    } else {
      const command = undoByHand(step, state);
      leftovers.push({ step: step.id, command, reason });
      emit({ type: 'undo-failed', step: step.id, command, reason });
    }
  }
  return leftovers;
}

/** The undo's command with all values put in, to paste into a shell. */
export function undoByHand(step: Step, state: RunState): string {
  if (step.undo.type === 'command')
    return step.undo.argv.map(word => quote(resolve(word, state.values))).join(' ');
  const pid = state.values.get(INIT.var);
  return pid === undefined ? '' : `kill -KILL ${pid}`;
}

/** Undefined when it worked, else why it did not. Never rejects: the others have to be undone as well. */
async function undo(step: Step, state: RunState): Promise<string | undefined> {
  try {
    if (step.undo.type === 'stop-init') return await stopInit(state);
    if (step.undo.type === 'command') return await runUndo(step.undo.argv, state);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/**
 * Runs a command that undoes something. Undefined when it worked, else why it did not. A terminal that goes away, or Ctrl-C twice, signals whoever is in our
 * process group, and so also a command that has not got its own session yet: that one is run again, since undos may run twice.
 */
export async function runUndo(argv: readonly Arg[], state: RunState): Promise<string | undefined> {
  let ended = await runOnce(argv, state);
  for (let again = 0; again < ATTEMPTS && FROM_TERMINAL.has(ended.signal ?? ''); again += 1)
    ended = await runOnce(argv, state);
  const said = saidBy(ended, state).trim();
  const { exitStatus, signal } = ended;
  if (exitStatus === 0) return undefined;
  return said || (signal === undefined ? `exit status ${exitStatus}` : `killed by ${signal}`);
}

async function runOnce(argv: readonly Arg[], state: RunState): Promise<Ended> {
  const command = startCommand(
    argv.map(word => resolve(word, state.values)),
    { stderr: state.stderr?.fd },
  );
  state.current = command;
  const ended = await command.ended;
  delete state.current;
  return ended;
}

/**
 * Kills init and waits for its parent, which has then waited for it: so when this returns, no process, mount or namespace is left. Our
 * child has not been waited for yet, so its number and, through it, init's can not be somebody else's by now.
 */
export async function stopInit(state: RunState): Promise<string | undefined> {
  const { container } = state;
  if (container === undefined) return undefined;
  const pid = Number(state.values.get(INIT.var));
  if (state.containerEnded === undefined) {
    if (pid > 1) kill(pid);
    else container.kill('SIGKILL');
    // script(1) takes two seconds to end after a Ctrl-C that it saw as well; its keeper ends it at once.
    const impatient = setTimeout(() => container.kill('SIGTERM'), SETTLE_MS);
    state.containerEnded = await container.ended;
    clearTimeout(impatient);
  }
  return state.containerEnded.signal === undefined ? undefined : outlive(pid, state.initStart);
}

/** init's parent was killed by somebody else and has waited for nobody: init may be about to die, or live on when its command changed its user. */
async function outlive(pid: number, start: string | undefined): Promise<string | undefined> {
  if (!(pid > 1) || start === undefined) return undefined;
  for (let waited = 0; waited < PATIENCE_MS; waited += INTERVAL_MS) {
    if (startTime(pid) !== start) return undefined;
    kill(pid);
    await sleep(INTERVAL_MS);
  }
  return `process ${pid} does not end`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
