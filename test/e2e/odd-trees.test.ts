/** Trees that are odd in every way a file system allows: imported, used, compared, and removed again. */

import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage } from '../support/image.ts';
import { archive } from '../support/imports.ts';
import { eachMode } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';

const test = suite('odd-trees');

const LINKS = 2000;
/** 2,000 levels: with the file's name almost PATH_MAX, 4096 bytes. */
const DEEP = `${'d/'.repeat(2000)}${'x'.repeat(80)}`;
/** Near NAME_MAX: every byte that a name may have, once. */
const ALL = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1).filter(byte => byte !== 0x2f));
const NAMES = [
  ...[...ALL].map(byte => Buffer.of(0x6e, byte)),
  ALL,
  Buffer.from('l'.repeat(255)),
  Buffer.from('ü'.repeat(127)),
];

/** The directory that is imported: odd names, and one file with many names. */
function oddTree(root: string): string {
  mkdirSync(join(root, 'names'), { recursive: true });
  mkdirSync(join(root, 'links'));
  for (const name of NAMES) writeFileSync(Buffer.concat([Buffer.from(`${root}/names/`), name]), 'old\n');
  writeFileSync(join(root, 'links/0'), 'linked\n');
  for (let index = 1; index < LINKS; index++)
    linkSync(join(root, 'links/0'), join(root, 'links', String(index)));
  return root;
}

/** Ends with another word on the host, where it only reads. */
const LOOK = `[ -e /.tinydocker-image ] || exit 9
set -- /names/*; echo $#
stat -c %h /links/7
cat "$DEEP"`;
const CHANGE = `[ -e /.tinydocker-image ] || exit 9
for file in /names/*; do echo new >>"$file"; done
rm /links/7; echo more >>"$DEEP"`;

eachMode(test, 'odd names, 2,000 levels, 2,000 links', async place => {
  const { layers: base } = makeImage(place);
  const directory = oddTree(join(place.dir, 'odd'));
  await runAs(place, ['cp', '-a', directory, `${place.home}/odd`]);
  const tar = await runAs(place, ['tar', '-C', `${place.home}/odd`, '-cf', `${place.home}/odd.tar`, '.']);
  assert.is(tar.status, 0, tar.stderr);
  const deep = archive(place, [{ name: 'deep', text: 'deep\n', pax: { path: DEEP } }], 'deep.tar');
  for (const source of [`${place.home}/odd`, `${place.home}/odd.tar`]) {
    const imported = await tinydocker(place, ['image', 'import', '-q', 'odd', source, deep]);
    assert.is(imported.status, 0, imported.stderr);
  }
  const file = join(place.store, 'images/odd:latest.json');
  const record = JSON.parse(readFileSync(file, 'utf8')) as ImageRecord;
  writeFileSync(file, JSON.stringify({ ...record, layers: [...base, ...record.layers] }));

  const inContainer = (...command: readonly string[]) =>
    tinydocker(place, ['run', '-q', '--keep', '-e', `DEEP=/${DEEP}`, '--image', 'odd', ...command]);
  const looked = await inContainer('looks', 'sh', '-c', LOOK);
  assert.equal([looked.status, looked.stdout], [0, `${NAMES.length}\n${LINKS}\ndeep\n`], looked.stderr);
  const untouched = await tinydocker(place, ['diff', 'looks']);
  assert.equal([untouched.status, untouched.stdout], [0, ''], untouched.stderr);

  const changed = await inContainer('changes', 'sh', '-c', CHANGE);
  assert.is(changed.status, 0, changed.stderr);
  const plain = await tinydocker(place, ['diff', '-z', 'changes']);
  const lines = plain.stdout.split('\0').slice(0, -1);
  assert.is(lines.filter(line => line.startsWith('C /names/')).length, NAMES.length);
  assert.ok(lines.includes(`C /${DEEP}`));
  assert.ok(lines.includes('D /links/7'));
  const why = await tinydocker(place, ['why', 'changes', `/names/${'ü'.repeat(127)}`]);
  assert.is(why.status, 0, why.stderr);

  assert.is((await tinydocker(place, ['rm', 'looks', 'changes'])).status, 0);
  for (const image of ['odd', 'base']) assert.is((await tinydocker(place, ['rmi', image])).status, 0);
  assert.is((await tinydocker(place, ['image', 'ls', '-q'])).status, 0);
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

const MEBI = 1 << 20;

eachMode(
  test,
  "holes of sparse files stay holes where the archive has them; a directory's are filled in",
  async place => {
    const program = `mkdir tree; cd tree; echo middle | dd of=file bs=1 seek=${8 * MEBI} 2>/dev/null; truncate -s ${16 * MEBI} file
for format in posix gnu; do tar --sparse --format=$format -cf ../$format.tar file; done; sha256sum <file`;
    const { status, stdout: sum, stderr } = await runAs(place, ['sh', '-ec', program]);
    assert.is(status, 0, stderr);
    for (const [source, most] of [
      ['posix.tar', MEBI],
      ['gnu.tar', MEBI],
      ['tree', 17 * MEBI],
    ] as const) {
      const imported = await tinydocker(place, ['image', 'import', '-q', 'x', join(place.home, source)]);
      assert.is(imported.status, 0, imported.stderr);
      const record = JSON.parse(
        readFileSync(join(place.store, 'images/x:latest.json'), 'utf8'),
      ) as ImageRecord;
      const file = join(place.store, 'layers', record.layers[0]?.digest ?? '', 'files/file');
      const { size, blocks } = statSync(file);
      assert.is(size, 16 * MEBI);
      assert.ok(blocks * 512 < most, `${source}: ${blocks} blocks`);
      assert.is((await runAs(place, ['sh', '-c', 'sha256sum <"$1"', 'sum', file])).stdout, sum);
    }
  },
);

test.run();
