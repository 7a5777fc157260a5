/** Layers whose archives have absolute names: they are taken relative to the layer's root, as docker, podman and umoci take them. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, hasProgram } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, MODES, type Place, withPlace } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { type Member, tarOf } from '../support/tar.ts';

/** Absolute, relative and mixed; the names that are nearly the host's own. */
const MEMBERS: readonly Member[] = [
  { name: '/', type: 'directory', mode: 0o700 },
  { name: '/.tinydocker-image', text: 'test' },
  { name: '/tmp', type: 'directory', mode: 0o1777 },
  { name: '/dev', type: 'directory', mode: 0o755 },
  { name: '/tmp/tinydocker-absolute', text: 'inside' },
  { name: 'etc', type: 'directory', mode: 0o755 },
  { name: '//etc/passwd', text: 'root:x:0:0::/:/bin/sh\n' },
  { name: 'etc/group', text: 'root:x:0:\n' },
  { name: '///etc/hostname', text: 'of the image\n' },
  { name: '/hard', type: 'hardlink', target: '/etc/passwd' },
  { name: 'hard2', type: 'hardlink', target: '//etc/group' },
  { name: '/soft', type: 'symlink', target: '/etc/hostname' },
  { name: '/gone', text: '' },
];
/** A device needs root; below /dev it is left out. */
const DEVICE: Member = { name: '/dev/null', type: 'device' };
const ABOVE: readonly Member[] = [{ name: '/.wh.gone', text: '' }];

const BELOW = ['.tinydocker-image', 'dev', 'etc', 'gone', 'hard', 'hard2', 'soft', 'tmp'];

/** The layer's directory, which must hold just what the archive names. */
function check(place: Place): void {
  const digest = createHash('sha256')
    .update(tarOf([...MEMBERS, DEVICE]))
    .digest('hex');
  const layer = join(place.store, 'layers', digest, 'files');
  assert.equal(readdirSync(layer).toSorted(), BELOW);
  assert.equal(readdirSync(join(layer, 'dev')), []);
  assert.is(statSync(layer).mode & 0o7777, 0o755, 'everybody may enter a root directory');
  assert.is(statSync(join(layer, 'tmp')).mode & 0o7777, 0o1777);
  assert.is(readFileSync(join(layer, 'tmp/tinydocker-absolute'), 'utf8'), 'inside');
  assert.is(readFileSync(join(layer, 'etc/hostname'), 'utf8'), 'of the image\n');
  assert.is(statSync(join(layer, 'hard')).ino, statSync(join(layer, 'etc/passwd')).ino);
  assert.is(statSync(join(layer, 'hard2')).ino, statSync(join(layer, 'etc/group')).ino);
  assert.is(readlinkSync(join(layer, 'soft')), '/etc/hostname');
}

function outside(): readonly unknown[] {
  const stats = statSync('/etc/passwd', { bigint: true });
  return [stats.ino, stats.nlink, stats.mtimeNs, readdirSync('/tmp').includes('tinydocker-absolute')];
}

eachMode(test, 'an archive of a root file system', async place => {
  const before = outside();
  const tar = archive(place, [...MEMBERS, DEVICE]);
  const { status, stderr } = await tinydocker(place, ['image', 'import', '-q', 'x', tar]);
  assert.is(status, 0, stderr);
  check(place);
  assert.equal(outside(), before);
});

eachMode(test, 'an image', async place => {
  const before = outside();
  const { path } = makeLayout(join(place.dir, 'layout'), { layers: [[...MEMBERS, DEVICE], ABOVE] });
  const { status, stderr } = await tinydocker(place, ['load', '-q', path]);
  assert.is(status, 0, stderr);
  check(place);
  const digest = createHash('sha256').update(tarOf(ABOVE)).digest('hex');
  assert.ok(statSync(join(place.store, 'layers', digest, 'files/gone')).isCharacterDevice());
  assert.equal(outside(), before);
});

skipUnless(
  test,
  'umoci makes the same of it',
  hasProgram('umoci') && process.getuid?.() === 0,
  'umoci is not installed, or the tests are not run by root',
  async () => {
    const [root] = MODES;
    assert.ok(root);
    await withPlace(root, async place => {
      const { path } = makeLayout(join(place.dir, 'layout'), { layers: [MEMBERS], name: 'x' });
      const bundle = join(place.dir, 'bundle');
      const umoci = spawnSync('umoci', ['unpack', '--image', `${path}:x`, bundle], { encoding: 'utf8' });
      assert.is(umoci.status, 0, umoci.stderr);
      assert.is((await tinydocker(place, ['load', '-q', path])).status, 0);
      const [digest = ''] = readdirSync(join(place.store, 'layers'));
      const names = (root: string) => readdirSync(root, { recursive: true }).toSorted();
      assert.equal(names(join(place.store, 'layers', digest, 'files')), names(join(bundle, 'rootfs')));
    });
  },
);

test.run();
