/** Removing containers: a layer whose image has another one by now goes with the last container that stands on it. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';

/** Three containers, two of them on the layer that the image had before. */
async function keepThree(place: Place): Promise<{ readonly old: string; readonly now: string }> {
  const [old] = makeImage(place).layers;
  ownDirectory(place.mode, join(place.store, 'tmp'));
  for (const name of ['c1', 'c2']) await keep(place, name);
  const [now] = makeImage(place).layers;
  await keep(place, 'c3');
  assert.ok(old && now);
  return { old: old.digest, now: now.digest };
}

async function keep(place: Place, name: string): Promise<void> {
  const { status, stderr } = await tinydocker(place, [
    ...[
      'run',
      '-q',
      '--keep',
      name,
      'sh',
      '-c',
      `${GUARD}mkdir /d; : >/d/f; chmod 700 /d; chown 1:1 /d || :`,
    ],
  ]);
  assert.is(status, 0, stderr);
}

const layers = (place: Place) => readdirSync(join(place.store, 'layers')).sort();
const links = (place: Place) => readdirSync(join(place.store, 'l')).length;

eachMode(test, 'the last container takes it along, and no earlier one', async place => {
  const { old, now } = await keepThree(place);
  const first = await tinydocker(place, ['rm', 'c1']);
  assert.is(first.stdout, 'c1\n', first.stderr);
  assert.equal(layers(place), [old, now].sort());
  const last = await tinydocker(place, ['rm', 'c2', 'c3']);
  assert.is(last.stdout, 'c2\nc3\n', last.stderr);
  assert.equal(layers(place), [now], 'the image has its layer');
  assert.is(links(place), 1);
  assert.is((await tinydocker(place, ['prune', '--force'])).stdout, 'Nothing is left over.\n');
  assert.is((await tinydocker(place, ['run', '-q', 'c1', 'true'])).status, 0);
});

eachMode(test, 'the printed script does the same, and printing changes nothing', async place => {
  const { now } = await keepThree(place);
  const before = treeOf(place.store);
  const script = await tinydocker(place, ['rm', '--dry-run', 'c1', 'c2']);
  assert.is(script.status, 0, script.stderr);
  assert.equal(treeOf(place.store), before);
  const { status, stderr } = await runAs(place, ['sh', '-c', script.stdout]);
  assert.is(status, 0, stderr);
  assert.equal(layers(place), [now]);
  assert.is(links(place), 1);
});

eachMode(
  test,
  'somebody who began to use the layer meanwhile keeps it',
  async place => {
    const { old, now } = await keepThree(place);
    const script = await tinydocker(place, ['rm', '--dry-run', 'c1', 'c2']);
    const { stdout } = await tinydocker(place, ['rm', 'c2']);
    assert.is(stdout, 'c2\n');
    const copy = `cp -a "$TINYDOCKER_ROOT/containers/c1" "$TINYDOCKER_ROOT/containers/c4"`;
    assert.is((await runAs(place, ['sh', '-c', copy])).status, 0);
    const { status, stderr } = await runAs(place, ['sh', '-c', script.stdout]);
    assert.is(status, 0, stderr);
    assert.equal(readdirSync(join(place.store, 'containers')).sort(), ['c3', 'c4']);
    assert.equal(layers(place), [old, now].sort());
  },
  ['root'],
);

test.run();
