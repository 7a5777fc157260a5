// @long
import { spawnSync } from 'node:child_process';
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
import { archive, emptyStore, file, hasProgram, refused } from '../support/imports.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { tarOf } from '../support/tar.ts';

const MARK = '/.tinydocker-image';
const busybox = staticBusybox();
const xz = hasProgram('xz');
const zstd = hasProgram('zstd');

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
  const layer = join(place.store, 'layers', digest, 'files');
  const mode = (path: string) => (lstatSync(join(layer, path)).mode & 0o7777).toString(8);
  assert.is(mode('.'), '755');
  assert.is(mode('implied'), '755');
  assert.is(mode('sticky'), '1777');
  assert.is(lstatSync(join(layer, 'hard')).nlink, 2);
  assert.is(readlinkSync(join(layer, 'link')), '../../../etc/passwd');
  assert.not.ok(existsSync(join(layer, 'dev/null')));
  const kept = join(place.store, 'layers', digest, 'archive');
  const bytes = zstd ? spawnSync('zstd', ['-dc', kept]).stdout : readFileSync(kept);
  assert.ok(bytes.equals(content), 'the archive is kept, byte for byte');
});

eachMode(
  test,
  'a damaged record is told about, keeps its layers, and is replaced by an import',
  async place => {
    const tar = archive(place, [{ name: 'file', text: 'x' }]);
    for (const name of ['good', 'bad']) {
      const { status, stderr } = await tinydocker(place, ['image', 'import', name, tar]);
      assert.is(status, 0, stderr);
    }
    const record = join(place.store, 'images/bad:latest.json');
    writeFileSync(record, readFileSync(record, 'utf8').slice(0, -9));
    const listed = await tinydocker(place, ['images']);
    assert.match(listed.stderr, /^tinydocker: note: The image record .*\/bad:latest\.json is damaged\.$/m);
    assert.match(listed.stdout, /^good /m);
    const removed = await tinydocker(place, ['rmi', 'good']);
    assert.is(removed.status, 0, removed.stderr);
    assert.is(layersIn(place).length, 1);
    const again = await tinydocker(place, ['image', 'import', 'bad', tar]);
    assert.is(again.status, 0, again.stderr);
    assert.match((await tinydocker(place, ['images'])).stdout, /^bad /m);
  },
);

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

withBusybox('a layer that is given twice counts once, where it was given last', async place => {
  const low = rootDirectory(place, 'low', 'low');
  const low2 = rootDirectory(place, 'low2', 'high');
  const tars = [low, low2, low].map((directory, index) => {
    const path = join(place.dir, `${index}.tar`);
    assert.is(spawnSync('tar', ['-C', directory, '--sort=name', '--mtime=@0', '-cf', path, '.']).status, 0);
    return path;
  });
  const imported = await tinydocker(place, ['image', 'import', 'twice', ...tars]);
  assert.is(imported.status, 0, imported.stderr);
  assert.is(layersIn(place).length, 2);
  const command = `test -e ${MARK} && cat /etc/hello`;
  const run = await tinydocker(place, ['run', '--image', 'twice', 'c1', 'sh', '-c', command]);
  assert.is(run.stdout, 'low\n', run.stderr);
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

if (process.getuid?.() === 0)
  eachMode(test, "a directory of the machine's root is told about where its owners are lost", async place => {
    const root = rootDirectory(place);
    for (const verb of [[], ['--dry-run']]) {
      const { status, stderr } = await tinydocker(place, ['image', 'import', ...verb, 'x', root]);
      assert.is(status, 0, stderr);
      const told = /rootfs" belongs to an id that is not yours: .* nobody \(65534\) in the image/.test(
        stderr,
      );
      assert.is(told, place.mode.name === 'range' && verb.length === 0, stderr);
    }
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
    join(place.store, 'layers', layer, 'files'),
    '--xattrs',
    '--xattrs-include=*',
    '-c',
    '.',
  ]);
  assert.match(stdout, /SCHILY\.xattr\.user\.kept=yes/);
  assert.not.match(stdout, /overlay/);
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
        assert.is(readFileSync(join(place.store, 'layers', image?.digest ?? '', 'files/f'), 'utf8'), name);
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
    try {
      await until(() => readdirSync(join(place.store, 'layers')).length > 0);
    } finally {
      running.kill(signal);
    }
    const { status } = await running.ended;
    assert.is(status, signal === 'SIGINT' ? 130 : 143);
    assert.equal(treeOf(place.store), before);
  }
});

test.run();
