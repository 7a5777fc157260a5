import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlanEvent } from '../../src/events.ts';
import { count, NOT_STARTED, type ProgressState, progress } from '../../src/ui/progress.ts';
import { EVENTS, PLAN } from './events.ts';

const test = suite('progress');

const after = (events: readonly PlanEvent[]): ProgressState => events.reduce(progress, NOT_STARTED);
const statuses = (state: ProgressState): string =>
  state.steps.map(row => `${row.step.id}: ${row.status}`).join(', ');

test('before anything happens every step is to do', () => {
  const state = after([{ type: 'plan-started', plan: PLAN }]);
  assert.is(count(state.steps, 'to do'), PLAN.steps.length);
  assert.is(state.phase, 'steps');
});

test('a container that runs and ends', () => {
  const running = after(
    EVENTS.success.slice(
      0,
      EVENTS.success.findIndex(({ type }) => type === 'container-exited'),
    ),
  );
  assert.is(running.phase, 'container');
  assert.ok(running.started);
  assert.is(
    statuses(running),
    'reserve-name: done, start-init: done, mount-overlay: done, open-gate: done, wait: done',
  );
  const ended = after(EVENTS.success);
  assert.is(ended.phase, 'ended');
  assert.is(ended.status, 3);
  assert.equal(
    ended.undos.map(({ step, status }) => [step.id, status]),
    [
      ['start-init', 'undone'],
      ['reserve-name', 'undone'],
    ],
  );
  // What goes with init, and what goes with the directory, is undone too; waiting left nothing to undo.
  assert.is(
    statuses(ended),
    'reserve-name: undone, start-init: undone, mount-overlay: undone, open-gate: undone, wait: done',
  );
});

test('a step that fails: the rest is skipped, what was begun is undone', () => {
  const state = after(EVENTS.failure);
  assert.is(
    statuses(state),
    'reserve-name: undone, start-init: undone, mount-overlay: failed, open-gate: skipped, wait: skipped',
  );
  assert.is(state.steps[2]?.failure?.exitStatus, 32);
  assert.is(state.outcome?.status, 125);
});

test("a reservation that fails is somebody else's: it is not undone", () => {
  const failure = { command: 'mkdir', exitStatus: 1, stderr: 'mkdir: File exists' };
  const state = after([
    { type: 'plan-started', plan: PLAN },
    { type: 'step-started', step: 'reserve-name' },
    { type: 'step-failed', step: 'reserve-name', milliseconds: 3, failure },
    { type: 'undo-started', step: 'none', command: '' },
  ]);
  assert.equal(state.undos, []);
});

test('an undo that fails keeps its reason', () => {
  const state = after(EVENTS.leftover);
  assert.is(state.steps[0]?.status, 'undo failed');
  assert.is(state.undos.at(-1)?.reason, 'rm: cannot remove: Device or resource busy');
});

test('bytes of a long step, and a signal', () => {
  const state = after([
    { type: 'plan-started', plan: PLAN },
    { type: 'step-started', step: 'mount-overlay' },
    { type: 'step-progress', step: 'mount-overlay', done: 3, total: 4 },
    { type: 'interrupted', signal: 'SIGINT', reaction: 'stopping here' },
  ]);
  assert.equal(state.steps[2]?.bytes, { done: 3, total: 4 });
  assert.equal(state.interrupted, { signal: 'SIGINT', reaction: 'stopping here' });
});

test('an event about a step that the plan does not have changes nothing', () => {
  const state = after([{ type: 'plan-started', plan: PLAN }]);
  const same = progress(state, { type: 'step-done', step: 'nowhere', milliseconds: 1 });
  assert.equal(same, state);
});

test.run();
