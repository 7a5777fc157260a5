/** A store that is looked at again and again: what has not changed is not looked at, and what has is not missed. */

import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint } from '../../src/host/changes/live.ts';
import { StoreIndex, type StoreLook } from '../../src/host/store-index.ts';
import { type StorePaths, storePaths } from '../../src/host/store-paths.ts';
import { withTempDir } from '../support/dirs.ts';

const test = suite('store-index');

/** A kept container, as a printed script leaves one. */
function keep({ containers }: StorePaths, name: string, image = 'base:latest'): void {
  mkdirSync(join(containers, name, 'upper'), { recursive: true });
  writeFileSync(
    join(containers, name, 'container.json'),
    JSON.stringify({ version: 1, image, layers: [], keep: true }),
  );
  // One that was left alone for a while is not taken for one that is just being made.
  utimesSync(join(containers, name), 1, 1);
}

const names = ({ containers }: StoreLook) => containers.map(({ container }) => container.name).toSorted();

function onStore(name: string, body: (paths: StorePaths, index: StoreIndex) => Promise<void>): void {
  test(name, () =>
    withTempDir(async directory => {
      const paths = storePaths(directory);
      const index = new StoreIndex(paths);
      try {
        await body(paths, index);
      } finally {
        index.close();
      }
    }),
  );
}

/** Looks until it is so: the kernel tells of changes a moment later. */
async function sees(index: StoreIndex, wanted: (look: StoreLook) => boolean): Promise<StoreLook> {
  for (let waited = 0; ; waited += 20) {
    const look = await index.look();
    if (wanted(look)) return look;
    assert.ok(waited < 10_000, `it is not seen: ${names(look).join()}`);
    await sleep(20);
  }
}

onStore('a store that is not there yet is empty, and is seen when it comes', async (paths, index) => {
  assert.equal(names(await index.look()), []);
  keep(paths, 'c1');
  await sees(index, look => names(look).join() === 'c1');
});

onStore('what has not changed is the same value', async (paths, index) => {
  for (const name of ['c1', 'c2']) keep(paths, name);
  mkdirSync(paths.images);
  await sees(index, look => names(look).length === 2);
  let before = await index.look();
  // What the looks themselves caused is over when nothing has come for a while.
  for (let same = 0; same < 10; same++) {
    await sleep(30);
    const look = await index.look();
    if (look !== before) [before, same] = [look, 0];
  }
  const first = before.containers.find(({ container }) => container.name === 'c1');
  keep(paths, 'c3');
  const after = await sees(index, look => names(look).length === 3);
  assert.is(
    after.containers.find(({ container }) => container.name === 'c1'),
    first,
  );
});

onStore('a container that changes, goes, or comes again under its name', async (paths, index) => {
  keep(paths, 'c1');
  await sees(index, look => names(look).join() === 'c1');
  let told = 0;
  index.onChange(() => {
    told += 1;
  });
  keep(paths, 'c1', 'other:latest');
  await sees(index, look => look.containers[0]?.container.image === 'other:latest');
  assert.ok(told > 0);
  rmSync(join(paths.containers, 'c1'), { recursive: true });
  await sees(index, look => names(look).length === 0);
  keep(paths, 'c1', 'third:latest');
  await sees(index, look => look.containers[0]?.container.image === 'third:latest');
  keep(paths, 'c1', 'fourth:latest');
  await sees(index, look => look.containers[0]?.container.image === 'fourth:latest');
  renameSync(join(paths.containers, 'c1'), join(paths.containers, 'c2'));
  await sees(index, look => names(look).join() === 'c2');
});

onStore('a name that means a directory of another container at once', async (paths, index) => {
  for (const name of ['c1', 'c2']) keep(paths, name, `${name}:latest`);
  await sees(index, look => names(look).length === 2);
  renameSync(join(paths.containers, 'c1'), join(paths.containers, 'c3'));
  renameSync(join(paths.containers, 'c2'), join(paths.containers, 'c1'));
  const look = await sees(index, one => names(one).join() === 'c1,c3');
  await sees(index, one =>
    one.containers.some(({ container }) => container.name === 'c1' && container.image === 'c2:latest'),
  );
  assert.is(look.images.length, 0);
});

test('a fingerprint differs when anything in the writable layer does', () =>
  withTempDir(async directory => {
    const upper = join(directory, 'upper');
    mkdirSync(join(upper, 'deep', 'er'), { recursive: true });
    const seen = new Set([fingerprint(directory)]);
    assert.is(fingerprint(directory), [...seen][0]);
    for (const [file, text] of [
      ['a', '1'],
      ['a', '2'],
      ['deep/er/b', ''],
      ['deep/er/b', 'longer'],
    ] as const) {
      // Times of files are as fine as the kernel's ticks.
      await sleep(15);
      writeFileSync(join(upper, file), text);
      seen.add(fingerprint(directory));
    }
    assert.is(seen.size, 5);
    assert.is(fingerprint(join(directory, 'nothing')), '0 0');
  }));

test.run();
