/** One step: from an action of the plan to what happens on the machine. */

import { closeSync, fstatSync, lstatSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../errors.ts';
import type { StepFailure } from '../events.ts';
import { identityOf } from '../host/containers.ts';
import { oomKills } from '../host/out-of-memory.ts';
import { startTime } from '../host/owner.ts';
import { type Arg, INIT, INIT_START, resolve, STARTED, STATUS } from '../plan/arg.ts';
import { stepCommand } from '../plan/display.ts';
import { fullArgv } from '../plan/enter.ts';
import type { Action, Step } from '../plan/step.ts';
import { startContainer } from './container-process.ts';
import { openLogWriter } from './log-writer.ts';
import { type Ended, FOR_STEP, needDescriptors, startCommand } from './process.ts';
import { type Report, watchFilling, watchReading } from './progress.ts';
import { KILLED, type RunState, saidBy } from './run-state.ts';
import { suspendWithUs } from './suspend.ts';

/** How long what a container wrote last may take to get into its log, in milliseconds. */
const DRAIN_MS = 2000;

export interface StepResult {
  readonly milliseconds: number;
  readonly failure?: StepFailure;
}

/** Who is told what a step finds out while it runs. */
export interface StepListener {
  /** How far a long step is, in bytes. */
  readonly progress: Report;
  /** A sentence for the user. */
  readonly note: (text: string) => void;
}

/** Does what the step says. A failure is a value; nothing is thrown for what can go wrong on the machine. */
export async function runStep(step: Step, state: RunState, listener: StepListener): Promise<StepResult> {
  const begin = performance.now();
  let problem: Partial<StepFailure> | undefined;
  try {
    needDescriptors(FOR_STEP);
    problem = await perform(step, state, listener);
  } catch (error) {
    problem = { stderr: errorMessage(error) };
  }
  const milliseconds = performance.now() - begin;
  if (problem === undefined) return { milliseconds };
  const onPurpose = step.failsOnPurpose ? { onPurpose: true as const } : {};
  return { milliseconds, failure: { command: stepCommand(step), stderr: '', ...problem, ...onPurpose } };
}

async function perform(
  step: Step,
  state: RunState,
  listener: StepListener,
): Promise<Partial<StepFailure> | undefined> {
  const { action } = step;
  const text = (word: Arg) => resolve(word, state.values);
  switch (action.type) {
    case 'run':
      return runToEnd(step, action, state, listener);
    case 'write':
      writeFileSync(text(action.path), text(action.text), {
        flag: 'wx',
        mode: Number.parseInt(action.mode, 8),
      });
      return undefined;
    case 'hold':
      // Both directions: opening a fifo for one of them would wait for somebody on the other side.
      state.held.set(text(action.path), openSync(text(action.path), 'r+'));
      return undefined;
    case 'start':
      return start(action, state);
    case 'release': {
      const gate = state.held.get(text(action.gate));
      if (gate === undefined) return { stderr: 'the gate is not held' };
      if (action.oomKills !== undefined) state.values.set(action.oomKills, oomKills());
      writeSync(gate, 'GO\n');
      // The journal keeps it, for whoever asks since when the container runs.
      tellTime(action.time ?? STARTED.var, state);
      return undefined;
    }
    case 'wait': {
      const { container } = state;
      if (container === undefined) return { stderr: 'there is no container to wait for' };
      const unbind = container.suspendable && suspendWithUs(container.suspendable);
      state.containerEnded = await container.ended;
      unbind?.();
      await Promise.race([state.log?.drained, sleep(DRAIN_MS, undefined, { ref: false })]);
      state.values.set(STATUS.var, String(state.containerEnded.exitStatus ?? KILLED));
      state.log?.tellStatus(state.containerEnded.exitStatus ?? KILLED);
      tellTime(action.time, state);
      if (action.outOfMemory !== undefined) tellOutOfMemory(action.outOfMemory, state);
      return undefined;
    }
  }
}

/** As the kernel counts them, it is not told which process was killed; 137 alone may be anybody's kill -9. */
function tellOutOfMemory(
  { variable, before }: NonNullable<Extract<Action, { type: 'wait' }>['outOfMemory']>,
  { values }: RunState,
): void {
  const killed = values.get(STATUS.var) === String(KILLED);
  values.set(variable, String(killed && oomKills() !== values.get(before)));
}

function tellTime(variable: string | undefined, state: RunState): void {
  if (variable !== undefined) state.values.set(variable, new Date().toISOString());
}

async function runToEnd(
  step: Step,
  action: Extract<Action, { type: 'run' }>,
  state: RunState,
  listener: StepListener,
): Promise<Partial<StepFailure> | undefined> {
  const optional = (word: Arg | undefined) => (word === undefined ? undefined : resolve(word, state.values));
  const command = startCommand(
    fullArgv(step, action.argv).map(word => resolve(word, state.values)),
    {
      stdin: optional(action.stdin),
      callersStdin: action.callersStdin ?? false,
      stdout: optional(action.stdout),
      callersStdout: action.callersStdout ?? false,
      keepStdout: action.capture !== undefined || action.tells === true,
      callersEnvironment: action.environment === 'caller',
      stderr: state.stderr?.fd,
    },
  );
  state.current = command;
  const { reads, fills } = action;
  const watched = [
    ...(reads === undefined
      ? []
      : [watchReading(command.pid, resolve(reads, state.values), listener.progress)]),
    ...(fills === undefined
      ? []
      : [watchFilling(resolve(fills.directory, state.values), fills.bytes, listener.progress)]),
  ];
  const ended = await command.ended;
  for (const stop of watched) stop();
  delete state.current;
  const stderr = saidBy(ended, state);
  if (ended.exitStatus !== 0) return problemOf({ ...ended, stderr });
  if (action.tells) {
    for (const [, text = ''] of ended.stdout.matchAll(/^note: (.+)$/gm)) listener.note(text);
  }
  if (action.capture !== undefined) {
    const [word = ''] = ended.stdout.split(/\s/, 1);
    if (word === '') return { stderr: `${stepCommand(step)} printed nothing` };
    state.values.set(action.capture, word);
  }
  if (action.identifies !== undefined) {
    const { path, variable } = action.identifies;
    state.values.set(variable, identityOf(lstatSync(resolve(path, state.values), { bigint: true })));
  }
  return undefined;
}

async function start(
  action: Extract<Action, { type: 'start' }>,
  state: RunState,
): Promise<Partial<StepFailure> | undefined> {
  const text = (word: Arg) => resolve(word, state.values);
  const { log } = action;
  const gate = heldAs(text(action.gate), state);
  if (gate === undefined) return { stderr: 'the gate is not held' };
  if (action.ended !== undefined) {
    state.held.set(text(action.ended), openSync(text(action.ended), 'r+'));
    state.heldByStart.add(text(action.ended));
  }
  if (log !== undefined) state.log = openLogWriter(text(log.directory), log.max);
  const nowhere = action.detached ? openSync('/dev/null', 'r+') : undefined;
  const container = startContainer(action.argv.map(text), {
    gate,
    ready: text(action.ready),
    stdin: action.stdin,
    terminal: action.terminal,
    toStderr: action.toStderr ?? false,
    log: nowhere === undefined ? state.log : { stdin: nowhere, stdout: nowhere, stderr: nowhere },
  });
  if (nowhere !== undefined) closeSync(nowhere);
  state.log?.handedOver();
  state.container = container;
  const pid = await container.initPid;
  if (pid === undefined) {
    // Whoever should have reported is gone, or is about to be.
    container.kill('SIGKILL');
    return problemOf(await container.ended);
  }
  state.values.set(INIT.var, String(pid));
  const started = startTime(pid);
  if (started !== undefined) {
    state.initStart = started;
    state.values.set(INIT_START.var, started);
  }
  return undefined;
}

/** What is held and has this path by now: it may have been renamed since it was opened. */
function heldAs(path: string, { held }: RunState): number | undefined {
  const file = statSync(path);
  return [...held.values()].find(fd => {
    const { dev, ino } = fstatSync(fd);
    return dev === file.dev && ino === file.ino;
  });
}

function problemOf({ exitStatus, signal, stderr }: Ended): Partial<StepFailure> {
  return {
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(signal === undefined ? {} : { signal }),
    stderr,
  };
}
