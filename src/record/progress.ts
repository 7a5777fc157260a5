/** How far what was recorded came: of each plan, and of the whole command line. Pure. */

import type { Outcome } from '../events.ts';
import type { Plan } from '../plan/step.ts';
import type { RecordWriterId } from './format.ts';
import type { Recording } from './read.ts';

export interface RecordedPlan {
  readonly number: number;
  readonly plan: Plan;
  /** Seconds since the start of the recording. */
  readonly began: number;
  /** Undefined when the recording has no end of it. */
  readonly outcome?: Outcome;
}

/** The plans in the order in which they began. */
export function plansOf({ lines }: Recording): readonly RecordedPlan[] {
  const plans = new Map<number, RecordedPlan>();
  for (const { time, plan: number, event } of lines) {
    const known = plans.get(number);
    // Who steps back may start a plan again.
    if (event.type === 'plan-started')
      plans.set(number, { number, plan: event.plan, began: known?.began ?? time });
    if (event.type === 'plan-ended' && known !== undefined)
      plans.set(number, { ...known, outcome: event.outcome });
  }
  return [...plans.values()];
}

export type Ending = 'succeeded' | 'failed' | 'interrupted' | 'no end';

/** How the command line ended: as badly as the worst of its plans; `no end` when one of them has none. */
export function endingOf(recording: Recording): { readonly ending: Ending; readonly status?: number } {
  const plans = plansOf(recording);
  const outcomes = plans.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
  if (plans.length === 0 || outcomes.length < plans.length) return { ending: 'no end' };
  const worst =
    outcomes.find(({ type }) => type === 'failed') ??
    outcomes.find(({ type }) => type === 'interrupted') ??
    outcomes.find(({ status }) => status !== 0) ??
    outcomes[0];
  return worst === undefined ? { ending: 'no end' } : { ending: worst.type, status: worst.status };
}

/** Who wrote the last of it. */
export function writerOf({ header, lines }: Recording): RecordWriterId | undefined {
  const last = lines.findLast(({ event }) => event.type === 'continued')?.event;
  return last?.type === 'continued' ? last.writer : header.writer;
}

/** How long it is, in seconds. */
export function lengthOf({ lines }: Recording): number {
  return lines.at(-1)?.time ?? 0;
}
