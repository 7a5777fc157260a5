/** Plans as values: what holds for every one, whatever the machine and the request are. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { resolve, variablesIn } from '../../../src/plan/arg.ts';
import { fullArgv } from '../../../src/plan/enter.ts';
import { planRun } from '../../../src/plan/run/plan-run.ts';
import type { Plan, Step } from '../../../src/plan/step.ts';
import { undosOf } from '../../../src/plan/undos.ts';
import { factsOf, IMAGE, planOf, specOf } from '../../support/plans.ts';

const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    mapping: fc.constantFrom('host', 'range', 'single'),
    ip: fc.boolean(),
    bash: fc.boolean(),
    keep: fc.boolean(),
    terminal: fc.boolean(),
    readOnly: fc.boolean(),
    workdir: fc.option(fc.constantFrom('/', '/a/b'), { nil: undefined }),
    volumes: fc.uniqueArray(fc.constantFrom('/v', '/w/x', '/etc/hosts'), { maxLength: 3 }),
    tmpfs: fc.uniqueArray(fc.constantFrom('/t', '/u'), { maxLength: 2 }),
  })
  .map(({ mapping, ip, bash, workdir, volumes, tmpfs, ...rest }) =>
    planOf(
      mapping,
      {
        ...rest,
        ...(workdir === undefined ? {} : { workdir }),
        volumes: volumes.map((target, index) => ({
          source: `/s${index}`,
          target,
          readOnly: index % 2 === 0,
        })),
        tmpfs: tmpfs.map(target => ({ target, options: [] })),
      },
      { ip, bash },
    ),
  );

const every = (check: (plan: Plan) => void) => fc.assert(fc.property(anyPlan, check));

test('ids are unique and kebab-case; each step says what, why and where', () =>
  every(({ steps, phases }) => {
    assert.is(new Set(steps.map(step => step.id)).size, steps.length);
    for (const step of steps) {
      assert.match(step.id, /^[a-z]+(-[a-z0-9]+)*$/);
      assert.ok(step.title !== '' && step.why.endsWith('.'), step.id);
      assert.ok(
        phases.some(phase => phase.id === step.phase),
        step.id,
      );
    }
    const order = steps.map(step => phases.findIndex(phase => phase.id === step.phase));
    assert.equal(
      order,
      order.toSorted((a, b) => a - b),
      'the phases come in order',
    );
  }));

test('the first step reserves, and nothing before it needs an undo', () =>
  every(({ steps }) => {
    assert.is(steps[0]?.reserves, true);
    assert.is(steps.filter(step => step.reserves).length, 1);
  }));

test('undoing any prefix is well-formed', () =>
  every(({ steps }) => {
    for (let length = 0; length <= steps.length; length++) {
      const begun = steps.slice(0, length);
      for (const succeeded of [true, false]) {
        const undos = undosOf(begun, succeeded);
        assert.equal(
          undos,
          undos.toSorted((a, b) => steps.indexOf(b) - steps.indexOf(a)),
          'newest first',
        );
        for (const step of begun) assert.ok(isUndone(step, begun, steps), step.id);
      }
      // What is killed must be dead before its directory goes.
      const ids = undosOf(begun, false).map(step => step.id);
      if (ids.includes('start-init')) assert.ok(ids.indexOf('start-init') < ids.indexOf('reserve-name'));
    }
  }));

/** A step that goes with another names one of the same plan that really undoes something; only `hold-gate` is taken over by a later one. */
function isUndone(step: Step, begun: readonly Step[], all: readonly Step[]): boolean {
  if (step.undo.type !== 'with') return true;
  const { step: name } = step.undo;
  const owner = all.find(other => other.id === name);
  if (owner === undefined || owner.undo.type === 'with' || owner.undo.type === 'nothing') return false;
  return begun.includes(owner) || step.id === 'hold-gate';
}

test('no undo uses a variable that only a later step finds', () =>
  every(({ steps, variables }) => {
    const known = new Set(
      variables.flatMap(variable => (variable.value === undefined ? [] : [variable.name])),
    );
    for (const step of steps) {
      const words =
        step.action.type === 'run' || step.action.type === 'start' ? fullArgv(step, step.action.argv) : [];
      for (const name of words.flatMap(variablesIn)) assert.ok(known.has(name), `${step.id} uses $${name}`);
      if (step.undo.type === 'command')
        for (const name of step.undo.argv.flatMap(variablesIn))
          assert.ok(known.has(name), `the undo of ${step.id}`);
      if (step.action.type === 'start') known.add('INIT');
    }
  }));

test('after pivot_root nothing is looked up in the image', () =>
  every(({ steps }) => {
    const after = steps.slice(steps.findIndex(step => step.id === 'pivot-root') + 1);
    for (const { id, where } of after) if (where.type === 'inside') assert.is(where.hostRoot, true, id);
  }));

test("the host's shell is out of reach before the root is swapped", () =>
  every(({ steps }) => {
    const ids = steps.map(step => step.id);
    assert.ok(ids.includes('protect-host') && ids.indexOf('protect-host') < ids.indexOf('pivot-root'));
  }));

test('every mapping has the same steps', () => {
  const ids = (['host', 'range', 'single'] as const).map(mapping =>
    planOf(mapping).steps.map(step => step.id),
  );
  assert.equal(ids[1], ids[0]);
  assert.equal(ids[2], ids[0]);
});

test('a plan is plain data', () =>
  every(plan => {
    assert.equal(JSON.parse(JSON.stringify(plan)), plan);
  }));

test('what can not be planned is said', () => {
  const input = {
    spec: specOf({ user: 'ann' }),
    container: { name: 'x', image: 'base:latest', keep: false, stdin: false },
    layers: IMAGE.layers,
    facts: factsOf('single'),
  };
  const single = planRun(input);
  assert.is(single.ok ? '' : single.failures[0]?.code, 'no-such-id');
  const none = planRun({ ...input, facts: factsOf('host'), layers: [] });
  assert.is(none.ok ? '' : none.failures[0]?.code, 'no-layers');
});

test('layers: the topmost first, a hundred in one page', () => {
  const layers = Array.from({ length: 128 }, (_, index) => ({
    digest: String(index).padStart(64, '0'),
    link: String(index).padStart(8, 'L'),
  }));
  const plan = planRun({
    spec: specOf(),
    container: { name: 'x'.repeat(63), image: 'b', keep: false, stdin: false },
    layers,
    facts: factsOf('range'),
  });
  const step = plan.ok ? plan.value.steps.find(({ id }) => id === 'mount-overlay') : undefined;
  const options = step?.action.type === 'run' ? resolve(step.action.argv.at(-2) ?? '', new Map()) : '';
  assert.match(options, /lowerdir=l\/LLLLL127:l\/LLLLL126:.*:l\/LLLLLLL0,/);
  assert.ok(options.length < 4096);
});

test('the gate of a kept container is the last file that goes: then somebody else may take the container', () => {
  const plan = planOf('host', { keep: true });
  const words = plan.steps.flatMap(({ id, undo }) =>
    id === 'make-fifos' && undo.type === 'command' ? undo.argv : [],
  );
  assert.ok(words.includes('ready'));
  assert.is(words.at(-1), 'gate');
});

test.run();
