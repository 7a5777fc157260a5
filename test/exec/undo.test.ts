/** Undoing, with real processes: newest first, and one that fails does not stop the others. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome, PlanEvent } from '../../src/events.ts';
import { runPlan } from '../../src/exec/run-plan.ts';
import { parseJournal, readJournal } from '../../src/host/journal-file.ts';
import type { Step } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failing, logIn, noting, planOf } from '../support/noting.ts';

const test = suite('exec/undo');

interface Ran {
  readonly outcome: Outcome;
  readonly events: readonly PlanEvent[];
  readonly log: readonly string[];
}

async function run(dir: string, steps: readonly Step[], workspace?: string): Promise<Ran> {
  const plan = planOf(dir, steps, workspace);
  const events: PlanEvent[] = [];
  const outcome = await runPlan(plan, { emit: event => events.push(event), giveUp: () => undefined });
  return { outcome, events, log: logIn(dir) };
}

test('newest first, the failed step included', () =>
  withTempDir(async dir => {
    const { outcome, log } = await run(dir, [
      noting('a'),
      noting('b'),
      noting('c', failing('c', 'exit 3')),
      noting('d'),
    ]);
    assert.equal(log, ['+a', '+b', '-c', '-b', '-a']);
    assert.is(outcome.status, 125);
    assert.is(outcome.failedStep, 'c');
    assert.is(outcome.failure?.exitStatus, 3);
    assert.equal(outcome.leftovers, []);
  }));

test('a step whose process is killed is a step that failed', () =>
  withTempDir(async dir => {
    const { outcome, log } = await run(dir, [noting('a'), noting('b', failing('b', 'kill -KILL $$'))]);
    assert.equal(log, ['+a', '-b', '-a']);
    assert.is(outcome.status, 125);
    assert.is(outcome.failure?.signal, 'SIGKILL');
  }));

test('after success only what is always undone', () =>
  withTempDir(async dir => {
    const undo = { type: 'command', argv: ['false'], when: 'failure' } as const;
    const { outcome, log } = await run(dir, [noting('a'), noting('b', { undo }), noting('c')]);
    assert.equal(log, ['+a', '+b', '+c', '-c', '-a']);
    assert.is(outcome.status, 0);
  }));

test('a terminal that goes away says so twice, and no undo is forced to end', () =>
  withTempDir(async dir => {
    const slow = ['sh', '-c', 'sleep 0.3; echo -a >>"$1"', 'undo', join(dir, 'log')];
    const plan = planOf(dir, [
      noting('a', { undo: { type: 'command', argv: slow, when: 'always' } }),
      noting('b'),
    ]);
    const hangUp = () => void process.kill(process.pid, 'SIGHUP');
    const outcome = await runPlan(plan, {
      emit: event => {
        if (event.type === 'undo-started') setTimeout(hangUp, 50);
      },
      beforeStep: ({ id }) => {
        if (id === 'b') hangUp();
        return new Promise(resolve => setTimeout(() => resolve(undefined), id === 'b' ? 1000 : 0));
      },
      giveUp: () => assert.unreachable('given up'),
    });
    assert.equal([outcome.type, outcome.status, outcome.leftovers], ['interrupted', 129, []]);
    assert.equal(logIn(dir), ['+a', '-a']);
  }));

test('an undo that a signal of the terminal hit is run again', () =>
  withTempDir(async dir => {
    const program = '[ -e "$1" ] || { : >"$1"; kill -HUP $$; }; echo -b >>"$2"';
    const argv = ['sh', '-c', program, 'undo', join(dir, 'hit'), join(dir, 'log')];
    const { outcome, log } = await run(dir, [
      noting('a'),
      noting('b', { undo: { type: 'command', argv, when: 'always' } }),
      noting('c', failing('c', 'exit 1')),
    ]);
    assert.equal(outcome.leftovers, []);
    assert.equal(log, ['+a', '+b', '-c', '-b', '-a']);
  }));

test('a failing undo does not stop the others, and is told with its command', () =>
  withTempDir(async dir => {
    const bad = (program: string) =>
      ({ type: 'command', argv: ['sh', '-c', program, "it's"], when: 'always' }) as const;
    const { outcome, log, events } = await run(dir, [
      noting('a'),
      noting('b', { undo: bad('echo stuck >&2; exit 1') }),
      noting('c'),
      noting('d', { undo: bad('kill -KILL $$') }),
      noting('e', { undo: { type: 'command', argv: ['/nowhere/program'], when: 'always' } }),
      noting('f', failing('f', 'exit 1')),
    ]);
    assert.equal(log, ['+a', '+b', '+c', '+d', '+e', '-f', '-c', '-a']);
    assert.is(outcome.status, 125);
    assert.equal(
      outcome.leftovers.map(({ step }) => step),
      ['e', 'd', 'b'],
    );
    const [, killed, stuck] = outcome.leftovers;
    assert.match(killed?.reason ?? '', 'SIGKILL');
    assert.is(stuck?.reason, 'stuck');
    assert.is(stuck?.command, `sh -c 'echo stuck >&2; exit 1' 'it'\\''s'`);
    assert.is(events.filter(({ type }) => type === 'undo-failed').length, 3);
  }));

for (const [where, type, log] of [
  ['when a step is told', 'step-done', ['+a', '-a']],
  ['before a step', undefined, ['+a', '-a']],
  ['when an undo is told', 'undo-started', ['+a', '+b', '-c', '-b', '-a']],
] as const) {
  test(`what a front end throws ${where} comes out when everything is undone`, () =>
    withTempDir(async dir => {
      const broken = new Error('the screen is gone');
      const plan = planOf(dir, [noting('a'), noting('b'), noting('c', failing('c', 'exit 1'))]);
      const running = runPlan(plan, {
        emit: event => {
          if (event.type === type) throw broken;
        },
        beforeStep: async step => {
          if (type === undefined && step.id === 'b') throw broken;
        },
        giveUp: () => undefined,
      });
      const thrown: unknown = await running.then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.is(thrown, broken);
      assert.equal(logIn(dir), log);
    }));
}

test('a container that ended well does not hide that something is left', () =>
  withTempDir(async dir => {
    const undo = { type: 'command', argv: ['false'], when: 'always' } as const;
    assert.is((await run(dir, [noting('a', { undo })])).outcome.status, 125);
  }));

test('a step that reserves is undone only when it worked', () =>
  withTempDir(async dir => {
    const taken = noting('b', { ...failing('b', 'exit 1'), reserves: true });
    const { outcome, log } = await run(dir, [noting('a'), taken]);
    assert.equal(log, ['+a', '-a']);
    assert.is(outcome.failedStep, 'b');
  }));

test('each step is in the journal before it begins, and its undo when it is done', () =>
  withTempDir(async dir => {
    const workspace = join(dir, 'w');
    mkdirSync(workspace);
    const argv = ['sh', '-c', 'cp "$0/journal.jsonl" "$0/seen"', workspace];
    await run(
      dir,
      [
        noting('a', { reserves: true }),
        noting('b', { action: { type: 'run', argv } }),
        noting('c', failing('c', 'exit 1')),
      ],
      workspace,
    );
    const seen = parseJournal(readFileSync(join(workspace, 'seen'), 'utf8'));
    assert.equal(
      seen?.records.map(record => ('step' in record ? `${record.type} ${record.step}` : record.type)),
      ['begin a', 'done a', 'begin b'],
    );
    const undone = readJournal(workspace)?.records.flatMap(record =>
      record.type === 'undone' ? [record.step] : [],
    );
    assert.equal(undone, ['c', 'b', 'a']);
  }));

test('a journal that can not be begun fails its step, and is undone', () =>
  withTempDir(async dir => {
    const { outcome, log } = await run(
      dir,
      [noting('a', { reserves: true }), noting('b')],
      join(dir, 'nowhere'),
    );
    assert.equal(log, ['+a', '-a']);
    assert.is(outcome.failedStep, 'a');
    assert.match(outcome.failure?.stderr ?? '', 'ENOENT');
  }));

test.run();
