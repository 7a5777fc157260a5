// What a user meets when an import can not be done: one sentence with the true cause, and a store as it was.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { archive, emptyStore, file, hasProgram, refused } from '../support/imports.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { runAs, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';
import { type Member, tarOf } from '../support/tar.ts';

const MARK = '/.tinydocker-image';
const xz = hasProgram('xz');
const zstd = hasProgram('zstd');

const HOSTILE: readonly (readonly [string, readonly Member[], RegExp])[] = [
  [
    'a member with ".."',
    [
      { name: 'ok', text: 'x' },
      { name: '../evil', text: 'x' },
    ],
    /has a member whose name contains "\.\.", "\.\.\/evil"/,
  ],
  ['".." in the middle', [{ name: 'a/../../evil', text: 'x' }], /contains "\.\.", "a\/\.\.\/\.\.\/evil"/],
  ['".." at the end', [{ name: 'a/..', type: 'directory' }], /contains "\.\."/],
  [
    'an absolute name with ".."',
    [{ name: '/../tmp/tinydocker-evil', text: 'x' }],
    /contains "\.\.", "\/\.\./,
  ],
  ['one with two slashes', [{ name: '//tmp/..', text: 'x' }], /contains "\.\.", "\/\/tmp/],
  [
    'a hard link to ".."',
    [
      { name: 'ok', text: 'x' },
      { name: 'h', type: 'hardlink', target: '../../ok' },
    ],
    /contains "\.\.", "h" link to "\.\.\/\.\.\/ok"/,
  ],
  [
    'a hard link to a file of this machine',
    [{ name: 'h', type: 'hardlink', target: '/etc/passwd' }],
    /has a hard link, "h", to "etc\/passwd", which is not in the archive before it\./,
  ],
  [
    'one with more slashes',
    [{ name: '/h', type: 'hardlink', target: '///etc/passwd' }],
    /has a hard link, "h", to "etc\/passwd", which is not/,
  ],
  [
    'a hard link to an absolute name with ".."',
    [{ name: 'h', type: 'hardlink', target: '/../etc/passwd' }],
    /contains "\.\.", "h" link to "\/\.\./,
  ],
  [
    'a hard link through a link to the root',
    [
      { name: '/root', type: 'symlink', target: '/' },
      { name: '/h', type: 'hardlink', target: '/root/etc/passwd' },
    ],
    /has a hard link, "h", to "root\/etc\/passwd"|"h", below a symbolic link/,
  ],
  [
    'an absolute name below a link that leads out',
    [
      { name: '/esc', type: 'symlink', target: '/tmp' },
      { name: '/esc/tinydocker-evil', text: 'x' },
    ],
    /"esc\/tinydocker-evil", below a symbolic link/,
  ],
  [
    'a quote before a hard link to ".."',
    [
      { name: 'ok', text: 'x' },
      { name: 'h" -> "x', type: 'hardlink', target: '../ok' },
    ],
    /contains "\.\."/,
  ],
  ['a line end in a name with ".."', [{ name: 'a\n/../../evil', text: 'x' }], /contains "\.\."/],
  [
    'a member below a relative link that leads out',
    [
      { name: 'esc', type: 'symlink', target: '../../out' },
      { name: 'esc/evil', text: 'x' },
    ],
    /"esc\/evil", below a symbolic link of its own/,
  ],
  [
    'a directory below a link that leads out',
    [
      { name: 'esc', type: 'symlink', target: '..' },
      { name: 'esc/evil/', type: 'directory' },
      { name: 'esc/evil/f', text: 'x' },
    ],
    /"esc\/evil.*below a symbolic link/,
  ],
  [
    'a link chain that leads out',
    [
      { name: 'a', type: 'symlink', target: '.' },
      { name: 'a/b', type: 'symlink', target: '../..' },
      { name: 'b/evil', text: 'x' },
    ],
    /"b\/evil", below a symbolic link/,
  ],
  [
    'a file in the place of a directory',
    [
      { name: 'd/', type: 'directory', mode: 0o755 },
      { name: 'd/f', text: 'x' },
      { name: 'd', text: 'x' },
    ],
    /has a member, "d", that can not take the place of the directory of that name\./,
  ],
  [
    'a name that is too long',
    [{ name: 'f', text: 'x', pax: { path: `${'n'.repeat(300)}` } }],
    /has a member whose name is too long for the file system of the store: "n{115}\.\.\."\.\n/,
  ],
  [
    'a hard link to a directory',
    [
      { name: 'd/', type: 'directory', mode: 0o755 },
      { name: 'h', type: 'hardlink', target: 'd' },
    ],
    /has a hard link, "h", to "d", which can not be made \(Operation not permitted\)/,
  ],
  [
    'a hard link to nothing',
    [{ name: 'h', type: 'hardlink', target: 'none' }],
    /has a hard link, "h", to "none", which is not in the archive before it\./,
  ],
  [
    'a symbolic link to nothing at all',
    [{ name: 's', type: 'symlink', target: '' }],
    /has a member, "s", that can not be unpacked: Cannot create symlink to '': No such file/,
  ],
  ['no members', [], /is an archive without members/],
];

eachMode(test, 'hostile archives', async place => {
  await emptyStore(place);
  for (const [name, members, message] of HOSTILE) {
    const tar = archive(place, members, `${name}.tar`);
    const around = () => readdirSync(place.dir).filter(entry => !/^(out|err)\.\d+$/.test(entry));
    const before = around();
    await refused(place, ['image', 'import', 'evil', tar], message);
    assert.equal(around(), before, name);
    assert.not.ok(existsSync('/tmp/tinydocker-evil'), name);
  }
});

eachMode(test, 'nothing is written below an absolute link', async place => {
  await emptyStore(place);
  const out = join(place.home, 'out');
  mkdirSync(out);
  chmodSync(out, 0o777);
  const tar = archive(place, [
    { name: 'esc', type: 'symlink', target: out },
    { name: 'esc/evil', text: 'x' },
    { name: 'hard', type: 'hardlink', target: 'esc' },
  ]);
  await refused(place, ['image', 'import', 'evil', tar], /"esc\/evil", below a symbolic link/);
  assert.equal(readdirSync(out), []);
});

eachMode(test, 'truncated and damaged files', async place => {
  await emptyStore(place);
  const whole = tarOf(
    Array.from({ length: 40 }, (_, index) => ({ name: `f${index}`, text: `${index}`.repeat(3000) })),
  );
  const cut = (bytes: Buffer, part: number) => bytes.subarray(0, Math.floor(bytes.length * part));
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'cut.tar', cut(whole, 0.5))],
    /cut\.tar" is truncated: the archive ends in the middle/,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'member.tar', whole.subarray(0, 512 * 7))],
    /member\.tar" is truncated: the archive ends without/,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'short.tar', whole.subarray(0, 100))],
    /is not a tar archive\. It has less than one block/,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'cut.gz', cut(gzipSync(whole), 0.5))],
    /cut\.gz" is truncated: its compressed data ends too early/,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'not.gz', gzipSync('not a tar '.repeat(100)))],
    /not\.gz" is not a tar archive/,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'more.tar', Buffer.concat([whole, Buffer.from('something else')]))],
    /more\.tar" has something else after the mark that ends the archive\./,
  );
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'twice.gz', gzipSync(gzipSync(whole)))],
    /twice\.gz" is compressed twice\./,
  );
  const odd = tarOf([{ name: 'f', text: 'x', pax: { mtime: '99999999999999999999' } }]);
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'odd.tar', odd)],
    /odd\.tar" can not be read as a tar archive: Extended header mtime=9+ is out of range/,
  );
  const damaged = Buffer.from(whole);
  damaged.fill(0x55, 512 * 7, 512 * 9);
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'damaged.tar', damaged)],
    /damaged\.tar" is damaged/,
  );
  for (const [name, program] of [
    ['xz', xz],
    ['zstd', zstd],
  ] as const) {
    if (!program) continue;
    const compressed = spawnSync(name, ['-c'], { input: whole }).stdout;
    await refused(
      place,
      ['image', 'import', 'x', file(place, `cut.${name}`, cut(compressed, 0.7))],
      new RegExp(`cut\\.${name}" is truncated`),
    );
    const bad = Buffer.from(compressed);
    bad.fill(0x55, 40, 60);
    await refused(
      place,
      ['image', 'import', 'x', file(place, `bad.${name}`, bad)],
      new RegExp(`bad\\.${name}" is damaged`),
    );
  }
});

eachMode(test, 'sources that are none', async place => {
  await emptyStore(place);
  const empty = join(place.dir, 'empty');
  mkdirSync(empty);
  await refused(
    place,
    ['image', 'import', 'x', join(place.dir, 'none')],
    /There is no file or directory ".*none"\./,
  );
  await refused(place, ['image', 'import', 'x', empty], /The directory ".*empty" is empty/);
  await refused(place, ['image', 'import', 'x', file(place, 'zero', '')], /The file ".*zero" is empty/);
  await refused(
    place,
    ['image', 'import', 'x', file(place, 'text', 'hello\n'.repeat(200))],
    /is not a tar archive/,
  );
  await refused(place, ['image', 'import', 'x', file(place, 'z.zip', 'PK\x03\x04xxxx')], /is a zip file/);
  await refused(place, ['image', 'import', 'x', '/dev/null'], /is neither a directory nor a regular file/);
  for (const source of ['/dev/stdin', '-']) {
    const piped = await runAs(place, [
      ...['sh', '-c', 'cat "$1" | { shift; "$@"; }', 'piped', join(place.dir, 'first.tar')],
      ...[...tinydockerProgram(), 'image', 'import', 'x', source],
    ]);
    assert.match(
      withoutNotes(piped.stderr),
      /^tinydocker: ".*" is a pipe, which an import does not read\.\nWrite it to a file first: COMMAND >FILE\.tar\.$/m,
    );
    assert.is(piped.status, 1);
  }
  await refused(
    place,
    ['image', 'import', 'x', join(place.dir, 'zero', 'below')],
    /There is no file or directory ".*zero\/below"\./,
  );
  await refused(place, ['image', 'import', 'x', join(place.store, 'layers')], /lies inside the store/);
  await refused(place, ['image', 'import', 'x', place.dir], /contains the store/);
  const secret = file(place, 'secret.tar', tarOf([{ name: 'x' }]));
  chmodSync(secret, 0);
  if (place.mode.name !== 'root')
    await refused(place, ['image', 'import', 'x', secret], /is not readable for you/);
  const partly = join(place.dir, 'partly');
  mkdirSync(partly);
  writeFileSync(join(partly, 'secret'), 'x', { mode: 0 });
  if (place.mode.name !== 'root' && process.getuid?.() === 0)
    await refused(
      place,
      ['image', 'import', 'x', partly],
      /partly" has a file that is not readable for you: "\.\/secret"/,
    );
  if (place.mode.name === 'range') {
    const beyond = archive(place, [{ name: 'f', uid: 1_000_000, gid: 1_000_000 }], 'beyond.tar');
    await refused(
      place,
      ['image', 'import', 'x', beyond],
      /user 1000000 and group 1000000, which is beyond the ids/,
    );
  }
  assert.is((await tinydocker(place, ['image', 'import', '../x', secret])).status, 2);
  assert.is((await tinydocker(place, ['image', 'import', 'x'])).status, 2);
});

eachMode(test, 'a store whose place a file has taken', async place => {
  const tar = archive(place, [{ name: 'f', text: 'x' }]);
  const store = file(place, 'taken', 'x');
  for (const [args, status, says] of [
    [
      ['image', 'import', 'x', tar],
      1,
      /The store can not be made: ".*taken" is there, and is not a directory\./,
    ],
    [['images'], 1, /images can not be read: something in its path is not a directory\./],
    [['rmi', 'x'], 1, /can not be read: something in its path is not a directory\./],
    [['run', 'c1'], 125, /can not be read: something in its path is not a directory\./],
    [['prune'], 1, /can not be read: something in its path is not a directory\./],
  ] as const) {
    const { status: ended, stderr } = await tinydocker(place, args, { store });
    assert.match(withoutNotes(stderr), says);
    assert.is(ended, status, args.join(' '));
  }
});

/** A command of the place's user in a private mount table, in which root has done `setUp` before. Prints what the store contains besides its recordings, before and after. */
function prepared(place: Place, setUp: string, args: readonly string[], program: readonly string[]) {
  const text = `
set -e; store=$1 user=$2; shift 2
${setUp}
tree() { find "$store" -path "$store/ops" -prune -o -printf '%P %m %u %s\\n' | grep -v '^ ' | sort; }
tree >&2; echo ---- >&2; status=0; "$@" || status=$?; echo ---- >&2; tree >&2; exit $status`;
  const env = [
    'env',
    '-i',
    `HOME=${place.home}`,
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `TINYDOCKER_ROOT=${place.store}`,
  ];
  const argv = [
    '--mount',
    '--propagation',
    'private',
    '--',
    'sh',
    '-c',
    text,
    'prepared',
    place.store,
    String(place.mode.uid),
  ];
  const { status, stderr } = spawnSync(
    'unshare',
    [...argv, ...place.mode.prefix, ...env, ...program, ...args],
    { encoding: 'utf8', cwd: place.home },
  );
  const [before = '', said = '', after = ''] = stderr.split('----\n');
  return { status, before, said: withoutNotes(said), after };
}

if (process.getuid?.() === 0) {
  const STORE =
    'mount -t tmpfs -o "size=$SIZE,mode=0700,uid=$user" tmpfs "$store"; for d in images layers l containers tmp; do mkdir -m 0700 "$store/$d"; chown "$user" "$store/$d"; done';

  eachMode(test, 'a disk that becomes full in the middle of an import', async place => {
    const random = randomBytes(1 << 20).toString('hex');
    const tar = archive(place, [
      { name: 'a', text: random },
      { name: 'b', text: random },
    ]);
    const packed = file(place, 'p.gz', gzipSync(readFileSync(tar)));
    const directory = join(place.dir, 'directory');
    mkdirSync(directory);
    writeFileSync(join(directory, 'f'), random);
    // Full while the archive is copied, decompressed or packed, while it is unpacked, and before the first byte.
    for (const [size, source] of [
      ['3m', tar],
      ['3m', packed],
      ['6m', tar],
      ['6m', packed],
      ['16k', tar],
      ['24k', tar],
      ['1m', directory],
    ] as const) {
      const { status, before, said, after } = prepared(
        place,
        `SIZE=${size}; ${STORE}`,
        ['image', 'import', 'x', source],
        tinydockerProgram(),
      );
      assert.match(said, /^tinydocker: The disk of the store ".*" became full/, `${size} ${said}`);
      assert.is(status, 1);
      assert.is(after, before);
    }
    assert.is(
      prepared(place, `SIZE=40m; ${STORE}`, ['image', 'import', 'x', tar], tinydockerProgram()).status,
      0,
    );
  });

  eachMode(test, 'the removal of an image on a full disk', async place => {
    makeImage(place);
    const fill = 'dd if=/dev/zero of="$store/fill" bs=4k 2>/dev/null || true';
    const setUp = `cp -a "$store" "$store.copy"; SIZE=16m; ${STORE}; cp -a "$store.copy/." "$store"; ${fill}`;
    const { status, before, said, after } = prepared(place, setUp, ['rmi', 'base'], tinydockerProgram());
    assert.match(said, /is full, and removing an image takes a few kilobytes.*\nRemove something else/);
    assert.is(status, 1);
    assert.is(after, before);
  });

  eachMode(test, 'a store that is read-only', async place => {
    const tar = archive(place, [{ name: 'a', text: 'x' }]);
    const setUp = `SIZE=1m; ${STORE}; mount -o remount,ro "$store"`;
    const { status, before, said, after } = prepared(
      place,
      setUp,
      ['image', 'import', 'x', tar],
      tinydockerProgram(),
    );
    assert.match(
      said,
      /^tinydocker: The store ".*" is on a file system that is mounted read-only\.\nTINYDOCKER_ROOT/,
    );
    assert.is(status, 1);
    assert.is(after, before);
  });

  eachMode(test, 'a decompressor that is not installed', async place => {
    const source = file(place, 'x.tar', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1, 2, 3]));
    const setUp = 'for xz in /usr/bin/xz /bin/xz; do [ ! -e "$xz" ] || mount --bind /dev/null "$xz"; done';
    const { status, said } = prepared(place, setUp, ['image', 'import', 'x', source], tinydockerProgram());
    assert.match(said, /is compressed with xz, and xz is not installed\.\n.*xz/);
    assert.is(status, 1);
  });

  eachMode(test, 'the default image without busybox', async place => {
    const setUp =
      'for b in /usr/bin/busybox /bin/busybox; do [ ! -e "$b" ] || mount --bind /dev/null "$b"; done';
    const args = ['run', 'c1', 'sh', '-c', `test -e ${MARK} && ls / >/dev/null && cat /etc/os-release >&2`];
    const { status, said } = prepared(place, setUp, args, tinydockerProgram());
    assert.match(said, /tinydocker base/);
    assert.is(status, 0, said);
  });
}

test.run();
