/** Where the debugger stands, as a value. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { breakpointAt } from '../../src/debug/breakpoints.ts';
import type { Command } from '../../src/debug/command.ts';
import {
  backWay,
  type DebugEvent,
  type DebugState,
  debug,
  initialState,
  stopBefore,
  stopsAtFailure,
  undoPossibleTo,
} from '../../src/debug/state.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { planOf } from '../support/plans.ts';

const test = suite('debug/state');
const PLAN = planOf('host');
const at = (id: string) => PLAN.steps.findIndex(step => step.id === id);
const stepOf = (id: string) => PLAN.steps[at(id)] as (typeof PLAN.steps)[number];
const BEGIN = initialState(PLAN, { step: true, breakpoints: [] });

function after(events: readonly DebugEvent[], state: DebugState = BEGIN): DebugState {
  return events.reduce((now, event) => debug(now, event, 0), state);
}

function command(one: Command): DebugEvent {
  return { type: 'command', command: one };
}

function done(id: string): readonly DebugEvent[] {
  return [
    { type: 'step-started', step: id },
    { type: 'step-done', step: id, milliseconds: 1 },
  ];
}

/** All steps up to this one, without it. */
function upTo(id: string): readonly DebugEvent[] {
  return [
    { type: 'plan-started', plan: PLAN },
    ...PLAN.steps.slice(0, at(id)).flatMap(step => done(step.id)),
  ];
}

function look(
  paths: readonly string[],
  moment: 'begin' | 'step' | 'back' | 'end',
  step?: string,
): DebugEvent {
  const snapshot: Snapshot = {
    host: { mounts: 1, digest: 'x' },
    directory: paths.map(path => ({ path, type: 'file' })),
    upper: [],
    upperComplete: true,
  };
  return { type: 'snapshot', moment, ...(step === undefined ? {} : { step }), snapshot };
}

test('it counts the steps that are done', () => {
  assert.is(after(upTo('pivot-root')).at, at('pivot-root'));
  assert.is(
    after([...upTo('make-fifos'), { type: 'back-done', step: 'reserve-name', milliseconds: 1 }]).at,
    0,
  );
});

test('it stops at each step, or at breakpoints only, and never behind the gate', () => {
  const step = stepOf('mount-overlay');
  assert.is(stopBefore(BEGIN, step)?.type, 'step');
  const running = after([command({ type: 'break', step: 'mount-overlay' }), command({ type: 'continue' })]);
  assert.is(stopBefore(running, step)?.type, 'breakpoint');
  assert.is(stopBefore(running, stepOf('make-fifos')), undefined);
  assert.is(stopBefore(BEGIN, stepOf('wait')), undefined);
});

test('a breakpoint is set and taken away, by name, by number and at the next step', () => {
  const set = after([
    ...upTo('make-fifos'),
    command({ type: 'break' }),
    command({ type: 'break', step: 'error' }),
  ]);
  assert.equal(set.breakpoints, ['make-fifos', 'error']);
  assert.equal(after([command({ type: 'break', step: '2' })], set).breakpoints, ['error']);
  const refused = after([command({ type: 'break', step: 'pivot' })]);
  assert.equal(refused.message, {
    kind: 'refused',
    lines: ['The plan has no step "pivot".', 'Did you mean pivot-root? "error" stops at any failure.'],
  });
  assert.not.ok(breakpointAt(PLAN, 'wait').ok);
  assert.not.ok(breakpointAt(PLAN, '99').ok);
});

test('failures stop it while it steps, and where it was asked for, but not once the command runs', () => {
  assert.ok(stopsAtFailure(BEGIN));
  const full = initialState(PLAN, { step: false, breakpoints: [] });
  assert.not.ok(stopsAtFailure(full));
  assert.ok(stopsAtFailure({ ...full, breakpoints: ['error'] }));
  assert.not.ok(stopsAtFailure(after([{ type: 'container-started', pid: 2 }])));
});

test('it knows how far steps are taken back by their own commands', () => {
  assert.equal(backWay(BEGIN), { type: 'none' });
  assert.is(backWay(after(upTo('pivot-root'))).type, 'direct');
  assert.is(undoPossibleTo(after(upTo('pivot-root'))), 0);
  assert.is(backWay(after(upTo('detach-old-root'))).type, 'replay');
  assert.is(undoPossibleTo(after(upTo('detach-old-root'))), at('pivot-root') + 1);
});

test('what a step changed is the difference of two looks, and goes with it', () => {
  const forward = after([
    ...upTo('make-fifos'),
    look([], 'begin'),
    ...done('make-fifos'),
    look(['gate'], 'step', 'make-fifos'),
  ]);
  const expected = [{ topic: 'files', sign: '+', text: '$C/gate  file' }];
  assert.equal(forward.latest, expected);
  assert.equal(forward.changes.get('make-fifos'), expected);
  const back = after(
    [
      look([], 'back', 'make-fifos'),
      { type: 'back-done', step: 'make-fifos', milliseconds: 1, differences: [] },
    ],
    forward,
  );
  assert.not.ok(back.changes.has('make-fifos'));
  assert.equal(back.differences, []);
  assert.equal(after([look(['gate'], 'end')], back).left, expected);
  assert.equal(after([look([], 'end')], back).left, []);
});

test('the history tells what was done, by which key, and how it went', () => {
  const state = after([
    { type: 'plan-started', plan: PLAN },
    command({ type: 'next' }),
    ...done('reserve-name'),
    command({ type: 'back' }),
    {
      type: 'back-done',
      step: 'reserve-name',
      milliseconds: 1,
      differences: [{ topic: 'files', sign: '+', text: 'x' }],
    },
  ]);
  assert.equal(state.history, [
    { time: 0, key: 'n', text: 'step 1 reserve-name', ok: true },
    { time: 0, key: 'N', text: 'undo 1 reserve-name', ok: false },
  ]);
});

test('a replay is one line of the history', () => {
  const state = after([
    ...upTo('detach-old-root'),
    command({ type: 'back' }),
    { type: 'restarting', until: 'pivot-root', reason: 'x' },
    ...upTo('pivot-root'),
    { type: 'replayed', until: 'pivot-root', differences: [] },
  ]);
  assert.is(state.history.length, at('detach-old-root') + 1);
  assert.is(state.history.at(-1)?.text, `start again, to step ${at('pivot-root') + 1} pivot-root`);
  assert.is(state.starts, 2);
});

test('what was edited stays edited when everything begins again', () => {
  const step = { ...stepOf('set-hostname'), title: 'edited' };
  const state = after([
    ...upTo('set-hostname'),
    { type: 'edited', step },
    { type: 'plan-started', plan: PLAN },
  ]);
  assert.is(state.plan.steps[at('set-hostname')]?.title, 'edited');
  assert.is(state.progress.steps[at('set-hostname')]?.step.title, 'edited');
  assert.equal([...state.edits.keys()], ['set-hostname']);
});

test.run();
