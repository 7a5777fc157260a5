/** Which layer supplies a path: containers and images of several layers, looked through. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

const LOW = ['low', 'both', 'gone', 'changed', 'd/low', 'd/both', 'again/low', 'f-over-d/x'];

async function twoLayers(place: Place): Promise<void> {
  const fill = (files: readonly string[], text: string) => (root: string) => {
    mkdirSync(join(root, 'w'));
    for (const file of files) {
      mkdirSync(join(root, 'w', file, '..'), { recursive: true });
      writeFileSync(join(root, 'w', file), text);
    }
    if (text === 'low') symlinkSync('/w/d', join(root, 'w/link'));
  };
  const low = makeImage(place, { name: 'one:latest', change: fill(LOW, 'low') });
  makeImage(place, {
    name: 'two:latest',
    on: low.layers,
    empty: true,
    change: fill(['both', 'd/both', 'd/top'], 'higher'),
  });
  const edits = `${GUARD}cd /w; rm gone; echo x >>changed; rm -r again; mkdir again; echo x >again/new; rm -r f-over-d; echo x >f-over-d; echo x >d/own`;
  const run = await tinydocker(place, ['run', '-q', '--keep', '--image', 'two', 'c1', 'sh', '-c', edits]);
  assert.is(run.status, 0, run.stderr);
}

interface Layer {
  readonly name: string;
  readonly role: string;
  readonly hiddenBy: { readonly layer: string; readonly how: string; readonly path: string } | null;
}

/** A layer a word, topmost first: its role, and by whom it is hidden. */
async function roles(place: Place, name: string, path: string): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, ['why', '--format', 'json', name, path]);
  assert.is(status, 0, stderr);
  const { layers } = JSON.parse(stdout) as { readonly layers: readonly Layer[] };
  return layers
    .map(({ role, hiddenBy }) =>
      role === 'hidden' && hiddenBy ? `${hiddenBy.how} ${hiddenBy.path} in ${hiddenBy.layer}` : role,
    )
    .join(' | ');
}

/** In the container c1: writable layer, layer 2, layer 1. */
const CASES: readonly (readonly [string, string])[] = [
  ['/w/low', 'nothing | nothing | supplies'],
  ['/w/both', 'nothing | supplies | entry /w/both in layer 2 of 2'],
  ['/w/gone', 'deletes | nothing | whiteout /w/gone in writable layer'],
  ['/w/changed', 'supplies | nothing | entry /w/changed in writable layer'],
  ['/w/d', 'supplies | joins | joins'],
  ['w/../w/d/', 'supplies | joins | joins'],
  ['/w/d/own', 'supplies | nothing | nothing'],
  ['/w/link/both', 'nothing | supplies | entry /w/d/both in layer 2 of 2'],
  ['/w/link', 'nothing | nothing | supplies'],
  ['/w/again', 'supplies | nothing | opaque /w/again in writable layer'],
  ['/w/again/low', 'nothing | nothing | opaque /w/again in writable layer'],
  ['/w/f-over-d/x', 'nothing | nothing | entry /w/f-over-d in writable layer'],
];

eachMode(test, 'each layer says what it is to the path', async place => {
  await twoLayers(place);
  const stored = treeOf(place.store);
  for (const [path, expected] of CASES) assert.is(await roles(place, 'c1', path), expected, path);
  assert.is(await roles(place, 'two', '/w/gone'), 'nothing | supplies');
  assert.is(await roles(place, 'two:latest', '/w/d/both'), 'supplies | entry /w/d/both in layer 2 of 2');
  const { stdout } = await tinydocker(place, ['why', 'c1', '/w/link/both']);
  assert.match(
    stdout,
    /^\/w\/link is a link to \/w\/d\.\n\/w\/d\/both in the container c1 is a file of layer 2 of 2; it hides 1 lower one\.\n\n {2}writable layer +has nothing there\n> layer 2 of 2 +[0-9a-f]{12} {2}file, 6 B, mode 0644, owner 0:0: this is what is seen\n {2}layer 1 of 2 +[0-9a-f]{12} {2}file, 3 B, mode 0644, owner 0:0: hidden by the one in layer 2 of 2\n$/,
  );
  const changed = await tinydocker(place, ['why', 'c1', '/w/changed']);
  assert.match(changed.stdout, /hidden by the copy in the writable layer\n$/);
  const proc = await tinydocker(place, ['why', 'c1', '/proc/1/status']);
  assert.match(proc.stdout, /a mount on \/proc covers it/);
  assert.equal(treeOf(place.store), stored, 'a look changes nothing');
});

eachMode(test, 'what is not there is said in one sentence', async place => {
  await twoLayers(place);
  for (const [args, message, status] of [
    [['why', 'c1', '/none/at/all'], /^tinydocker: No layer of the container c1 has "\/none\/at\/all"\.$/m, 1],
    [['why', 'c2', '/etc'], /^tinydocker: There is no container and no image "c2"\.\nDid you mean c1\?$/m, 1],
    [['why', 'c1'], /^tinydocker: why needs a container or an image, and a path\.$/m, 2],
    [['diff', 'c2'], /^tinydocker: There is no container "c2"\.\nDid you mean c1\?$/m, 1],
    [['diff'], /^tinydocker: Which container is to be looked at\?$/m, 2],
    [['diff', '--format', 'xml', 'c1'], /^tinydocker: --format "xml" is not known\.$/m, 2],
    [['diff', '--stat', '--content', 'c1'], /^tinydocker: --stat and --content exclude each other\.$/m, 2],
  ] as const) {
    const ended = await tinydocker(place, args);
    assert.match(ended.stderr, message);
    assert.equal([ended.status, ended.stdout], [status, '']);
  }
});

test.run();
