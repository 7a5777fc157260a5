/** The debugger's states during a real run, from its events in fixtures/debug/run.jsonl: recorded as root, with all snapshots, of the mounts of the host only the usual ones. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DebugEvent, type DebugState, debug, initialState } from '../../src/debug/state.ts';
import type { PlanEvent } from '../../src/events.ts';
import type { Plan } from '../../src/plan/step.ts';
import { type ScreenState, screenState, shown } from '../../src/ui/debug/state.ts';
import { PROJECT } from './run.ts';

/** 12:00:00 in UTC, and a second later with each event. */
const NOON = Date.UTC(2026, 0, 1, 12);

export const EVENTS: readonly PlanEvent[] = readFileSync(join(PROJECT, 'fixtures/debug/run.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as PlanEvent);

export const RECORDED_PLAN: Plan = planOf(EVENTS[0]);

function planOf(event: PlanEvent | undefined): Plan {
  if (event?.type !== 'plan-started') throw new Error('the recording does not begin with a plan');
  return event.plan;
}

/** The screen after these events, which the debugger got from a person who pressed n before each step. */
export function screenAfter(events: readonly DebugEvent[]): ScreenState {
  let state: DebugState = initialState(RECORDED_PLAN, { step: true, breakpoints: [] });
  let screen = screenState(state);
  for (const [index, event] of events.entries()) {
    state = debug(state, event, NOON + 1000 * index);
    screen = shown(screen, state, event);
  }
  return screen;
}

/** What a person and the executor do: the debugger stops before each step, and is told to go on. */
export const STEPPED: readonly DebugEvent[] = EVENTS.flatMap((event): readonly DebugEvent[] =>
  event.type === 'step-started'
    ? [...stopAt(event.step), { type: 'command', command: { type: 'next' } }, event]
    : [event],
);

/** The same until the step is next. */
export function eventsBefore(step: string): readonly DebugEvent[] {
  const end = STEPPED.findIndex(event => event.type === 'stopped' && event.stop.step.id === step);
  return STEPPED.slice(0, end + 1);
}

function stopAt(id: string): readonly DebugEvent[] {
  const step = RECORDED_PLAN.steps.find(one => one.id === id);
  if (step === undefined || step.action.type === 'wait') return [];
  return [{ type: 'stopped', stop: { type: 'step', step } }];
}

/** The screen that asks before the step. */
export function screenBefore(step: string): ScreenState {
  return { ...screenAfter(eventsBefore(step)), asked: true };
}
