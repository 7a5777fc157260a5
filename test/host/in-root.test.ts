import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findInLayers, readInLayers } from '../../src/host/in-root.ts';
import { withTempDir } from '../support/dirs.ts';
import { skipUnless } from '../support/skip.ts';

/** Text of a file, `-> TARGET` of a link, `/` for a directory, `opaque` for one that hides lower ones, `whiteout`. */
type Tree = Readonly<Record<string, string>>;

async function withLayers(
  trees: readonly Tree[],
  use: (look: (path: string) => string, layers: readonly string[], dir: string) => void,
): Promise<void> {
  await withTempDir(dir => {
    writeFileSync(join(dir, 'outside'), 'of the host\n');
    const layers = trees.map((tree, index) => {
      const layer = join(dir, `layer${index}`, 'files');
      mkdirSync(layer, { recursive: true });
      for (const [path, content] of Object.entries(tree)) {
        make(join(layer, path), content.replace('HOST', dir));
        if (content === 'opaque')
          appendFileSync(join(dirname(layer), 'opaque'), `${path === '' ? '.' : `./${path}`}\0`);
      }
      return layer;
    });
    const look = (path: string): string => {
      const found = findInLayers(layers, path);
      return found.type === 'found'
        ? (readInLayers(layers, path, 100)?.toString('utf8') ?? 'not a file')
        : found.type;
    };
    use(look, layers, dir);
  });
}

function make(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (content === '/' || content === 'opaque') mkdirSync(path, { recursive: true });
  else if (content === 'whiteout') assert.is(spawnSync('mknod', [path, 'c', '0', '0']).status, 0);
  else if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
  else writeFileSync(path, content);
}

const CASES: readonly (readonly [string, readonly Tree[], string, string])[] = [
  ['a file', [{ 'etc/passwd': 'low' }], '/etc/passwd', 'low'],
  ['a path without a leading slash', [{ 'etc/passwd': 'low' }], 'etc//./passwd', 'low'],
  ['the topmost layer decides', [{ f: 'low' }, { f: 'mid' }, { f: 'top' }], '/f', 'top'],
  ['a lower layer supplies what is missing', [{ 'd/f': 'low' }, { 'd/g': 'top' }], '/d/f', 'low'],
  ['nothing', [{ f: 'low' }], '/g', 'missing'],
  ['a directory is not a file', [{ 'd/f': 'low' }], '/d', 'not a file'],
  ['a file is not a directory', [{ f: 'low' }], '/f/g', 'missing'],
  ['".." ends at the root', [{ outside: 'inside' }], '/../../../outside', 'inside'],
  ['a relative link', [{ 'a/f': 'x', 'b/l': '-> ../a/f' }], '/b/l', 'x'],
  ['an absolute link stays inside', [{ 'a/f': 'x', l: '-> /a/f' }], '/l', 'x'],
  ['an absolute link to a file of the host', [{ l: '-> HOST/outside' }], '/l', 'missing'],
  ['a link with too many ".."', [{ 'd/l': '-> ../../../../../../../../outside' }], '/d/l', 'missing'],
  ['a linked directory that leads to the host', [{ d: '-> HOST' }], '/d/outside', 'missing'],
  ['a link to itself', [{ l: '-> l' }], '/l', 'missing'],
  ['a link in one layer to a file in another', [{ 'usr/f': 'low' }, { lib: '-> usr' }], '/lib/f', 'low'],
  [
    'a directory replaces a link: the link is not followed',
    [{ d: '-> HOST' }, { 'd/g': 'top' }],
    '/d/outside',
    'missing',
  ],
  ['a directory replaces a relative link', [{ x: 'low', d: '-> .' }, { 'd/g': 'top' }], '/d/x', 'missing'],
  ['a file hides a directory', [{ 'd/f': 'low' }, { d: 'mid' }], '/d/f', 'missing'],
  [
    'a file between two directories hides the lower one',
    [{ 'd/f': 'low' }, { d: 'mid' }, { 'd/g': 'top' }],
    '/d/f',
    'missing',
  ],
  ['an opaque directory hides the lower one', [{ 'd/f': 'low' }, { d: 'opaque' }], '/d/f', 'missing'],
  ['it has what is its own', [{ 'd/f': 'low' }, { d: 'opaque', 'd/f': 'top' }], '/d/f', 'top'],
  ['it hides all of the tree', [{ 'd/e/f': 'low' }, { d: 'opaque', 'd/e/g': 'top' }], '/d/e/f', 'missing'],
  ['it hides nothing beside it', [{ 'd/f': 'low', 'de/f': 'x' }, { d: 'opaque' }], '/de/f', 'x'],
  ['nor what is made anew above it', [{ d: 'opaque' }, { 'd/f': 'top' }], '/d/f', 'top'],
  ['nor in layers between', [{ d: 'opaque' }, { 'd/f': 'mid' }, { 'd/g': 'top' }], '/d/f', 'mid'],
  ['a link into it', [{ 'd/f': 'low' }, { d: 'opaque', l: '-> d/f' }], '/l', 'missing'],
  ['an opaque root', [{ f: 'low' }, { '': 'opaque' }], '/f', 'missing'],
  [
    'an opaque directory with an odd name',
    [{ 'd\n\u00e9/f': 'low' }, { 'd\n\u00e9': 'opaque' }],
    '/d\n\u00e9/f',
    'missing',
  ],
];

for (const [name, trees, path, expected] of CASES)
  test(name, () => withLayers(trees, look => assert.is(look(path), expected)));

const WHITEOUTS: typeof CASES = [
  ['a whiteout hides a file', [{ f: 'low' }, { f: 'whiteout' }], '/f', 'missing'],
  ['a whiteout hides a directory', [{ 'd/f': 'low' }, { d: 'whiteout' }], '/d/f', 'missing'],
  ['what is made anew after a whiteout', [{ f: 'low' }, { f: 'whiteout' }, { f: 'top' }], '/f', 'top'],
  [
    'a directory made anew after a whiteout is empty',
    [{ 'd/f': 'low' }, { d: 'whiteout' }, { 'd/g': 'top' }],
    '/d/f',
    'missing',
  ],
];

for (const [name, trees, path, expected] of WHITEOUTS)
  skipUnless(test, name, process.getuid?.() === 0, 'only root makes device nodes', () =>
    withLayers(trees, look => assert.is(look(path), expected)),
  );

test('no more than the limit is read', () =>
  withLayers([{ f: 'x'.repeat(1000) }], (_, layers) =>
    assert.is(readInLayers(layers, '/f', 10)?.length, 10),
  ));

test('a fifo is not opened', () =>
  withLayers([{ d: '/' }], (look, _, dir) => {
    assert.is(spawnSync('mkfifo', [join(dir, 'layer0/files/d/fifo')]).status, 0);
    assert.is(look('/d/fifo'), 'not a file');
  }));

test.run();
