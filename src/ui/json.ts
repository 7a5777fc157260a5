/** One event a line, for programs. Every line is an object with `version`, `time` (ISO 8601, UTC) and `type`. */

import { EVENT_VERSION, type PlanEvent } from '../events.ts';
import { stepCommand, undoText } from '../plan/display.ts';
import type { Plan } from '../plan/step.ts';
import type { Reporter, Write } from './reporter.ts';

export function jsonReporter(write: Write, now: () => Date = () => new Date()): Reporter {
  const line = (content: object) =>
    write(`${JSON.stringify({ version: EVENT_VERSION, time: now().toISOString(), ...content })}\n`);
  return {
    emit: event => line(reduced(event)),
    say: ({ kind, ...message }) => line({ type: kind, ...message }),
    close: () => Promise.resolve(),
  };
}

/** The plan without what only people read: `--dry-run --format json` has all of it. */
function reduced(event: PlanEvent): object {
  return event.type === 'plan-started' ? { type: event.type, plan: planForPrograms(event.plan) } : event;
}

function planForPrograms({ kind, subject, summary, steps }: Plan): object {
  return {
    kind,
    subject,
    summary,
    steps: steps.map(step => ({
      id: step.id,
      phase: step.phase,
      title: step.title,
      where: step.where.type,
      command: stepCommand(step),
      ...(step.undo.type === 'command' || step.undo.type === 'stop-init' ? { undo: undoText(step) } : {}),
    })),
  };
}
