/** The process of every step killed with -9 in turn, in the real plan with the real executor: 125, the payload never runs, nothing is left. */

import { existsSync, mkdirSync } from 'node:fs';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runPlan } from '../../src/exec/run-plan.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { loadImage } from '../../src/host/images.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import { createSpec } from '../../src/plan/create-spec.ts';
import { planRun } from '../../src/plan/run/plan-run.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { MODES, withPlace } from '../support/modes.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('steps-killed');

/** The executor runs in this process, so as whoever runs the tests. */
const mode = MODES.find(({ prefix, unavailable }) => prefix.length === 0 && unavailable === undefined);

skipUnless(test, 'kill -9 of each step', mode !== undefined, 'no mode of this user works', async () => {
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    makeImage(place);
    process.env['TINYDOCKER_ROOT'] = place.store;
    const output = `${place.home}/mark`;
    mkdirSync(output);
    const before = hostState(place.store);
    const plan = planOf(output);
    const killable = plan.steps.filter(({ action }) => action.type === 'run' || action.type === 'start');
    assert.ok(killable.length > 8);
    for (const step of killable) {
      const steps = plan.steps.map(other => (other === step ? killing(step) : other));
      const outcome = await runPlan({ ...plan, steps }, { emit: () => undefined, giveUp: () => undefined });
      assert.is(outcome.status, 125, step.id);
      assert.is(outcome.failedStep, step.id);
      assert.is(outcome.failure?.signal, 'SIGKILL', `${step.id}: ${outcome.failure?.stderr}`);
      assert.equal(outcome.leftovers, []);
      assert.not.ok(existsSync(`${output}/ran`), `${step.id}: the payload ran`);
      await assertUnchanged(before, place.store);
    }
    const whole = await runPlan(plan, { emit: () => undefined, giveUp: () => undefined });
    assert.is(whole.status, 0);
    assert.ok(existsSync(`${output}/ran`));
  });
});

/** The same step, but what runs there kills itself. */
function killing(step: Step): Step {
  const { action } = step;
  const argv = ['sh', '-c', 'kill -KILL $$'];
  if (action.type !== 'run' && action.type !== 'start') return step;
  return { ...step, action: { ...action, argv } };
}

/** A container that would leave a mark in its volume. */
function planOf(output: string): Plan {
  const facts = probeFacts();
  const image = loadImage(storePaths(facts.storeRoot), 'base:latest');
  const name = 'c1';
  const spec = createSpec(
    {
      name,
      image: image.name,
      command: ['sh', '-c', 'test -e /.tinydocker-image || exit 99; echo ran >/mark/ran'],
      env: [],
      volumes: [{ source: output, target: '/mark', readOnly: false }],
      tmpfs: [],
      readOnly: false,
      interactive: false,
      terminal: false,
      term: 'dumb',
      keep: false,
    },
    image,
  );
  if (!spec.ok) throw new Error(JSON.stringify(spec.failures));
  const container = { name, image: image.name, keep: false, stdin: false };
  const plan = planRun({ spec: spec.value, container, layers: image.layers, facts });
  if (!plan.ok) throw new Error(JSON.stringify(plan.failures));
  return plan.value;
}

test.run();
