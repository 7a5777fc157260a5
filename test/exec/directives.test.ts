/** What a front end can ask for between steps, with real processes: back, fail, another step, a new start, the end. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome, PlanEvent } from '../../src/events.ts';
import { type Directive, type RunOptions, runPlan } from '../../src/exec/run-plan.ts';
import { parseJournal, pendingUndos } from '../../src/host/journal-file.ts';
import type { Step } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failing, logIn, noting, planOf } from '../support/noting.ts';

const test = suite('exec/directives');

type Wish = readonly [before: string, directive: Directive];

interface Ran {
  readonly outcome: Outcome;
  readonly events: readonly PlanEvent[];
  readonly log: readonly string[];
  /** The steps before which the front end was asked, in order. */
  readonly asked: readonly string[];
}

/** Runs the steps; each wish is told once, when its turn has come and the step is next. */
function run(steps: readonly Step[], wishes: readonly Wish[], more: Partial<RunOptions> = {}): Promise<Ran> {
  return withTempDir(async dir => {
    const events: PlanEvent[] = [];
    const asked: string[] = [];
    const left = [...wishes];
    const outcome = await runPlan(planOf(dir, steps), {
      emit: event => events.push(event),
      giveUp: () => undefined,
      beforeStep(step) {
        asked.push(step.id);
        if (left[0]?.[0] !== step.id) return Promise.resolve(undefined);
        return Promise.resolve(left.shift()?.[1]);
      },
      ...more,
    });
    assert.equal(left, [], 'every wish was told');
    return { outcome, events, log: logIn(dir), asked };
  });
}

const types = (events: readonly PlanEvent[]): readonly string[] => events.map(({ type }) => type);
const back: Directive = { type: 'back' };
/** Its undo goes with the first step's, so that only a new start takes it back. */
const withA = (id: string): Step => noting(id, { undo: { type: 'with', step: 'a', reason: '' } });
const A = noting('a');
const [B, C] = [noting('b'), noting('c')];

test('back takes the newest step back by its undo, and it is asked for again', async () => {
  const { outcome, log, asked, events } = await run([A, B, C], [['c', back]]);
  assert.equal(log, ['+a', '+b', '-b', '+b', '+c', '-c', '-b', '-a']);
  assert.equal(asked, ['a', 'b', 'c', 'b', 'c']);
  assert.is(outcome.type, 'succeeded');
  assert.ok(types(events).includes('back-done'));
});

test('all the way back, and no further', async () => {
  const { log, asked } = await run(
    [A, B],
    [
      ['b', back],
      ['a', back],
    ],
  );
  assert.equal(log, ['+a', '-a', '+a', '+b', '-b', '-a']);
  assert.equal(asked, ['a', 'b', 'a', 'a', 'b']);
});

test('a step with a command of its own for that is taken back by it', async () => {
  const own = noting('b', {
    undo: { type: 'with', step: 'a', reason: '' },
    back: { type: 'command', argv: ['sh', '-c', 'echo back >>"$1"', 'b', [{ var: 'D' }, '/log']] },
  });
  const { log } = await run([A, own, C], [['c', back]]);
  assert.equal(log, ['+a', '+b', 'back', '+b', '+c', '-c', '-a']);
});

test('one that only a new start takes back: everything is undone, and done again without asking', async () => {
  const { log, asked, events } = await run([A, withA('b'), C], [['c', back]]);
  assert.equal(log, ['+a', '+b', '-a', '+a', '+b', '+c', '-c', '-a']);
  assert.equal(asked, ['a', 'b', 'c', 'b', 'c']);
  assert.equal(
    events.filter(({ type }) => type === 'restarting' || type === 'replayed'),
    [
      { type: 'restarting', until: 'b', reason: 'no single command takes it back' },
      { type: 'replayed', until: 'b' },
    ],
  );
});

test('a step that can not be taken back by its command is taken back by a new start', async () => {
  const stuck = noting('b', { back: { type: 'command', argv: ['sh', '-c', 'echo stuck >&2; exit 1'] } });
  const { log, events } = await run([A, stuck, C], [['c', back]]);
  assert.equal(log, ['+a', '+b', '-b', '-a', '+a', '+b', '+c', '-c', '-b', '-a']);
  assert.equal(
    events.filter(({ type }) => type === 'back-failed'),
    [{ type: 'back-failed', step: 'b', reason: 'stuck' }],
  );
});

test('a step fails on purpose, once', async () => {
  const { outcome, log } = await run([A, B, C], [['b', { type: 'fail' }]]);
  assert.equal(log, ['+a', '-b', '-a']);
  assert.is(outcome.status, 125);
  assert.is(outcome.failure?.onPurpose, true);
});

test('another step in its place stays after a new start, and its failure does not end the plan when it is replaced', async () => {
  const broken = noting('b', failing('b', 'exit 3'));
  const mended = { ...broken, action: noting('B').action };
  const { outcome, log, asked } = await run([A, B, C], [['b', { type: 'replace', step: broken }]], {
    afterFailure: (step, failure) => {
      assert.equal([step.id, failure.exitStatus], ['b', 3]);
      return Promise.resolve({ type: 'replace', step: mended });
    },
  });
  assert.equal(log, ['+a', '-b', '-a', '+a', '+B', '+c', '-c', '-b', '-a']);
  assert.equal(asked, ['a', 'b', 'b', 'c']);
  assert.is(outcome.type, 'succeeded');
});

test('restart undoes everything, the undos for the case of failure too', async () => {
  const kept = noting('b', {
    undo: {
      type: 'command',
      argv: ['sh', '-c', 'echo kept >>"$1"', 'b', [{ var: 'D' }, '/log']],
      when: 'failure',
    },
  });
  const { log, events } = await run([A, kept, C], [['c', { type: 'restart' }]]);
  assert.equal(log, ['+a', '+b', 'kept', '-a', '+a', '+b', '+c', '-c', '-a']);
  assert.is(types(events).filter(type => type === 'plan-started').length, 2);
  assert.is(types(events).filter(type => type === 'plan-ended').length, 1);
});

test('quit undoes everything, and ends as interrupted', async () => {
  const { outcome, log } = await run([A, B, C], [['c', { type: 'quit' }]]);
  assert.equal(log, ['+a', '+b', '-b', '-a']);
  assert.equal([outcome.type, outcome.status], ['interrupted', 130]);
});

test('nothing is built on what an undo has left', async () => {
  const bad = noting('a', { undo: { type: 'command', argv: ['false'], when: 'always' } });
  const { outcome, log } = await run([bad, B], [['b', { type: 'restart' }]]);
  assert.equal(log, ['+a']);
  assert.is(outcome.leftovers.length, 1);
  assert.equal([outcome.type, outcome.status], ['interrupted', 125]);
});

test('the journal forgets a step that was taken back, and knows it when it is done again', () => {
  const undo = { type: 'command', argv: ['true'], when: 'always' };
  const head = {
    ...{ version: 1, kind: 'run', subject: 'x', values: {}, undos: [{ step: 'a', undo }] },
    owner: { pid: 1, start: '1', boot: 'b', namespace: 'n' },
  };
  const pending = (...records: readonly object[]) => {
    const journal = parseJournal([head, ...records].map(line => `${JSON.stringify(line)}\n`).join(''));
    assert.ok(journal !== undefined);
    return journal === undefined ? [] : pendingUndos(journal).undos.map(({ step }) => step);
  };
  const [begin, done, undone] = ['begin', 'done', 'undone'].map(type => ({ type, step: 'a' })) as [
    object,
    object,
    object,
  ];
  assert.equal(pending(begin, done, undone), []);
  assert.equal(pending(begin, done, undone, begin), ['a']);
  assert.equal(pending(begin, done, undone, begin, done, undone), []);
});

test.run();
