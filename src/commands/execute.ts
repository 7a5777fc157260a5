/** Runs plans and tells the user how it goes: what every verb that changes something ends in. */

import { setTimeout as sleep } from 'node:timers/promises';
import { GivenUp } from '../errors.ts';
import type { Leftover, Outcome } from '../events.ts';
import { runPlan } from '../exec/run-plan.ts';
import { onStopSignal } from '../exec/signals.ts';
import { callersTerminal } from '../exec/terminal.ts';
import { diagnose, findCause } from '../host/diagnose.ts';
import type { Language } from '../lang/choose-language.ts';
import type { Values } from '../plan/arg.ts';
import { startsContainer } from '../plan/starts-container.ts';
import type { Plan, Step } from '../plan/step.ts';
import { takeSnapshot } from '../snapshot/take.ts';
import { chooseReporter } from '../ui/choose-reporter.ts';
import { leftoversMessage } from '../ui/messages.ts';
import type { Reporter } from '../ui/reporter.ts';
import { recording } from './recording.ts';

export interface ExecuteOptions {
  /** As typed for --progress; see src/ui/reporter.ts. */
  readonly progress?: string;
  readonly quiet: boolean;
  /** Without a wish of the user's, no progress on a terminal either. */
  readonly silent?: boolean;
  /** The language of --lang; without it the locale's. */
  readonly lang?: Language;
  /** Milliseconds to wait before each step. */
  readonly pace: number;
  /** The file that --record names. What each step changes is looked at then. */
  readonly record?: string;
}

/** What a verb does when a plan's steps are done, before its undos; see RunOptions in src/exec/run-plan.ts. */
export type AfterSteps = (stopped: AbortSignal, reporter: Reporter, removeKept: () => void) => Promise<void>;

/**
 * Runs one plan; progress goes to stderr. Throws a usage error for a progress mode that does not exist, and GivenUp when the user asked a third
 * time to stop: the process has to end at once then, because something still runs.
 */
export async function execute(
  plan: Plan,
  options: ExecuteOptions,
  afterSteps?: AfterSteps,
): Promise<Outcome> {
  // Longer than the plan runs: a signal that comes later has nothing to stop, and must not keep us from telling how it ended.
  const stopListening = onStopSignal(() => undefined);
  try {
    return await executeAndTell(plan, options, afterSteps);
  } finally {
    stopListening();
  }
}

async function executeAndTell(
  plan: Plan,
  options: ExecuteOptions,
  afterSteps: AfterSteps | undefined,
): Promise<Outcome> {
  const reporter = recording(chooseReporter(options), options.record);
  for (const text of plan.notes) reporter.say({ kind: 'note', text });
  const stopped = new AbortController();
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    const running = runPlan(plan, {
      emit(event) {
        if (event.type === 'interrupted') stopped.abort();
        reporter.emit(event);
      },
      ...(options.record !== undefined && startsContainer(plan) ? { look: takeSnapshot } : {}),
      diagnose: findCause,
      beforeStep: beforeStep(plan, reporter, options.pace, stopped.signal),
      ...(afterSteps === undefined
        ? {}
        : {
            afterSteps: (signal: AbortSignal, removeKept: () => void) =>
              afterSteps(signal, reporter, removeKept),
          }),
      giveUp: leftovers => reject(givenUp(leftovers)),
    });
    running.then(resolve, reject);
  });
  await reporter.close();
  sayWhy(plan, outcome, reporter);
  return outcome;
}

/** What happens before each step: it is shown, there is time to read it, and before the last one the terminal is left to the container. */
function beforeStep(
  plan: Plan,
  reporter: Reporter,
  pace: number,
  stopped: AbortSignal,
): (step: Step, values: Values) => Promise<undefined> {
  const terminal = pace > 0 ? callersTerminal(plan) : undefined;
  return async (step, values) => {
    if (step.action.type === 'wait') return undefined;
    await terminal?.beforeStep(step, values);
    await reporter.beforeStep?.(step);
    if (pace > 0) await sleep(pace, undefined, { signal: stopped }).catch(() => undefined);
    if (step.action.type !== 'release' || stopped.aborted) return undefined;
    await reporter.release?.();
    await terminal?.handOver();
    return undefined;
  };
}

/** The cause of a failure, then, last and loudest, what is left. */
export function sayWhy(
  plan: Plan,
  outcome: Outcome,
  reporter: Pick<Reporter, 'say'>,
  why: typeof diagnose = diagnose,
): void {
  const step = plan.steps.find(({ id }) => id === outcome.failedStep);
  if (step !== undefined && outcome.failure !== undefined) {
    const { cause, ...more } = outcome.failure.diagnosis ?? why(plan, step, outcome.failure);
    reporter.say({ kind: 'error', text: cause, ...more });
  }
  if (outcome.leftovers.length > 0) reporter.say(leftoversMessage(outcome.leftovers));
}

/** What ends the process when the user asked a third time. */
export function givenUp(leftovers: readonly Leftover[]): GivenUp {
  const commands = leftovers.map(({ command }) => command).filter(command => command !== '');
  return new GivenUp(
    'given up, as asked; what was begun is still there.',
    commands.length === 0
      ? undefined
      : ['To finish by hand, in this order:', ...commands.map(command => `  ${command}`)].join('\n'),
  );
}
