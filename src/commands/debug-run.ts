/** `run --step` and `run --break`: the same plan and the same executor, with a person who is asked between the steps. */

import { writeFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import process from 'node:process';
import { breakpointAt } from '../debug/breakpoints.ts';
import type { DebugFrontEnd } from '../debug/front-end.ts';
import { linePrompt } from '../debug/line-prompt.ts';
import { localizedFrontEnd } from '../debug/localized-front-end.ts';
import { readLine } from '../debug/read-line.ts';
import { DebugSession, type Surroundings } from '../debug/session.ts';
import { type EnterContainer, shells } from '../debug/shell.ts';
import type { DebugOptions } from '../debug/state.ts';
import { errorCode, UserError, valueOf } from '../errors.ts';
import type { Outcome, PlanEvent } from '../events.ts';
import { runPlan } from '../exec/run-plan.ts';
import { onStopSignal } from '../exec/signals.ts';
import { callersTerminal } from '../exec/terminal.ts';
import { diagnose, findCause } from '../host/diagnose.ts';
import { newOperationId } from '../host/operation.ts';
import { chooseLanguage, type Language } from '../lang/choose-language.ts';
import { INIT, INIT_START, type Values } from '../plan/arg.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import type { Facts } from '../plan/facts.ts';
import { planExec } from '../plan/join/plan-exec.ts';
import { renderJson } from '../plan/json.ts';
import { renderMarkdown } from '../plan/markdown.ts';
import { shown } from '../plan/names.ts';
import { renderScript } from '../plan/script.ts';
import type { Spec } from '../plan/spec.ts';
import type { Plan } from '../plan/step.ts';
import { takeSnapshot } from '../snapshot/take.ts';
import { capabilities } from '../ui/capabilities.ts';
import { shownMode } from '../ui/choose-reporter.ts';
import { messageText } from '../ui/messages.ts';
import type { Write } from '../ui/reporter.ts';
import { whyNoScreen } from '../ui/screen/drawn-screen.ts';
import { type AfterSteps, givenUp, sayWhy } from './execute.ts';
import { recording } from './recording.ts';
import { writeReason } from './write-reason.ts';

export interface DebugRun {
  readonly debug: DebugOptions;
  readonly facts: Facts;
  readonly spec: Spec;
  /** As typed for --progress: `plain` asks for lines where a screen could be. */
  readonly progress?: string;
  /** The language of --lang; without it the locale's. */
  readonly lang?: Language;
  /** The file that --record names. */
  readonly record?: string;
  /** What the user typed, for the heading of a script. */
  readonly commandLine: string;
}

/** Runs one plan with the debugger. Throws a usage error for a breakpoint at a step that the plan does not have. */
export async function debugRun(plan: Plan, run: DebugRun, afterSteps?: AfterSteps): Promise<Outcome> {
  const breakpoints = run.debug.breakpoints.map(name => valueOf(breakpointAt(plan, name)));
  const language = run.lang ?? chooseLanguage(undefined, process.env);
  const frontEnd = localizedFrontEnd(await chooseFrontEnd(run), language);
  const emit = (event: PlanEvent): void => reporter.emit(event);
  const session = new DebugSession(
    plan,
    { ...run.debug, breakpoints },
    frontEnd,
    surroundings(plan, run, emit),
  );
  const reporter = recording(
    {
      emit: event => session.emit(event),
      say: ({ kind, ...message }) => {
        if (frontEnd.say !== undefined && kind === 'note') frontEnd.say(message.text);
        else write(messageText({ kind, ...message }));
      },
      close: () => session.close(),
    },
    run.record,
  );
  for (const text of plan.notes) reporter.say({ kind: 'note', text });
  const stopListening = onStopSignal(() => undefined);
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      runPlan(plan, {
        ...session.options,
        emit,
        diagnose: because,
        afterSteps: async (stopped, removeKept) => {
          await session.takeBack();
          await afterSteps?.(stopped, reporter, removeKept);
        },
        giveUp: leftovers => reject(givenUp(leftovers)),
      }).then(resolve, reject);
    });
    await reporter.close();
    sayWhy(session.state.plan, outcome, reporter);
    return outcome;
  } catch (error) {
    // It is told on the terminal as it was.
    await frontEnd.handOver();
    throw error;
  } finally {
    stopListening();
  }
}

/** A terminal that can be redrawn gets the screen, which is loaded then; anything else, and whoever wants plain progress, gets lines. */
async function chooseFrontEnd({ progress }: DebugRun): Promise<DebugFrontEnd> {
  const able = capabilities(process.stderr, process.env);
  const mode = shownMode(
    { quiet: false, ...(progress === undefined ? {} : { progress }) },
    process.env,
    able,
  );
  if (mode !== 'tty' || whyNoScreen() !== undefined)
    return linePrompt({ write, readLine, terminal: process.stdin.isTTY === true });
  const { debugScreen } = await import('../debug/screen.ts');
  return debugScreen({ write });
}

/** script(1) has the terminal in raw mode while a container is made, so every line end brings its carriage return. */
const write: Write = text =>
  void process.stderr.write(process.stderr.isTTY ? text.replaceAll('\n', '\r\n') : text);

function surroundings(
  plan: Plan,
  { facts, spec, commandLine }: DebugRun,
  emit: Surroundings['emit'],
): Surroundings {
  return {
    emit,
    look: takeSnapshot,
    diagnose,
    shell: shells(facts, enterContainer(facts, spec, plan.subject)),
    write: (now, file = `${now.subject}.sh`) => exported(now, file, commandLine),
    terminal: callersTerminal(plan, { keysAreOurs: true }),
    now: () => Date.now(),
  };
}

/** As findCause; but who lets a step fail with `f` did not type --fail-at. */
function because(...[plan, step, failure, values]: Parameters<typeof findCause>): Diagnosis | undefined {
  const found = findCause(plan, step, failure, values);
  const planned = plan.steps.find(({ id }) => id === step.id);
  if (found === undefined || !failure.onPurpose || planned?.failsOnPurpose) return found;
  return { ...found, cause: `The step ${step.id} failed because you asked for it.` };
}

/** The shell of the image enters as a command of `exec` does: through a root directory that has nothing of the host but programs, without privileges. */
function enterContainer(facts: Facts, spec: Spec, name: string): EnterContainer {
  return async (line, { values, prompt }) => {
    const terminal = line === undefined;
    const planned = planExec({
      container: { type: 'running', name, init: initOf(values) },
      spec: {
        ...spec,
        process: {
          ...spec.process,
          terminal,
          args: terminal ? ['/bin/sh'] : ['/bin/sh', '-c', line],
          env: [
            ...spec.process.env,
            `PS1=${prompt}`,
            ...(terminal ? [`TERM=${process.env['TERM'] || 'xterm'}`] : []),
          ],
        },
      },
      ...{ stdin: terminal, toStderr: true, hasEnv: false, id: newOperationId(), facts },
    });
    if (!planned.ok) return planned.failures.map(({ message }) => message).join(' ');
    const outcome = await runPlan(planned.value, { emit: () => undefined, giveUp: () => undefined });
    return outcome.failure === undefined
      ? undefined
      : `The container could not be entered: ${outcome.failure.stderr.trim() || outcome.failure.command}`;
  };
}

function initOf(values: Values): { readonly pid: number; readonly start: string } {
  return { pid: Number(values.get(INIT.var)), start: values.get(INIT_START.var) ?? '' };
}

/** Writes the plan as the file's name asks for. Never over a file that is there. */
function exported(plan: Plan, file: string, commandLine: string): string {
  const [, ending = ''] = /\.([^./]+)$/.exec(file) ?? [];
  const render = RENDERERS[ending];
  if (render === undefined)
    throw new UserError(`${shown(file)} tells no format: its name has to end in .sh, .md or .json.`);
  try {
    const path = resolvePath(file);
    writeFileSync(path, render(plan, commandLine), { flag: 'wx', mode: ending === 'sh' ? 0o755 : 0o644 });
    return `written: ${path}`;
  } catch (error) {
    throw new UserError(
      errorCode(error) === 'EEXIST'
        ? `${shown(file)} is there already, and is left as it is: x FILE takes another name.`
        : `${shown(file)} can not be written: ${writeReason(error)}.`,
    );
  }
}

const RENDERERS: Readonly<Record<string, (plan: Plan, commandLine: string) => string>> = {
  sh: (plan, commandLine) => renderScript([plan], commandLine),
  md: plan => renderMarkdown(plan),
  json: plan => renderJson(plan),
};
