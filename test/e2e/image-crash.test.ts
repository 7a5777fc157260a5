// kill -9 at every step of an import and of a removal, then prune: the store is as it was, or as it was to be.
// @parallel
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { killAtStep, planSteps, pruneAll } from '../support/killing.ts';
import { eachMode } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';
import { tarOf } from '../support/tar.ts';

eachMode(
  test,
  'an import that is killed',
  async place => {
    const tar = join(place.dir, 'a.tar');
    writeFileSync(
      tar,
      tarOf([
        { name: 'f', text: 'x' },
        { name: 'd/g', text: 'y' },
      ]),
    );
    const other = join(place.dir, 'b.tar');
    writeFileSync(other, tarOf([{ name: 'f', text: 'other' }]));
    assert.is((await tinydocker(place, ['image', 'import', 'taken', other])).status, 0);
    const before = treeOf(place.store);
    const args = ['image', 'import', 'taken', tar];
    for (const step of await planSteps(place, args)) {
      const inTime = await killAtStep(place, args, step);
      await pruneAll(place);
      if (inTime || step !== 'name-image') assert.equal(treeOf(place.store), before, step);
    }
  },
  ['root', 'range'],
);

eachMode(
  test,
  'a removal that is killed',
  async place => {
    const tar = join(place.dir, 'a.tar');
    writeFileSync(tar, tarOf([{ name: 'f', text: 'x' }]));
    assert.is((await tinydocker(place, ['image', 'import', 'gone', tar])).status, 0);
    const before = treeOf(place.store);
    const args = ['rmi', 'gone'];
    for (const step of await planSteps(place, args)) {
      await killAtStep(place, args, step);
      await pruneAll(place);
      if (readdirSync(join(place.store, 'images')).length > 0)
        assert.equal(treeOf(place.store), before, step);
      else {
        // It had succeeded by the time the signal came.
        assert.is(step, 'take-layers');
        assert.equal(readdirSync(join(place.store, 'layers')), []);
      }
    }
  },
  ['single'],
);

test.run();
