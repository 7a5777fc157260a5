/** Plans that go on in the background: their set-up is watched, and shown as that of any other plan; then they are left alone. */

import process from 'node:process';
import { UserError } from '../errors.ts';
import type { Outcome, PlanEvent } from '../events.ts';
import { startBackground } from '../exec/background-process.ts';
import { onStopSignal } from '../exec/signals.ts';
import type { Plan } from '../plan/step.ts';
import { chooseReporter } from '../ui/choose-reporter.ts';
import type { Reporter } from '../ui/reporter.ts';
import { type ExecuteOptions, sayWhy } from './execute.ts';
import type { Order } from './monitor.ts';
import { recording } from './recording.ts';

/**
 * Starts the plan's container in the background. Returns how the plan ended when it did not come that far, undefined when the container runs. Throws a
 * UserError when whoever carries it out dies.
 */
export async function executeInBackground(plan: Plan, options: ExecuteOptions): Promise<Outcome | undefined> {
  const reporter = recording(chooseReporter(options), options.record);
  for (const text of plan.notes) reporter.say({ kind: 'note', text });
  const order: Order = { plan, pace: options.pace, recording: reporter.handOver() };
  const monitor = startBackground(
    [process.execPath, '--', process.argv[1] ?? '', 'monitor'],
    JSON.stringify(order),
  );
  const stopListening = onStopSignal(signal => monitor.kill(signal));
  try {
    const outcome = await watch(plan, monitor.lines, reporter);
    if (outcome === 'died') throw died(await monitor.said);
    await reporter.close();
    if (outcome !== undefined) sayWhy(plan, outcome, reporter);
    return outcome;
  } finally {
    stopListening();
    monitor.leave();
  }
}

/** Shows what happens. Returns undefined when the container has started. */
async function watch(
  plan: Plan,
  lines: AsyncIterable<string>,
  reporter: Reporter,
): Promise<Outcome | 'died' | undefined> {
  for await (const line of lines) {
    const told = JSON.parse(line) as PlanEvent;
    const event: PlanEvent = told.type === 'plan-started' ? { ...told, plan } : told;
    if (event.type === 'step-started') {
      const step = plan.steps.find(({ id }) => id === event.step);
      if (step !== undefined) await reporter.beforeStep?.(step);
    }
    reporter.emit(event);
    if (event.type === 'plan-ended') return event.outcome;
    if (event.type === 'container-started') {
      await reporter.release?.();
      return undefined;
    }
  }
  return 'died';
}

function died(said: string): UserError {
  return new UserError(
    `Whoever was to watch the container died before it started${said.trim() === '' ? '' : `: ${said.trim()}`}.`,
    { hint: 'tinydocker prune removes what may be left of it.' },
  );
}
