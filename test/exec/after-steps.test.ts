/** The last look at what a plan made, between its last step and its undos. */

import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome, PlanEvent } from '../../src/events.ts';
import { type RunOptions, runPlan } from '../../src/exec/run-plan.ts';
import type { Step } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failing, logIn, noting, planOf } from '../support/noting.ts';

const test = suite('exec/after-steps');

interface Ran {
  readonly outcome: Outcome;
  readonly events: readonly PlanEvent[];
}

async function run(
  dir: string,
  steps: readonly Step[],
  afterSteps: NonNullable<RunOptions['afterSteps']>,
): Promise<Ran> {
  const events: PlanEvent[] = [];
  const outcome = await runPlan(planOf(dir, steps), {
    emit: event => events.push(event),
    giveUp: () => undefined,
    afterSteps,
  });
  return { outcome, events };
}

test('it comes when the steps are done, and the undos wait for it', () =>
  withTempDir(async dir => {
    let seen: readonly string[] = [];
    const { outcome } = await run(dir, [noting('a'), noting('b')], async () => {
      await sleep(50);
      seen = logIn(dir);
    });
    assert.is(outcome.type, 'succeeded');
    assert.equal(seen, ['+a', '+b']);
    assert.equal(logIn(dir), ['+a', '+b', '-b', '-a']);
  }));

test('it does not come when a step failed', () =>
  withTempDir(async dir => {
    let called = false;
    await run(dir, [noting('a'), noting('b', failing('b', 'exit 1'))], async () => {
      called = true;
    });
    assert.not.ok(called);
  }));

test('it does not come when the plan was stopped', () =>
  withTempDir(async dir => {
    let called = false;
    const steps = [noting('a'), noting('b', failing('b', `kill -TERM ${process.pid}; exec sleep 10`))];
    const { outcome } = await run(dir, steps, async () => {
      called = true;
    });
    assert.is(outcome.type, 'interrupted');
    assert.not.ok(called);
  }));

test('what it throws comes out when everything is undone', () =>
  withTempDir(async dir => {
    const broken = new Error('no more');
    const thrown: unknown = await run(dir, [noting('a')], () => Promise.reject(broken)).catch(
      (error: unknown) => error,
    );
    assert.is(thrown, broken);
    assert.equal(logIn(dir), ['+a', '-a']);
  }));

test('a request to stop ends it, and is not meant for the undos', () =>
  withTempDir(async dir => {
    const { outcome, events } = await run(dir, [noting('a')], async stopped => {
      process.kill(process.pid, 'SIGINT');
      await sleep(10_000, undefined, { signal: stopped }).catch(() => undefined);
    });
    assert.is(outcome.type, 'succeeded');
    assert.is(outcome.status, 0);
    assert.equal(
      events.filter(({ type }) => type === 'interrupted'),
      [],
    );
    assert.equal(logIn(dir), ['+a', '-a']);
  }));

test('one that does not end is left at the third request', () =>
  withTempDir(async dir => {
    const awake = setInterval(() => undefined, 1000);
    const left = await new Promise<readonly string[]>(resolve => {
      void runPlan(planOf(dir, [noting('a')]), {
        emit: () => undefined,
        giveUp: leftovers => resolve(leftovers.map(({ command }) => command)),
        afterSteps: async () => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(process.pid, signal);
          await new Promise(() => undefined);
        },
      });
    });
    clearInterval(awake);
    assert.is(left.length, 1);
    assert.match(left[0] ?? '', join(dir, 'log'));
  }));

test.run();
