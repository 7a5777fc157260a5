/** --fail-at as a change of a plan. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { examplePlan } from '../../src/plan/example.ts';
import { failAt } from '../../src/plan/fail-at.ts';
import { renderScript } from '../../src/plan/script.ts';

const FACTS = {
  mapping: 'range',
  uid: 1000,
  gid: 1000,
  storeRoot: '/store',
  bash: true,
  zstdReadsGzip: false,
  ip: true,
  openssl: true,
  zstd: true,
  shellMount: { point: '/', flags: [] },
  kernelPaths: new Map(),
} as const;

test('changes one step and nothing else', () => {
  const plan = examplePlan(FACTS);
  for (const { id } of plan.steps) {
    const result = failAt(plan, id);
    assert.ok(result.ok);
    if (!result.ok) continue;
    const changed = result.value.steps.filter((step, index) => step !== plan.steps[index]);
    assert.equal(
      changed.map(step => [step.id, step.failsOnPurpose, step.where.type]),
      [[id, true, 'host']],
    );
    assert.match(renderScript([result.value], 'x'), /^false$/m);
  }
});

test('a step that did not reserve removes nothing', () => {
  const result = failAt(examplePlan(FACTS), 'reserve-name');
  assert.ok(result.ok && result.value.steps[0]?.undo.type === 'nothing');
  assert.not.match(result.ok ? renderScript([result.value], 'x') : '', /undo_reserve_name/);
});

test('an unknown step names similar ones, or all', () => {
  const near = failAt(examplePlan(FACTS), 'pivot-rot');
  assert.is(near.ok ? '' : near.failures[0]?.hint, 'Did you mean pivot-root?');
  const far = failAt(examplePlan(FACTS), 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx');
  assert.match(far.ok ? '' : (far.failures[0]?.hint ?? ''), /^Its steps are: reserve-name, /);
});

test.run();
