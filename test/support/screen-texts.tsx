/** Everything that explain, the printed script and the progress of a plan say around the texts of the plan. */

import type { PlanEvent, StepFailure } from '../../src/events.ts';
import { backOf } from '../../src/plan/back.ts';
import { explainRun, explainStep } from '../../src/plan/explanation.ts';
import type { IdMapping } from '../../src/plan/facts.ts';
import { renderScript } from '../../src/plan/script.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import type { Translate } from '../../src/plan/translate.ts';
import { marks } from '../../src/ui/marks.ts';
import { plainReporter } from '../../src/ui/plain.ts';
import { NOT_STARTED, progress } from '../../src/ui/progress.ts';
import { EVENTS, PLAN } from '../ui/events.ts';

const { CleanupView, Ending, RunView, viewText } = await import('../../src/ui/live-view.tsx');

const [RESERVE, INIT] = PLAN.steps as readonly [Step, Step];
const STARTED: PlanEvent = { type: 'plan-started', plan: PLAN };
const STEP = RESERVE.id;
const MAPPINGS: readonly IdMapping[] = ['host', 'range', 'single'];

/** Why a debugger starts again without being asked to, besides what a step says itself: a text of a plan as well. */
export const RESTART_REASONS: readonly string[] = [
  replayReason(),
  'the command that takes it back failed: busy',
];

function replayReason(): string {
  const back = backOf({ ...INIT, undo: { type: 'with', step: STEP, reason: 'x' } });
  return back.type === 'replay' ? back.reason : '';
}

/** The reactions to a signal that src/exec/stop-requests.ts has. */
const REACTIONS = [
  'stopping here and undoing what was done',
  'cleaning up already; once more forces it',
  'forcing the present command to end; once more gives up',
  ...['container', 'command'].flatMap(what => [
    `passed on to the ${what}; once more kills it, and so do 10 seconds`,
    `killing the ${what}`,
  ]),
  'the command has no handler for it, so the container is killed',
];

function failure(how: Partial<StepFailure>): readonly PlanEvent[] {
  const event = { type: 'step-failed', step: STEP, milliseconds: 1 } as const;
  return [STARTED, { ...event, failure: { command: 'mkdir -- /a: b', stderr: 'x\ny\n'.repeat(9), ...how } }];
}

/** A run that fails, or is stopped, with this at its end. */
function ended(
  outcome: Partial<Extract<PlanEvent, { type: 'plan-ended' }>['outcome']>,
  before: readonly PlanEvent[] = [],
): readonly PlanEvent[] {
  const whole = { type: 'failed', status: 125, leftovers: [], milliseconds: 1, ...outcome } as const;
  return [STARTED, ...before, { type: 'plan-ended', outcome: whole }];
}

/** A small plan that starts no container. */
function small(steps: readonly Step[]): readonly PlanEvent[] {
  const plan: Plan = { ...PLAN, kind: 'tag', steps };
  const outcome = { type: 'succeeded', status: 0, leftovers: [], milliseconds: 1 } as const;
  return [
    { type: 'plan-started', plan },
    ...steps.map(({ id }) => ({ type: 'step-done', step: id, milliseconds: 1 }) as const),
    { type: 'plan-ended', outcome },
  ];
}

/** What may happen to a plan, as often as it is told in other words. */
const HAPPENINGS: readonly (readonly PlanEvent[])[] = [
  ...Object.values(EVENTS),
  small([RESERVE]),
  small([RESERVE, { ...RESERVE, id: 'second' }]),
  // A container that is kept.
  EVENTS.success.map(event =>
    event.type === 'plan-started' ? { ...event, plan: { ...PLAN, steps: PLAN.steps.map(kept) } } : event,
  ),
  failure({ exitStatus: 1 }),
  failure({ signal: 'SIGKILL' }),
  failure({}),
  failure({ exitStatus: 1, onPurpose: true }),
  ended({ failedStep: STEP }),
  ended(
    { type: 'interrupted' },
    PLAN.steps.slice(1).map(({ id }) => ({ type: 'step-done', step: id, milliseconds: 1 }) as const),
  ),
  ended({ failedStep: STEP, failure: { command: 'x', exitStatus: 1, stderr: '' } }),
  ended({ type: 'interrupted' }, [{ type: 'step-done', step: STEP, milliseconds: 1 }]),
  [
    STARTED,
    { type: 'step-started', step: STEP },
    { type: 'step-progress', step: STEP, done: 50, total: 100 },
  ],
  ...[1, 2].flatMap(changes =>
    [true, false].map(complete => [STARTED, { type: 'changes-discarded', changes, complete } as const]),
  ),
  ...REACTIONS.map(reaction => [STARTED, { type: 'interrupted', signal: 'SIGINT', reaction } as const]),
  [
    STARTED,
    { type: 'back-done', step: STEP, milliseconds: 1 },
    { type: 'back-failed', step: STEP, reason: 'busy' },
    { type: 'restarting' },
    { type: 'restarting', until: STEP },
    ...RESTART_REASONS.flatMap(
      reason =>
        [
          { type: 'restarting', reason },
          { type: 'restarting', until: STEP, reason },
        ] as const,
    ),
    { type: 'step-replaced', step: RESERVE },
  ],
];

function kept(step: Step): Step {
  return step.undo.type === 'command' ? { ...step, undo: { ...step.undo, when: 'failure' } } : step;
}

/** Puts all of it through `say`, for plans of every kind. */
export function sayScreens(plans: readonly Plan[], say: Translate): void {
  for (const plan of plans) {
    for (const mapping of MAPPINGS) explainRun(plan, mapping, say);
    for (const step of plan.steps) explainStep(plan, step, plan, say);
    renderScript([{ ...plan, notes: ['a note'] }], 'tinydocker', say);
  }
  const reporter = plainReporter(line => {
    // What is indented was said by a command.
    if (!line.startsWith('  ')) say(line.trimEnd());
  });
  for (const events of HAPPENINGS) {
    for (const event of events) reporter.emit(event);
    sayViews(events, say);
  }
  for (const index of EVENTS.leftover.keys()) sayViews(EVENTS.leftover.slice(0, index + 1), say);
  for (const { step } of [STARTED].reduce(progress, NOT_STARTED).steps) sayViews([STARTED], say, step);
}

function sayViews(events: readonly PlanEvent[], say: Translate, next?: Step): void {
  const state = events.reduce(progress, NOT_STARTED);
  const props = { state, marks: marks(true), columns: 80, rows: 40, say };
  viewText(<RunView {...props} next={next} paced={false} />, 80);
  viewText(<Ending {...props} skip={undefined} />, 80);
  viewText(<CleanupView {...props} />, 80);
}
