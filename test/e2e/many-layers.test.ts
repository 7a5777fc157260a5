// @long
/** Images of many layers: as many as docker makes, as many as one mount takes, and one more. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ImageRecord, type Layer, MOST_LAYERS } from '../../src/plan/image/image.ts';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { archive, emptyStore, refused } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('many-layers');
/** The longest that a container may have. */
const NAME = 'n'.repeat(63);
/** Ends with another word on the host, and only reads there. */
const LOOK =
  '[ -e /.tinydocker-image ] || exit 9; cat /same; ls / | grep -c "^own"; echo new >/same; rm /own3';

/** The members of one layer: a file of its own, and one that every layer has. */
const members = (index: number) => [
  { name: `own${index}`, text: `${index}` },
  { name: 'same', text: `${index}\n` },
];

/** An image of so many layers, written into the store; the topmost has a shell. */
function manyLayers(place: Place, name: string, count: number): ImageRecord {
  const fill = (index: number) => (root: string) => {
    for (const { name: file, text } of members(index)) writeFileSync(join(root, file), text);
  };
  const layers: Layer[] = [];
  for (let index = 1; index < count; index++)
    layers.push(...makeImage(place, { name: `${name}-${index}:1`, empty: true, change: fill(index) }).layers);
  return makeImage(place, { name: `${name}:1`, on: layers, change: fill(count) });
}

eachMode(test, 'as many as one mount takes: run, diff, why, history; and one more', async place => {
  manyLayers(place, 'most', MOST_LAYERS);
  const ran = await tinydocker(place, ['run', '-q', '--keep', '--image', 'most:1', NAME, 'sh', '-c', LOOK]);
  assert.equal([ran.status, ran.stdout], [0, `${MOST_LAYERS}\n${MOST_LAYERS}\n`], ran.stderr);
  const diff = await tinydocker(place, ['diff', NAME]);
  assert.equal([diff.status, diff.stdout], [0, 'D /own3\nC /same\n'], diff.stderr);
  const why = await tinydocker(place, ['why', NAME, '/same']);
  assert.is(why.status, 0, why.stderr);
  assert.match(why.stdout, new RegExp(`it hides ${MOST_LAYERS} lower ones`));
  assert.match((await tinydocker(place, ['why', 'most:1', '/own3'])).stdout, /layer 3 of 350/);
  const history = await tinydocker(place, ['history', 'most:1']);
  assert.is(history.stdout.trimEnd().split('\n').length, 1 + MOST_LAYERS, history.stderr);

  manyLayers(place, 'more', MOST_LAYERS + 1);
  const before = treeOf(place.store);
  const more = await tinydocker(place, ['run', '-q', '--image', 'more:1', 'c2', 'sh', '-c', LOOK]);
  assert.equal([more.status, more.stdout], [125, '']);
  assert.match(
    more.stderr,
    /^tinydocker: The image "more:1" has 351 layers, and one overlay can join 350\.$/m,
  );
  assert.equal(treeOf(place.store), before);
});

eachMode(
  test,
  'an image of 128 layers is loaded and runs',
  async place => {
    const { layers: base } = makeImage(place);
    const layers = Array.from({ length: 128 }, (_, index) => members(index + 1));
    const { path } = makeLayout(join(place.dir, 'many'), { layers, name: 'many:1' });
    const loaded = await tinydocker(place, ['load', '-q', path]);
    assert.is(loaded.status, 0, loaded.stderr);
    const file = join(place.store, 'images/many:1.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as ImageRecord;
    assert.is(record.layers.length, 128);
    // The loaded layers have no shell: below them comes the one that has.
    writeFileSync(file, JSON.stringify({ ...record, layers: [...base, ...record.layers] }));
    const ran = await tinydocker(place, ['run', '-q', '--image', 'many:1', 'c1', 'sh', '-c', LOOK]);
    assert.equal([ran.status, ran.stdout], [0, '128\n128\n'], ran.stderr);
  },
  ['root', 'range'],
);

eachMode(
  test,
  'more layers than can be mounted are not imported',
  async place => {
    await emptyStore(place);
    const layers = Array.from({ length: MOST_LAYERS + 1 }, (_, index) => members(index));
    const { path } = makeLayout(join(place.dir, 'many'), { layers, name: 'many:1' });
    await refused(place, ['load', path], /The image "many:1" has 351 layers/);
    await refused(place, ['image', 'import', 'x', path], /The image "x:latest" has 351 layers/);
    const sources = layers.map((each, index) => archive(place, each, `${index}.tar`));
    await refused(place, ['image', 'import', 'x', ...sources], /The image "x:latest" has 351 layers/);
    assert.equal(readdirSync(join(place.store, 'tmp')), []);
  },
  ['root', 'single'],
);

test.run();
