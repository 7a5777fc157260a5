// @long
/** A commit that fails or is killed at any step leaves the store as it was, and the container; two at once both succeed. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diagnose } from '../../src/host/diagnose.ts';
import type { Plan } from '../../src/plan/step.ts';
import { failEach, runToEnd, succeed } from '../support/faults.ts';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { killAtStep, planSteps, pruneAll } from '../support/killing.ts';
import { eachMode, MODES, type Place, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('commit-faults');

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** An image, a container of it that changed something, and another image of the name that the commits will take. */
async function prepared(place: Place): Promise<void> {
  makeImage(place);
  const command = `${GUARD}echo x >/etc/new; rm /etc/group; rmdir /var; mkdir /var; echo y >/var/y`;
  await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', command);
  await done(place, 'run', '-q', '--keep', 'c0', 'sh', '-c', `${GUARD}echo other >/other`);
  await done(place, 'commit', 'c0', 'taken');
}

/** The plan, which is data: what the verb would carry out. */
async function planned(place: Place, ...args: readonly string[]): Promise<Plan> {
  const json = await done(place, 'commit', '--dry-run', '--format', 'json', ...args);
  const plan = JSON.parse(json) as Plan & { variables: readonly { readonly value: unknown }[] };
  const variables = plan.variables.map(({ value, ...rest }) => (value === null ? rest : { ...rest, value }));
  const steps = plan.steps.map(({ reserves, ...step }) => (reserves ? { ...step, reserves } : step));
  return { ...plan, variables, steps } as Plan;
}

/** The executor runs in this process, so as whoever runs the tests. */
const mode = MODES.find(({ prefix, unavailable }) => prefix.length === 0 && unavailable === undefined);

skipUnless(test, 'each step is made to fail', mode !== undefined, 'no mode of this user works', async () => {
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    process.env['TINYDOCKER_ROOT'] = place.store;
    await prepared(place);
    await failEach(() => planned(place, 'c1', 'taken'), place.store);
    await succeed(await planned(place, 'c1', 'taken'));
    assert.is(
      await done(place, 'run', '-q', '--image', 'taken', 'c2', 'cat', '/etc/new', '/var/y'),
      'x\ny\n',
    );
  });
});

skipUnless(
  test,
  'what a commit counts on goes away meanwhile',
  mode !== undefined,
  'no mode of this user works',
  async () => {
    if (mode === undefined) return;
    await withPlace(mode, async place => {
      process.env['TINYDOCKER_ROOT'] = place.store;
      await prepared(place);
      const early = await planned(place, 'c1', 'mine');
      await done(place, 'rm', '-q', 'c1');
      const images = treeOf(join(place.store, 'images'));
      const { failedStep, failure } = await runToEnd(early);
      assert.is(failedStep, 'find-changes-2');
      const step = early.steps.find(({ id }) => id === failedStep);
      assert.ok(step && failure);
      assert.match(
        diagnose(early, step, failure).cause,
        /^The container "c1" ended meanwhile, or was removed, and took its changes/,
      );
      assert.equal(treeOf(join(place.store, 'images')), images);
    });
  },
);

eachMode(
  test,
  'a commit that is killed',
  async place => {
    await prepared(place);
    const before = treeOf(place.store);
    const named = () => readFileSync(join(place.store, 'images/taken:latest.json'), 'utf8');
    const old = named();
    const args = ['commit', 'c1', 'taken'];
    for (const step of await planSteps(place, args)) {
      await killAtStep(place, args, step);
      await pruneAll(place);
      // The last step may have been done already, and only not been told.
      if (step !== 'name-image' || named() === old) assert.equal(treeOf(place.store), before, step);
    }
    await done(place, ...args);
    assert.is(await done(place, 'run', '-q', '--image', 'taken', 'c2', 'cat', '/etc/new'), 'x\n');
  },
  ['root', 'range'],
);

eachMode(
  test,
  'several commits of one container to one name at once: each succeeds, and the layer exists once',
  async place => {
    await prepared(place);
    const before = readdirSync(join(place.store, 'layers')).length;
    const ended = await Promise.all([1, 2, 3].map(() => tinydocker(place, ['commit', '-q', 'c1', 'mine'])));
    for (const { status, stderr } of ended) assert.is(status, 0, stderr);
    assert.is(readdirSync(join(place.store, 'layers')).length, before + 1);
    assert.equal(readdirSync(join(place.store, 'tmp')), []);
    assert.is(await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/etc/new'), 'x\n');
    await pruneAll(place);
    // The links of those that had the name before are gone, and the container's image is not.
    await done(place, 'rmi', '-q', 'mine');
    assert.is(readdirSync(join(place.store, 'layers')).length, before);
    await done(place, 'commit', 'c1', 'mine');
  },
);

test.run();
