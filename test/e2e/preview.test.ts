// @long
/** What a preview says of a step, compared with what the kernel shows after it: every step of every kind of plan. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Change, changesBetween } from '../../src/snapshot/compare.ts';
import { namesOf, type Preview, previewOf } from '../../src/snapshot/preview.ts';
import { makeImage } from '../support/image.ts';
import { type Looked, lookedRun } from '../support/looked.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('preview');

function assertPredicted({ plan, steps }: Looked): void {
  assert.is(steps.length, plan.steps.length);
  for (const { id, values, before, after } of steps) {
    const step = plan.steps.find(one => one.id === id);
    if (step === undefined) throw new Error(`no step ${id}`);
    // With what the steps have found out, and with what was seen.
    for (const preview of [previewOf(step, plan, before, values), previewOf(step, plan, before)]) {
      assert.ok(preview.predicted, `${id}: ${preview.remark}`);
      if (after !== undefined) compare(id, preview, changesBetween(before, after, namesOf(values)));
    }
  }
}

/** Everything that was promised is there, and nothing else than what may be. */
function compare(id: string, preview: Preview, facts: readonly Change[]): void {
  const left = [...facts];
  const take = (change: Change) => {
    const at = left.findIndex(fact => matches(change, fact));
    return at >= 0 && left.splice(at, 1).length > 0;
  };
  const missing = preview.changes.filter(change => !take(change));
  for (const change of preview.perhaps) take(change);
  assert.equal({ missing, unpredicted: left }, { missing: [], unpredicted: [] }, id);
}

/** A `?` is what nobody could know. */
function matches(predicted: Change, fact: Change): boolean {
  const pattern = predicted.text
    .split('?')
    .map(part => part.replaceAll(/[.*+^${}()|[\]\\?]/g, '\\$&'))
    .join('.+');
  return (
    predicted.topic === fact.topic &&
    predicted.sign === fact.sign &&
    new RegExp(`^${pattern}$`, 's').test(fact.text)
  );
}

/** The rest of the command line of `run`, with what it needs made in the place. */
const VARIANTS: Readonly<Record<string, (place: Place) => readonly string[]>> = {
  'as it comes': () => ['box', 'true'],
  'on a terminal': () => ['-t', 'box', 'true'],
  'with volumes': place => [
    ...['-v', `${volume(place)}:/data`, '-v', `${volume(place)}/inner:/new/below/it:ro`],
    ...['-v', `${volume(place)}/file:/etc/passwd`, '-v', `${volume(place)}/file:/data/inner/file`],
    ...['box', 'true'],
  ],
  'with file systems in memory': () => ['--tmpfs', '/tmp', '--tmpfs', '/a/b:size=1m', 'box', 'true'],
  'read-only, with a working directory': () => ['--read-only', '-w', '/work/here', 'box', 'true'],
  'kept, with an init': () => ['--keep', '--init', 'box', 'true'],
  'as a user': () => ['-u', 'ann', '-h', 'other', 'box', 'true'],
};

for (const [name, args] of Object.entries(VARIANTS)) {
  eachMode(
    test,
    `each step is predicted, ${name}`,
    async place => {
      makeImage(place);
      assertPredicted(await lookedRun(place, ['run', ...args(place)]));
    },
    name === 'as a user' ? ['root', 'range'] : undefined,
  );
}

eachMode(test, 'each step is predicted, with volumes of the image and three layers', async place => {
  const low = makeImage(place, { name: 'low:1' });
  const middle = makeImage(place, { name: 'middle:1', on: low.layers, empty: true });
  makeImage(place, {
    on: middle.layers,
    empty: true,
    config: { Volumes: { '/var/lib/it': {}, '/srv': {} } },
    change: root => {
      mkdirSync(join(root, 'srv'));
      writeFileSync(join(root, 'srv/page'), 'text\n');
    },
  });
  assertPredicted(await lookedRun(place, ['run', 'box', 'true']));
});

eachMode(test, 'each step is predicted, of a kept container that starts again', async place => {
  makeImage(place);
  const kept = await tinydocker(place, ['run', '--keep', 'box', 'sh', '-c', 'exit 3']);
  assert.is(kept.status, 3, kept.stderr);
  assertPredicted(await lookedRun(place, ['start', 'box']));
});

function volume({ mode, dir }: Place): string {
  const path = join(dir, 'volume');
  if (spawnSync('test', ['-e', path]).status !== 0) {
    ownDirectory(mode, path);
    ownDirectory(mode, join(path, 'inner'));
    writeFileSync(join(path, 'file'), 'text\n');
    writeFileSync(join(path, 'inner/file'), 'text\n');
  }
  return path;
}

test.run();
