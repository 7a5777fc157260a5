// @parallel
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { staticBusybox } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { type Member, tarOf } from '../support/tar.ts';

const MARK = '/.tinydocker-image';
const busybox = staticBusybox();
const xz = hasProgram('xz');
const zstd = hasProgram('zstd');

function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** A root directory with a shell, its mark, and a file. */
function rootDirectory(place: Place, name = 'rootfs', text = 'hello'): string {
  const root = join(place.dir, name);
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'etc'));
  if (busybox !== undefined) {
    copyFileSync(busybox, join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    for (const applet of ['sh', 'cat', 'ls', 'id', 'stat', 'test'])
      symlinkSync('busybox', join(root, 'bin', applet));
  }
  writeFileSync(join(root, MARK), 'a test image\n');
  writeFileSync(join(root, 'etc/hello'), `${text}\n`);
  return root;
}

function archive(place: Place, members: readonly Member[], name = 'a.tar'): string {
  return file(place, name, tarOf(members));
}

function file(place: Place, name: string, content: Buffer | string): string {
  const path = join(place.dir, name);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

/** Makes a store with all its directories and nothing in them: an image comes and goes. */
async function emptyStore(place: Place): Promise<readonly string[]> {
  const tar = archive(place, [{ name: 'x', text: 'x' }], 'first.tar');
  assert.is((await tinydocker(place, ['image', 'import', 'first', tar])).status, 0);
  assert.is((await tinydocker(place, ['rmi', 'first'])).status, 0);
  const tree = treeOf(place.store);
  assert.is(tree.length, 6, tree.join('\n'));
  return tree;
}

/** Fails with status 1, one sentence that matches, no stack trace, and a store as it was. */
async function refused(place: Place, args: readonly string[], message: RegExp): Promise<void> {
  const before = treeOf(place.store);
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.match(stderr, message);
  assert.is(status, 1, stderr);
  assert.is(stdout, '');
  assert.not.match(stderr, /\n\s+at /);
  const said = stderr.split('\n').filter(line => line.startsWith('tinydocker:'));
  assert.is(said.length, 1, stderr);
  assert.equal(treeOf(place.store), before, 'the store changed');
}

const layersIn = (place: Place) => readdirSync(join(place.store, 'layers'));

eachMode(test, 'one archive in four compressions is one layer', async place => {
  const tar = archive(place, [
    { name: './', type: 'directory', mode: 0o700 },
    { name: './implied/parent/file', text: 'x', mode: 0o600 },
    { name: './sticky', type: 'directory', mode: 0o1777 },
    { name: './dev/null', type: 'device', mode: 0o666 },
    { name: './hard', type: 'hardlink', target: './implied/parent/file' },
    { name: './link', type: 'symlink', target: '../../../etc/passwd' },
  ]);
  const content = readFileSync(tar);
  const files = [tar, file(place, 'gz', gzipSync(content))];
  if (xz) files.push(file(place, 'named.tar.gz', spawnSync('xz', ['-c'], { input: content }).stdout));
  if (zstd) files.push(file(place, 'c.zst', spawnSync('zstd', ['-c'], { input: content }).stdout));
  for (const [index, path] of files.entries()) {
    const { status, stderr } = await tinydocker(place, ['image', 'import', `image${index}`, path]);
    assert.is(status, 0, stderr);
  }
  const digest = spawnSync('sha256sum', [tar], { encoding: 'utf8' }).stdout.slice(0, 64);
  assert.equal(layersIn(place), [digest]);
  assert.is(readdirSync(join(place.store, 'images')).length, files.length);
  assert.is(readdirSync(join(place.store, 'tmp')).length, 0);
  const layer = join(place.store, 'layers', digest);
  const mode = (path: string) => (lstatSync(join(layer, path)).mode & 0o7777).toString(8);
  assert.is(mode('.'), '755');
  assert.is(mode('implied'), '755');
  assert.is(mode('sticky'), '1777');
  assert.is(lstatSync(join(layer, 'hard')).nlink, 2);
  assert.is(readlinkSync(join(layer, 'link')), '../../../etc/passwd');
  assert.not.ok(existsSync(join(layer, 'dev/null')));
});

/** A test whose image has a shell. */
function withBusybox(name: string, body: (place: Place) => Promise<void>): void {
  if (busybox === undefined) skipUnless(test, name, false, 'there is no static busybox', () => undefined);
  else eachMode(test, name, body);
}

withBusybox('layers lie in the order in which they were given', async place => {
  const low = rootDirectory(place, 'low', 'from the low layer');
  writeFileSync(join(low, 'etc/low'), 'low\n');
  const high = join(place.dir, 'high');
  mkdirSync(join(high, 'etc'), { recursive: true });
  writeFileSync(join(high, 'etc/hello'), 'from the high layer\n');
  const imported = await tinydocker(place, ['image', 'import', 'two', low, high]);
  assert.is(imported.status, 0, imported.stderr);
  const command = `test -e ${MARK} && cat /etc/hello /etc/low`;
  const run = await tinydocker(place, ['run', '--image', 'two', 'c1', 'sh', '-c', command]);
  assert.is(run.stdout, 'from the high layer\nlow\n', run.stderr);
  const script = await tinydocker(place, ['run', '--dry-run', '--image', 'two', 'c1', 'true']);
  const links = (
    JSON.parse(readFileSync(join(place.store, 'images/two:latest.json'), 'utf8')) as {
      layers: { link: string }[];
    }
  ).layers.map(({ link }) => link);
  assert.ok(script.stdout.includes(`lowerdir=l/${links[1]}:l/${links[0]}`));
});

withBusybox('owners of files are those that the container sees', async place => {
  const tar = archive(place, [
    { name: 'bin/busybox', text: '' },
    { name: 'etc/of-root', text: 'x' },
    { name: 'etc/of-user', text: 'x', uid: 1000, gid: 1000 },
  ]);
  const imported = await tinydocker(place, ['image', 'import', 'owners', rootDirectory(place), tar]);
  assert.is(imported.status, 0, imported.stderr);
  const top = join(place.dir, 'top');
  mkdirSync(join(top, 'bin'), { recursive: true });
  copyFileSync(busybox ?? '', join(top, 'bin/busybox'));
  chmodSync(join(top, 'bin/busybox'), 0o755);
  assert.is(
    (await tinydocker(place, ['image', 'import', 'owners', rootDirectory(place, 'again'), tar, top])).status,
    0,
  );
  const command = `test -e ${MARK} && stat -c %u:%g /etc/of-root /etc/of-user`;
  const run = await tinydocker(place, ['run', '--image', 'owners', 'c1', 'sh', '-c', command]);
  const expected = place.mode.name === 'single' ? '0:0\n0:0\n' : '0:0\n1000:1000\n';
  assert.is(run.stdout, expected, run.stderr);
});

eachMode(test, 'the default image is made when a run needs it, by the run and by its script', async place => {
  const command = ['run', 'c1', 'sh', '-c', `test -e ${MARK} && echo made`];
  const script = await tinydocker(place, [...command.toSpliced(1, 0, '--dry-run')]);
  assert.equal(readdirSync(place.store), [], 'a dry run changes nothing');
  const first = await tinydocker(place, command);
  assert.is(first.stdout, 'made\n', first.stderr);
  assert.is(first.status, 0);
  const byRun = layersIn(place);
  assert.is(byRun.length, 1);
  const again = await tinydocker(place, command);
  assert.is(again.stdout, 'made\n', again.stderr);
  assert.is((await tinydocker(place, ['rmi', 'base'])).status, 0);
  const byScript = await runAs(place, ['sh', '-c', script.stdout]);
  assert.is(byScript.stdout, 'made\n', byScript.stderr);
  assert.equal(layersIn(place), byRun, 'the same files, the same digest');
  assert.is(readdirSync(join(place.store, 'tmp')).length, 0);
  assert.is(readdirSync(join(place.store, 'containers')).length, 0);
});

withBusybox('an image that a container uses is not removed', async place => {
  assert.is((await tinydocker(place, ['image', 'import', 'used', rootDirectory(place)])).status, 0);
  const command = `test -e ${MARK} && echo up && exec busybox sleep 30`;
  const container = startTinydocker(place, ['run', '--image', 'used', 'c1', 'sh', '-c', command]);
  try {
    await until(() => container.stdout() === 'up\n');
    // The container's journal may grow meanwhile, so only what makes the image is compared.
    const image = () => ['images', 'l', 'layers', 'tmp'].map(name => treeOf(join(place.store, name)));
    const before = image();
    const { status, stderr } = await tinydocker(place, ['rmi', 'used']);
    assert.match(
      stderr,
      /^tinydocker: The image "used" is used by the container c1, which runs\.\nEnd c1 first\./,
    );
    assert.is(status, 1);
    assert.equal(image(), before);
  } finally {
    container.kill('SIGTERM');
    await container.ended;
  }
  assert.is((await tinydocker(place, ['rmi', 'used'])).status, 0);
});

withBusybox('an image whose container was kept is not removed', async place => {
  assert.is((await tinydocker(place, ['image', 'import', 'used', rootDirectory(place)])).status, 0);
  const run = await tinydocker(place, ['run', '--keep', '--image', 'used', 'c1', 'test', '-e', MARK]);
  assert.is(run.status, 0, run.stderr);
  await refused(
    place,
    ['rmi', 'used'],
    /^tinydocker: The image "used" is used by the container c1, which was kept\.\n.*tinydocker rm c1/,
  );
});

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 20_000) throw new Error('it did not happen in 20 seconds');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

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
    'an absolute member',
    [{ name: '/tmp/tinydocker-evil', text: 'x' }],
    /has a member with an absolute name, "\/tmp\/tinydocker-evil"/,
  ],
  [
    'a hard link to ".."',
    [
      { name: 'ok', text: 'x' },
      { name: 'h', type: 'hardlink', target: '../../ok' },
    ],
    /contains "\.\.", "h" link to "\.\.\/\.\.\/ok"/,
  ],
  [
    'a hard link to an absolute name',
    [{ name: 'h', type: 'hardlink', target: '/etc/passwd' }],
    /absolute name, "h" link to "\/etc\/passwd"/,
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

eachMode(test, "overlay's own attributes are not taken from an archive", async place => {
  const pax = {
    'SCHILY.xattr.user.overlay.opaque': 'y',
    'SCHILY.xattr.trusted.overlay.redirect': '/etc',
    'SCHILY.xattr.user.kept': 'yes',
  };
  const tar = archive(place, [
    { name: 'd', type: 'directory', mode: 0o755, pax },
    { name: 'd/f', text: 'x', pax },
  ]);
  const imported = await tinydocker(place, ['image', 'import', 'attributes', tar]);
  assert.is(imported.status, 0, imported.stderr);
  const [layer = ''] = layersIn(place);
  const { stdout } = await runAs(place, [
    'tar',
    '-C',
    join(place.store, 'layers', layer),
    '--xattrs',
    '--xattrs-include=*',
    '-c',
    '.',
  ]);
  assert.match(stdout, /SCHILY\.xattr\.user\.kept=yes/);
  assert.not.match(stdout, /overlay/);
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
  await refused(place, ['image', 'import', 'x', join(place.store, 'layers')], /lies inside the store/);
  await refused(place, ['image', 'import', 'x', place.dir], /contains the store/);
  const secret = file(place, 'secret.tar', tarOf([{ name: 'x' }]));
  chmodSync(secret, 0);
  if (place.mode.name !== 'root')
    await refused(place, ['image', 'import', 'x', secret], /is not readable for you/);
  const device = archive(place, [{ name: 'disk', type: 'device' }], 'device.tar');
  if (place.mode.name !== 'root')
    await refused(place, ['image', 'import', 'x', device], /has a device node outside of \/dev, "disk"/);
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

const ODD = [
  'with space',
  'a,b:c',
  'back\\slash',
  'line\nend',
  `"quotes" 'both'`,
  '-dash',
  '$HOME`id`',
  '*',
  'ünï',
  '--file=x',
];

for (const kind of ['directory', 'archive'] as const)
  eachMode(
    test,
    `odd names of a source that is a ${kind}`,
    async place => {
      for (const [index, name] of ODD.entries()) {
        const path = join(place.dir, name);
        if (kind === 'archive')
          writeFileSync(
            path,
            index % 2 === 0
              ? gzipSync(tarOf([{ name: 'f', text: name }]))
              : tarOf([{ name: 'f', text: name }]),
          );
        else {
          mkdirSync(path);
          writeFileSync(join(path, 'f'), name);
        }
        const argv = ['image', 'import', `odd${index}`, '--', name];
        const { status, stderr } = await tinydocker(place, argv, { cwd: place.dir });
        assert.is(status, 0, stderr);
        const [image] = (
          JSON.parse(readFileSync(join(place.store, `images/odd${index}:latest.json`), 'utf8')) as {
            layers: { digest: string }[];
          }
        ).layers;
        assert.is(readFileSync(join(place.store, 'layers', image?.digest ?? '', 'f'), 'utf8'), name);
        const script = await tinydocker(
          place,
          ['image', 'import', '--dry-run', `script${index}`, '--', name],
          { cwd: place.dir },
        );
        const byScript = await runAs(place, ['sh', '-c', script.stdout]);
        assert.is(byScript.status, 0, byScript.stderr);
        const record = JSON.parse(
          readFileSync(join(place.store, `images/script${index}:latest.json`), 'utf8'),
        ) as { layers: { digest: string }[] };
        assert.is(record.layers[0]?.digest, image?.digest);
      }
    },
    kind === 'directory' ? ['root'] : ['range'],
  );

eachMode(test, 'imports of one archive at once', async place => {
  const tar = archive(
    place,
    Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, text: 'x'.repeat(1000) })),
  );
  const names = ['one', 'two', 'three', 'four', 'one', 'one'];
  const all = await Promise.all(names.map(name => tinydocker(place, ['image', 'import', name, tar])));
  for (const { status, stderr } of all) assert.is(status, 0, stderr);
  assert.is(layersIn(place).length, 1);
  const listed = await tinydocker(place, ['images', '-q']);
  assert.is(listed.stdout, 'four:latest\none:latest\nthree:latest\ntwo:latest\n');
  assert.is(readdirSync(join(place.store, 'tmp')).length, 0);
  // A layer goes with the last image that has it.
  assert.is((await tinydocker(place, ['rmi', 'one', 'two'])).status, 0);
  assert.is(layersIn(place).length, 1);
  assert.is(readdirSync(join(place.store, 'l')).length, 2, 'the links of replaced images go too');
  assert.is((await tinydocker(place, ['image', 'rm', 'three', 'four'])).status, 0);
  assert.is(treeOf(place.store).length, 6, treeOf(place.store).join('\n'));
});

eachMode(test, 'an import that is interrupted leaves nothing', async place => {
  const before = await emptyStore(place);
  const tar = archive(place, [{ name: 'f', text: 'x' }]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const running = startTinydocker(place, ['image', 'import', '--pace', '100ms', 'x', tar]);
    await until(() => readdirSync(join(place.store, 'layers')).length > 0);
    running.kill(signal);
    const { status } = await running.ended;
    assert.is(status, signal === 'SIGINT' ? 130 : 143);
    assert.equal(treeOf(place.store), before);
  }
});

/** A command of the place's user in a private mount table, in which root has done `setUp` before. Prints what the store contains, before and after. */
function prepared(place: Place, setUp: string, args: readonly string[], program: readonly string[]) {
  const text = `
set -e; store=$1 user=$2; shift 2
${setUp}
tree() { find "$store" -printf '%P %m %u %s\\n' | grep -v '^ ' | sort; }
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
  return { status, before, said, after };
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
    // Full while the archive is copied or decompressed, while it is unpacked, and before the first byte.
    for (const [size, source] of [
      ['3m', tar],
      ['3m', packed],
      ['6m', tar],
      ['6m', packed],
      ['16k', tar],
      ['24k', tar],
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
