/** Plans that go on in the background: their set-up is watched, and shown as that of any other plan; then they are left alone. */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { GivenUp, UserError } from '../errors.ts';
import type { Outcome, PlanEvent } from '../events.ts';
import { type Background, startBackground } from '../exec/background-process.ts';
import { onStopSignal } from '../exec/signals.ts';
import { waitedFor } from '../host/waited-for.ts';
import { resolve } from '../plan/arg.ts';
import type { Plan } from '../plan/step.ts';
import { knownValues } from '../plan/values.ts';
import { chooseReporter } from '../ui/choose-reporter.ts';
import type { Reporter } from '../ui/reporter.ts';
import { type ExecuteOptions, sayWhy } from './execute.ts';
import type { Order } from './monitor.ts';
import { recording } from './recording.ts';

/** How long the one who starts the container may say nothing before we say so, in milliseconds. */
const SILENCE_MS = 10_000;
/** Which request to stop is the last one, and how long it may take to be obeyed, in milliseconds. */
const LAST_REQUEST = 3;
const LAST_PATIENCE_MS = 1000;

/**
 * Starts the plan's container in the background. Returns how the plan ended when it did not come that far, undefined when the container runs. Throws a
 * UserError when whoever carries it out dies.
 */
export async function executeInBackground(plan: Plan, options: ExecuteOptions): Promise<Outcome | undefined> {
  const reporter = recording(chooseReporter(options), options.record);
  for (const text of plan.notes) reporter.say({ kind: 'note', text });
  const order: Order = {
    plan,
    pace: options.pace,
    recording: reporter.handOver(),
    looks: options.record !== undefined,
  };
  const monitor = startBackground(
    [process.execPath, '--', process.argv[1] ?? '', 'monitor'],
    JSON.stringify(order),
  );
  const stops = passOn(monitor);
  const silence = watchSilence(plan, monitor, options.pace, reporter);
  try {
    const outcome = await watch(plan, monitor.lines, reporter, silence.heard);
    if (outcome === 'died') throw stops.givenUp() ?? died(await said(monitor));
    await reporter.close();
    if (outcome !== undefined) sayWhy(plan, outcome, reporter);
    return outcome;
  } finally {
    stops.end();
    silence.end();
    monitor.leave();
  }
}

/** Shows what happens. Returns undefined when the container has started. */
async function watch(
  plan: Plan,
  lines: AsyncIterable<string>,
  reporter: Reporter,
  heard: (event: PlanEvent) => void,
): Promise<Outcome | 'died' | undefined> {
  for await (const line of lines) {
    const told = JSON.parse(line) as PlanEvent;
    const event: PlanEvent = told.type === 'plan-started' ? { ...told, plan } : told;
    if (event.type === 'step-started') {
      const step = plan.steps.find(({ id }) => id === event.step);
      if (step !== undefined) await reporter.beforeStep?.(step);
    }
    heard(event);
    reporter.emit(event);
    if (event.type === 'plan-ended') return event.outcome;
    if (event.type === 'container-started') {
      await reporter.release?.();
      return undefined;
    }
  }
  return 'died';
}

/** Whoever starts the container is asked to stop as we are. A third time it has to end at once, and if it is too busy for that, or stopped itself, it is killed. */
function passOn(monitor: Background): {
  readonly givenUp: () => GivenUp | undefined;
  readonly end: () => void;
} {
  let asked = 0;
  let killed = false;
  const end = onStopSignal(signal => {
    asked += 1;
    monitor.kill(signal);
    if (asked !== LAST_REQUEST) return;
    setTimeout(() => {
      killed = true;
      monitor.kill('SIGKILL');
    }, LAST_PATIENCE_MS).unref();
  });
  return {
    givenUp: () =>
      killed
        ? new GivenUp(
            'given up, as asked; whoever was starting the container was killed.',
            'tinydocker prune removes what may be left of it.',
          )
        : undefined,
    end,
  };
}

/** Says, once for each step, who is waited for when nothing has been heard for long. */
function watchSilence(
  plan: Plan,
  { pid }: Background,
  pace: number,
  reporter: Reporter,
): { readonly heard: (event: PlanEvent) => void; readonly end: () => void } {
  let title = 'begin';
  const tell = (): void => {
    if (pid === undefined || plan.workspace === undefined) return;
    const directory = resolve(plan.workspace, knownValues(plan));
    const { text, usual } = waitedFor(pid, directory, SILENCE_MS / 1000);
    reporter.say({
      kind: usual ? 'note' : 'error',
      text: `still waiting to ${title}: ${text}.`,
      hint: 'Ctrl-C stops it.',
    });
  };
  let timer = setTimeout(tell, SILENCE_MS + pace);
  return {
    heard(event) {
      if (event.type === 'step-started')
        title = plan.steps.find(({ id }) => id === event.step)?.title ?? title;
      clearTimeout(timer);
      timer = setTimeout(tell, SILENCE_MS + pace);
    },
    end: () => clearTimeout(timer),
  };
}

/** What it said last. Something that it had started may live on, and keep its stderr open. */
function said(monitor: Background): Promise<string> {
  return Promise.race([monitor.said, sleep(LAST_PATIENCE_MS, '', { ref: false })]);
}

function died(said: string): UserError {
  return new UserError(
    `Whoever was to watch the container died before it started${said.trim() === '' ? '' : `: ${said.trim()}`}.`,
    { hint: 'tinydocker prune removes what may be left of it.' },
  );
}
