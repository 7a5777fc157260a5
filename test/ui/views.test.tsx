/** Frames as they stand on the screen, in fixtures/frames. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlanEvent } from '../../src/events.ts';
import { localizedEvent } from '../../src/lang/localized.ts';
import { screenTranslator } from '../../src/lang/translator.ts';
import { examplePlan } from '../../src/plan/example.ts';
import { columnsOf } from '../../src/plan/width.ts';
import { ascii, marks } from '../../src/ui/marks.ts';
import { NOT_STARTED, type ProgressState, progress } from '../../src/ui/progress.ts';
import { assertGolden } from '../support/golden.ts';
import { factsOf } from '../support/plans.ts';
import { EVENTS, PLAN } from './events.ts';

// chalk decides while it is loaded: no colours first.
process.env['FORCE_COLOR'] = '0';
const { CleanupView, Ending, RunView, viewText } = await import('../../src/ui/live-view.tsx');

const test = suite('views');

const SIZES = [
  ['80x24', { columns: 80, rows: 24 }],
  ['40x10', { columns: 40, rows: 10 }],
  ['120x40', { columns: 120, rows: 40 }],
] as const;

const upTo = (events: readonly PlanEvent[], type: PlanEvent['type'], step: string): ProgressState =>
  events
    .slice(0, events.findIndex(event => event.type === type && 'step' in event && event.step === step) + 1)
    .reduce(progress, NOT_STARTED);

const RUNNING = upTo(EVENTS.failure, 'step-started', 'mount-overlay');
const PAUSED = upTo(EVENTS.success, 'step-done', 'start-init');
const FAILED = EVENTS.failure.reduce(progress, NOT_STARTED);
const LEFTOVER = EVENTS.leftover.reduce(progress, NOT_STARTED);
const UNDOING = upTo(EVENTS.success, 'undo-started', 'reserve-name');
/** Twenty steps, as a real plan has: more than a small screen can show. */
const LONG: ProgressState = progress(NOT_STARTED, {
  type: 'plan-started',
  plan: {
    ...PLAN,
    steps: [0, 1, 2, 3].flatMap(round => PLAN.steps.map(step => ({ ...step, id: `${step.id}-${round}` }))),
  },
});

/** Rows of the live part: Static's rows are history and may scroll away. */
const height = (frame: string): number => frame.split('\n').length;
const widest = (frame: string): number => Math.max(...frame.split('\n').map(line => [...line].length));

for (const [size, { columns, rows }] of SIZES) {
  const props = { marks: marks(true), columns, rows };

  test(`a step at work, ${size}`, () => {
    assertGolden(
      `frames/running-${size}.txt`,
      viewText(<RunView {...props} state={RUNNING} paced={false} />, columns),
    );
  });

  test(`a pause before a step, ${size}`, () => {
    const next = PLAN.steps[2];
    assertGolden(
      `frames/paused-${size}.txt`,
      viewText(<RunView {...props} state={PAUSED} next={next} paced />, columns),
    );
  });

  test(`a failure and its rollback, ${size}`, () => {
    assertGolden(
      `frames/failed-${size}.txt`,
      viewText(<Ending {...props} state={FAILED} skip={undefined} />, columns),
    );
  });

  test(`an undo that failed, ${size}`, () => {
    assertGolden(
      `frames/undo-failed-${size}.txt`,
      viewText(<Ending {...props} state={LEFTOVER} skip={2} />, columns),
    );
  });

  test(`the cleanup, ${size}`, () => {
    assertGolden(`frames/cleanup-${size}.txt`, viewText(<CleanupView {...props} state={UNDOING} />, columns));
  });

  test(`what is redrawn is two rows smaller than the screen, whatever the plan, ${size}`, () => {
    for (const step of [0, 1, 7, 12, 19]) {
      const at = LONG.steps[step]?.step;
      const state = LONG.steps
        .slice(0, step)
        .reduce((sum, row) => progress(sum, { type: 'step-done', step: row.step.id, milliseconds: 1 }), LONG);
      for (const paced of [true, false]) {
        const all = viewText(<RunView {...props} state={state} next={at} paced={paced} />, columns);
        const live = height(all) - (paced ? step + 1 : 0);
        assert.ok(live <= rows - 2, `${live} rows at step ${step}, paced: ${paced}`);
        assert.ok(widest(all) <= columns, `${widest(all)} columns at step ${step}`);
      }
    }
  });
}

test('in Chinese, whose characters are two columns wide', () => {
  const say = screenTranslator('zh');
  const plan = examplePlan(factsOf('host'));
  const at = plan.steps.findIndex(({ id }) => id === 'mount-overlay');
  const running: readonly PlanEvent[] = [
    { type: 'plan-started', plan },
    ...plan.steps.slice(0, at).map(({ id }) => ({ type: 'step-done', step: id, milliseconds: 7 }) as const),
    { type: 'step-started', step: 'mount-overlay' },
  ];
  const failure = { command: 'mount -t overlay', exitStatus: 32, stderr: 'mount: wrong fs type\n' };
  const undo = { step: 'start-init', command: 'kill -KILL' };
  const failed: readonly PlanEvent[] = [
    ...running,
    { type: 'step-failed', step: 'mount-overlay', milliseconds: 7, failure },
    { type: 'undo-started', ...undo },
    { type: 'undo-failed', ...undo, reason: 'kill: no such process' },
    { type: 'plan-ended', outcome: { type: 'failed', status: 125, leftovers: [], milliseconds: 70 } },
  ];
  const state = (events: readonly PlanEvent[]) =>
    events.map(event => localizedEvent(event, 'zh')).reduce(progress, NOT_STARTED);
  const props = { marks: marks(true), columns: 80, rows: 24, say };
  const frames = {
    running: viewText(<RunView {...props} state={state(running)} paced={false} />, 80),
    failed: viewText(<Ending {...props} state={state(failed)} skip={undefined} />, 80),
  };
  for (const [name, frame] of Object.entries(frames)) {
    for (const line of frame.split('\n')) assert.ok(columnsOf(line) <= 80, line);
    assertGolden(`frames/chinese-${name}-80x24.txt`, frame);
  }
});

test('in ASCII, for a locale without UTF-8', () => {
  const props = { marks: marks(false), columns: 80, rows: 24 };
  const text = ascii(viewText(<Ending {...props} state={LEFTOVER} skip={undefined} />, 80));
  assert.match(text, /^[\n -~]*$/);
  assertGolden('frames/ascii-80x24.txt', text);
});

test('no text from outside moves the cursor', () => {
  for (const state of [FAILED, LEFTOVER])
    assert.match(
      viewText(<Ending marks={marks(true)} columns={80} rows={24} state={state} skip={undefined} />, 80),
      /^[\n\u0020-\u007e\u00a0-\uffff]*$/,
    );
});

test.run();
