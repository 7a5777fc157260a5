// @long
// kill -9 at every step of an import, of a removal and of a save, then prune: the store is as it was, or as it was to be.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { killAtStep, planSteps, pruneAll } from '../support/killing.ts';
import { eachMode } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';
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
    const named = () => readFileSync(join(place.store, 'images/taken:latest.json'), 'utf8');
    const old = named();
    const args = ['image', 'import', 'taken', tar];
    for (const step of await planSteps(place, args)) {
      await killAtStep(place, args, step);
      await pruneAll(place);
      // The last step may have been done already, and only not been told.
      if (step !== 'name-image' || named() === old) assert.equal(treeOf(place.store), before, step);
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

eachMode(
  test,
  'a save that is killed',
  async place => {
    const tar = join(place.dir, 'a.tar');
    writeFileSync(tar, tarOf([{ name: 'f', text: 'x' }]));
    assert.is((await tinydocker(place, ['image', 'import', 'x', tar])).status, 0);
    const [file, directory] = [join(place.home, 'x.tar'), join(place.home, 'layout')];
    const run = await runAs(place, ['sh', '-c', 'echo old >"$1"; chmod 0600 "$1"', 'old', file]);
    assert.is(run.status, 0);
    const before = { store: treeOf(place.store), home: treeOf(place.home) };
    const args =
      place.mode.name === 'root'
        ? ['save', 'x', '-o', file]
        : ['save', 'x', '--format', 'oci-dir', '-o', directory];
    for (const step of await planSteps(place, args)) {
      const inTime = await killAtStep(place, args, step);
      await pruneAll(place);
      assert.equal(treeOf(place.store), before.store, step);
      // The last step is one rename: the output is the old one, or whole.
      const saved = args.at(-1) ?? '';
      if (step !== 'name-output') assert.equal(treeOf(place.home), before.home, step);
      else if (!inTime || existsSync(directory) || readFileSync(file, 'utf8') !== 'old\n') {
        assert.is((await tinydocker(place, ['image', 'import', '-q', 'again', saved])).status, 0);
        assert.is((await tinydocker(place, ['rmi', '-q', 'again'])).status, 0);
      }
    }
    // Nothing but the two is there, hidden or not.
    const names = readdirSync(place.home).filter(name => name !== 'layout' && name !== 'x.tar');
    assert.equal(names, []);
  },
  ['root', 'range'],
);

test.run();
