/** Counting changes for somebody who waits: what is too much for the moment is "at least". */

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countChanges } from '../../src/host/changes/count.ts';
import { withTempDir } from '../support/dirs.ts';

const test = suite('host/count');

/** Counts in a writable layer over one other; `asked` says how often attributes had to be read, which takes a process. */
async function count(dir: string, limit = 60_000) {
  let asked = 0;
  const stack = { own: [join(dir, 'upper')], lower: [join(dir, 'lower')], mounts: [], root: undefined };
  const counted = await countChanges(stack, {
    prefix: 'user',
    limit,
    run: () => {
      asked += 1;
      return Promise.resolve(Buffer.alloc(0));
    },
  });
  return { ...counted, asked };
}

async function withLayers(use: (upper: string, lower: string, dir: string) => Promise<void>): Promise<void> {
  await withTempDir(async dir => {
    const [upper, lower] = [join(dir, 'upper'), join(dir, 'lower')];
    for (const path of [upper, lower]) mkdirSync(join(path, 'd'), { recursive: true });
    utimesSync(join(lower, 'd'), 1, 1);
    await use(upper, lower, dir);
  });
}

test('no process is started where a directory of the image can have nothing that is hidden', () =>
  withLayers(async (upper, lower, dir) => {
    writeFileSync(join(upper, 'd/new'), '');
    mkdirSync(join(upper, 'proc'));
    mkdirSync(join(lower, 'proc'));
    assert.equal(await count(dir), { changes: 2, complete: true, asked: 0 });
    writeFileSync(join(lower, 'd/other'), '');
    utimesSync(join(lower, 'd'), 1, 1);
    assert.equal(await count(dir), { changes: 2, complete: true, asked: 1 });
  }));

test('whoever asks about a directory asks about those above it, which may hide all of it', () =>
  withLayers(async (upper, lower, dir) => {
    for (const path of [upper, lower]) mkdirSync(join(path, 'd/sub'));
    writeFileSync(join(lower, 'd/sub/hidden'), '');
    for (const path of ['d/sub', 'd']) utimesSync(join(lower, path), 1, 1);
    // Only what lies above is opaque.
    const asked: string[] = [];
    await countChanges(
      { own: [upper], lower: [lower], mounts: [], root: undefined },
      {
        prefix: 'user',
        limit: 60_000,
        run: (_, input) => {
          asked.push(...input.toString().split('\0').filter(Boolean));
          return Promise.resolve(Buffer.alloc(0));
        },
      },
    );
    assert.is(asked.length, 4, 'd and d/sub, in both layers');
    assert.is((await count(dir)).complete, true);
  }));

test('when the time is over, no process is started, and the answer is a part', () =>
  withLayers(async (upper, lower, dir) => {
    writeFileSync(join(upper, 'd/new'), '');
    writeFileSync(join(lower, 'd/other'), '');
    assert.equal(await count(dir, -1), { changes: 0, complete: false, asked: 0 });
  }));

test('a directory with very many names is listed in part', () =>
  withLayers(async (upper, _, dir) => {
    mkdirSync(join(upper, 'many'));
    for (let number = 0; number < 20_500; number++) writeFileSync(join(upper, 'many', String(number)), '');
    const { changes, complete, asked } = await count(dir);
    assert.equal({ complete, asked }, { complete: false, asked: 0 });
    assert.is(changes, 20_002);
  }));

test.run();
