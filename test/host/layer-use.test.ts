/** Who uses which layers, in a store of plain files. */

import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unusedWithout, usedOnlyBy } from '../../src/host/layer-use.ts';
import { type StorePaths, storePaths } from '../../src/host/store-paths.ts';
import { withTempDir } from '../support/dirs.ts';

const [ONE, TWO] = ['1'.repeat(64), '2'.repeat(64)];

/** A store in which `mine` has layer ONE and `other` layer TWO. */
function store(root: string): StorePaths {
  const paths = storePaths(root);
  for (const directory of [paths.images, paths.layers, paths.links, paths.containers, paths.tmp])
    mkdirSync(directory);
  for (const [name, digest, link] of [
    ['mine', ONE, 'AAAAAAAA'],
    ['other', TWO, 'BBBBBBBB'],
  ] as const) {
    mkdirSync(join(paths.layers, digest));
    symlinkSync(`../layers/${digest}/files`, join(paths.links, link));
    const record = { version: 1, name: `${name}:latest`, config: {}, layers: [{ digest, link }] };
    writeFileSync(join(paths.images, `${name}:latest.json`), JSON.stringify(record));
  }
  return paths;
}

test('the layers of an image that goes are unused, those of the others are not', () =>
  withTempDir(async root => {
    const paths = store(root);
    assert.equal(await unusedWithout(paths, ['mine:latest']), { links: ['AAAAAAAA'], layers: [ONE] });
    assert.equal(await unusedWithout(paths, []), { links: [], layers: [] });
  }));

test('what a damaged record or a container names is in use', () =>
  withTempDir(async root => {
    const paths = store(root);
    writeFileSync(join(paths.images, 'other:latest.json'), `{"layers":[{"digest":"${TWO}","link":"BBBBBBBB"`);
    mkdirSync(join(paths.containers, 'kept'));
    writeFileSync(join(paths.containers, 'kept/container.json'), '{"keep":true,"layers":["AAAAAAAA"]}');
    // Otherwise somebody might just be making it, and that is waited for.
    utimesSync(join(paths.containers, 'kept'), 0, 0);
    assert.equal(await unusedWithout(paths, ['mine:latest']), { links: [], layers: [] });
  }));

test('only what no image and no other container names belongs to containers alone', () =>
  withTempDir(async root => {
    const paths = store(root);
    for (const [name, link] of [
      ['c1', 'AAAAAAAA'],
      ['c2', 'AAAAAAAA'],
      ['c3', 'BBBBBBBB'],
    ] as const) {
      const directory = join(paths.containers, name);
      mkdirSync(directory);
      writeFileSync(join(directory, 'container.json'), `{"keep":true,"layers":["${link}"]}`);
      utimesSync(directory, 0, 0);
    }
    assert.equal(await usedOnlyBy(paths, ['c1', 'c2', 'c3']), { links: [], layers: [] });
    rmSync(join(paths.images, 'mine:latest.json'));
    assert.equal(await usedOnlyBy(paths, ['c1']), { links: [], layers: [] });
    assert.equal(await usedOnlyBy(paths, ['c1', 'c2']), { links: ['AAAAAAAA'], layers: [ONE] });
    // What nobody used before is for prune to tell.
    rmSync(join(paths.containers, 'c2'), { recursive: true });
    rmSync(join(paths.images, 'other:latest.json'));
    rmSync(join(paths.containers, 'c3'), { recursive: true });
    assert.equal(await usedOnlyBy(paths, ['c1']), { links: ['AAAAAAAA'], layers: [ONE] });
  }));

test('a frozen layer is in use as long as a container names its link', () =>
  withTempDir(async root => {
    const paths = store(root);
    const name = `frozen-${'3'.repeat(16)}`;
    mkdirSync(join(paths.layers, name));
    symlinkSync(`../layers/${name}/files`, join(paths.links, 'FFFFFFFF'));
    for (const container of ['c1', 'c2']) {
      const directory = join(paths.containers, container);
      mkdirSync(directory);
      const record = { keep: true, layers: ['AAAAAAAA'], frozen: ['FFFFFFFF'] };
      writeFileSync(join(directory, 'container.json'), JSON.stringify(record));
      utimesSync(directory, 0, 0);
    }
    assert.equal(await unusedWithout(paths, []), { links: [], layers: [] });
    assert.equal(await usedOnlyBy(paths, ['c1']), { links: [], layers: [] });
    assert.equal(await usedOnlyBy(paths, ['c1', 'c2']), { links: ['FFFFFFFF'], layers: [name] });
  }));

test('what an import is about to publish is in use, however little of it is written', () =>
  withTempDir(async root => {
    const paths = store(root);
    mkdirSync(join(paths.tmp, 'work'));
    writeFileSync(join(paths.tmp, 'work/image.json'), `{"layers":[{"digest":"${ONE}","li`);
    assert.equal(await unusedWithout(paths, ['mine:latest']), { links: ['AAAAAAAA'], layers: [] });
  }));

test.run();
