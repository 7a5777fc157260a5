/** What an import can not keep is counted, and said in one sentence: by the run in each of its ways, and by the script. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, emptyStore, refused } from '../support/imports.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';
import type { Member } from '../support/tar.ts';
import { until } from '../support/until.ts';

const LOW: readonly Member[] = [
  { name: 'etc', type: 'directory', mode: 0o755 },
  { name: 'etc/passwd', text: 'x' },
  { name: 'dev', type: 'directory', mode: 0o755 },
  { name: 'dev/null', type: 'device' },
  { name: './dev/zero', type: 'device', uid: 7 },
  { name: '/dev/full', type: 'device' },
  { name: 'devices', text: 'x' },
  { name: 'usr/dev/kept', text: 'x' },
  { name: 'link', type: 'symlink', target: '/dev/null' },
  { name: 'mine', text: 'x', uid: 1000, gid: 1000 },
  { name: 'group', text: 'x', gid: 8, mode: 0o2755 },
  { name: 'su', text: 'x', mode: 0o4755 },
  { name: 'other', text: 'x', uid: 9, mode: 0o4755 },
  { name: 'again', type: 'hardlink', target: 'mine', uid: 1000, gid: 1000 },
];
const HIGH: readonly Member[] = [
  { name: 'disk', type: 'device' },
  { name: 'disk2', type: 'device', uid: 5 },
  { name: '.wh..wh.plnk', type: 'directory', mode: 0o755 },
  { name: '.wh..wh.plnk/1.2', text: '' },
  { name: 'd/.wh..wh.aufs', text: '' },
  { name: 'etc/.wh..wh..opq', text: '' },
  // Names that look like what is counted.
  { name: 'a" -> "dev/x', text: 'x' },
  { name: 'n\ntar: x: Cannot mknod: Operation not permitted', text: 'x' },
  { name: 'block 0: -rw-r--r-- 7/7', text: 'x' },
];

const SAID: Readonly<Record<Mode['name'], string>> = {
  root: '3 below /dev were left out, 3 marks of aufs were left out',
  range: '3 below /dev were left out, 2 device nodes can not be made by you, 3 marks of aufs were left out',
  single:
    '3 lost their owner (only one id is mapped), 2 of them are set-uid or set-gid, 3 below /dev were left out, 2 device nodes can not be made by you, 3 marks of aufs were left out',
};

function sources(place: Place): readonly string[] {
  return [archive(place, LOW, 'low.tar'), archive(place, HIGH, 'high.tar')];
}

eachMode(test, 'what archives lose', async place => {
  const sentence = `of 23 entries ${SAID[place.mode.name]}`;
  const importing = ['image', 'import', 'x', ...sources(place)];
  const run = await tinydocker(place, importing);
  assert.is(run.status, 0, run.stderr);
  assert.ok(run.stderr.includes(`tinydocker: note: ${sentence}\n`), run.stderr);
  assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);

  const json = await tinydocker(place, [...importing, '--progress=json']);
  const events = json.stderr.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as object]));
  const notes = events.filter(event => 'step' in event && 'type' in event && event.type === 'note');
  assert.equal(
    notes.map(note => ({ ...note, time: '' })),
    [{ version: 1, time: '', type: 'note', step: 'count-losses', text: sentence }],
  );
  assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);

  const plain = await tinydocker(place, [...importing, '--progress=plain']);
  assert.ok(plain.stderr.includes(`\nnote: ${sentence}\n`), plain.stderr);
  assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);

  const quiet = await tinydocker(place, [...importing, '-q']);
  assert.is(quiet.stderr, '');
  assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);

  const script = await tinydocker(place, [...importing, '--dry-run']);
  for (const shell of ['sh', 'bash']) {
    const ran = await runAs(place, [shell], { input: script.stdout });
    assert.is(ran.status, 0, ran.stderr);
    assert.ok(ran.stderr.includes(`note: ${sentence}\n`), ran.stderr);
    assert.is(ran.stdout, '');
    assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);
  }
});

eachMode(
  test,
  'nothing is said when nothing is lost; what the store has is not looked at again',
  async place => {
    const plain = archive(place, [{ name: 'f', text: 'x' }], 'plain.tar');
    const first = await tinydocker(place, ['image', 'import', 'x', plain]);
    assert.not.match(first.stderr, /entr/);
    const one = archive(
      place,
      [
        { name: 'dev/null', type: 'device' },
        { name: 'f', text: 'y' },
      ],
      'one.tar',
    );
    const { stderr } = await tinydocker(place, ['image', 'import', 'x', one]);
    assert.match(stderr, /note: of 2 entries 1 below \/dev was left out\n/);
  },
);

eachMode(test, 'numbers of more than three digits', async place => {
  const many = Array.from({ length: 1233 }, (_, index) => ({ name: `f${index}`, text: '' }));
  const devices = Array.from({ length: 1001 }, (_, index) => ({
    name: `dev/${index}`,
    type: 'device' as const,
  }));
  const { stderr } = await tinydocker(place, ['image', 'import', 'x', archive(place, [...many, ...devices])]);
  assert.match(stderr, /note: of 2,234 entries 1,001 below \/dev were left out\n/);
});

eachMode(test, 'sockets of a directory', async place => {
  const source = ownDirectory(place.mode, join(place.dir, 'source'));
  await runAs(place, ['touch', join(source, 'file')]);
  const socket = join(source, 'sock');
  const listener = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(socket)})`,
  ]);
  try {
    await until(() => existsSync(socket));
    const { status, stderr } = await tinydocker(place, ['image', 'import', 'x', source]);
    assert.is(status, 0, stderr);
    assert.match(stderr, /note: of 2 entries 1 socket was left out\n/);
  } finally {
    listener.kill();
  }
});

eachMode(
  test,
  'extended attributes on a file system that has none',
  async place => {
    const xattr = { pax: { 'SCHILY.xattr.user.note': 'kept' } };
    const tar = archive(place, [
      { name: 'f', text: 'x', ...xattr },
      { name: 'd', type: 'directory', mode: 0o755, ...xattr },
    ]);
    const store = join(place.dir, 'without');
    mkdirSync(store);
    const { status, stderr } = await runAs(place, [
      ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
      'mount -t ramfs ramfs "$1"; shift; "$@"',
      ...['in-ramfs', store, 'env', `TINYDOCKER_ROOT=${store}`],
      ...[...tinydockerProgram(), 'image', 'import', 'x', tar],
    ]);
    assert.is(status, 0, stderr);
    assert.match(stderr, /note: of 2 entries 2 extended attributes were refused by the file system\n/);
    assert.equal(readdirSync(store), []);
  },
  ['root'],
);

eachMode(
  test,
  'a device node that may be something else as well is refused, not left out',
  async place => {
    await emptyStore(place);
    for (const more of [
      { name: 'disk', text: 'x' },
      { name: 'disk/f', text: 'x' },
      { name: 'hard', type: 'hardlink', target: 'disk' },
      { name: 'new\nline', type: 'device' },
    ] as const) {
      const tar = archive(place, [{ name: 'disk', type: 'device' }, more]);
      await refused(
        place,
        ['image', 'import', 'x', tar],
        /has a (device node outside of \/dev, "(disk|new.*line)", and an ordinary user can not make one|hard link, "hard")/,
      );
    }
    // A symbolic link to one is none, and wildcards in names stand for themselves.
    const tar = archive(place, [
      { name: 'disk', type: 'device' },
      { name: 'soft', type: 'symlink', target: 'disk' },
      { name: '*', type: 'device' },
      { name: '[a-z]*', type: 'device' },
      { name: 'kept', text: 'x' },
    ]);
    const { status, stderr } = await tinydocker(place, ['image', 'import', 'x', tar]);
    assert.is(status, 0, stderr);
    assert.match(stderr, /note: of 5 entries 3 device nodes can not be made by you\n/);
    const [digest = ''] = readdirSync(join(place.store, 'layers'));
    assert.equal(readdirSync(join(place.store, 'layers', digest, 'files')).toSorted(), ['kept', 'soft']);
  },
  ['range', 'single'],
);

eachMode(
  test,
  'a failure beside warnings is still one, and says what tar said',
  async place => {
    const tar = archive(place, [
      { name: '/disk', type: 'device' },
      { name: 'h', type: 'hardlink', target: 'none' },
    ]);
    const { status, stderr } = await tinydocker(place, ['image', 'import', 'x', tar]);
    assert.is(status, 1);
    assert.match(stderr, /has a hard link, "h", to "none", which is not in the archive before it\./);
  },
  ['range', 'single'],
);

test.run();
