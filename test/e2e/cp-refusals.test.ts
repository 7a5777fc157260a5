// @long
/** cp: what it refuses and where it must not lead; odd names; the printed script. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { copy, eachContainer, inContainer, make, onHost, renamed, TREE } from '../support/copies.ts';
import { makeImage } from '../support/image.ts';
import { eachMode } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';

const test = suite('cp-refusals');

const REFUSED = [
  ['c1:/none', 'o', /no file "\/none"/i],
  ['c1:/s/f/', 'o', /^tinydocker: "\/s\/f" in c1 is not a directory\.\n$/],
  ['c1:/s/f/x', 'o', /^tinydocker: "\/s\/f" in c1 is not a directory\.\n$/],
  ['c1:/s/d', 'o/file', /is not a directory\.\nA directory never takes the place of a file/],
  ['c1:/s/f', 'o/none/', /There is no directory/],
  ['c1:/s/f', 'o/none/x', /There is no directory/],
  ['c1:/s/f', 'o/clash', /is a directory/],
  ['c1:/s/d', 'o/clash2', /is not a directory/],
  ['none', 'c1:/', /There is no file "none"/],
  ['o', 'c1:/s/f', /is not a directory\.\nA directory never takes the place of a file/],
  ['o/file', 'c1:/s/none/', /There is no directory/],
  ['o/file', 'c1:/s/none/x', /There is no directory/],
  ['o/file', 'c1:/s/f/', /is not a directory/],
] as const;

eachContainer(test, 'what the rules refuse, in a sentence; nothing is changed', TREE, async place => {
  await make(place, 'mkdir -p o/clash/f o/clash2; echo x >o/file; echo x >o/clash2/d');
  const host = onHost(place, 'o');
  const inside = await inContainer(place, '/');
  for (const [source, target, message] of REFUSED) {
    const { status, stdout, stderr } = await tinydocker(place, ['cp', source, target]);
    assert.match(stderr, message, `${source} ${target}: ${stderr}`);
    assert.equal([status, stdout], [1, ''], `${source} ${target}`);
    assert.match(stderr, /^tinydocker: [A-Z"].*\.\n/);
  }
  assert.equal(onHost(place, 'o'), host);
  assert.equal(await inContainer(place, '/'), inside);
});

eachContainer(
  test,
  '-a keeps owners',
  'mkdir /s; echo x >/s/f; chown 5:7 /s/f 2>/dev/null || :',
  async place => {
    await make(place, 'mkdir o; echo x >o/f');
    await copy(place, '-a', 'c1:/s', 'o/kept');
    await copy(place, 'o/f', 'c1:/s/plain');
    await copy(place, '-a', 'o/f', 'c1:/s/kept');
    const single = place.mode.name === 'single';
    const { stdout } = spawnSync('stat', ['-c', '%u:%g', join(place.home, 'o/kept/f')], { encoding: 'utf8' });
    const { uid } = place.mode;
    assert.is(
      stdout.trim(),
      { root: '5:7', range: '700004:700006', single: `${uid}:${uid}` }[place.mode.name],
    );
    const owners = (await inContainer(place, '/s/')).map(line => line.split(' ').slice(1).join(' '));
    assert.equal(
      owners.sort(),
      ['0/0 ./s/', '0/0 ./s/kept', '0/0 ./s/plain', single ? '0/0 ./s/f' : '5/7 ./s/f'].sort(),
    );
  },
);

const MARKER = 'must never be read';

eachContainer(
  test,
  'no link leads out of the container, in either direction',
  `ln -s / /up; ln -s ../../../../../../.. /upup; ln -s /proc/1/root /magic; ln -s /proc/self/root /self; ln -s loop /loop
mkdir -p /in/x; ln -s ../../../../../../../tmp /in/x/y; ln -s "$OUTSIDE" /abs; echo inside >/etc/marker`,
  async place => {
    await make(place, 'mkdir out o; echo "must never be read" >out/marker; echo new >f');
    const outside = join(place.home, 'out');
    for (const path of [
      `/up${outside}/marker`,
      `/upup${outside}/marker`,
      `/magic${outside}/marker`,
      `/self${outside}/marker`,
      '/loop',
      '/loop/x',
    ]) {
      const ran = await tinydocker(place, ['cp', '-L', `c1:${path}`, 'o/got']);
      assert.is(ran.status, 1, path);
      assert.not.ok(existsSync(join(place.home, 'o/got')), path);
      await tinydocker(place, ['cp', 'f', `c1:${path}`]);
    }
    await copy(place, 'c1:/upup/etc/marker', 'o/marker');
    assert.is(readFileSync(join(place.home, 'o/marker'), 'utf8'), 'inside\n');
    assert.equal(readdirSync(outside), ['marker']);
    assert.is(readFileSync(join(outside, 'marker'), 'utf8'), `${MARKER}\n`);
    // A link that came out of the container is not written through later.
    await make(place, `mkdir -p back/in; ln -s "${outside}" back/in/x`);
    const through = await tinydocker(place, ['cp', 'c1:/in', 'back']);
    assert.match(through.stderr, /is not a directory/);
    assert.equal(readdirSync(outside), ['marker']);
  },
);

eachContainer(test, 'the printed script does the same', TREE, async place => {
  await make(place, 'mkdir o; mkdir x; echo y >x/y');
  for (const [shell, name] of [
    ['sh', 'dash'],
    ['bash', 'bash'],
  ] as const)
    for (const words of [
      ['c1:/s/d', `o/${name}`],
      ['x', `c1:/s/${name}`],
    ]) {
      const { stdout: input, stderr } = await tinydocker(place, ['cp', '--dry-run', ...words]);
      assert.is(stderr, '');
      const ran = await runAs(place, [shell], { input });
      assert.equal([ran.status, ran.stdout, ran.stderr], [0, '', '']);
    }
  assert.equal(onHost(place, 'o'), [...renamed('bash'), ...renamed('dash')].sort());
  for (const name of ['bash', 'dash']) assert.is((await inContainer(place, `/s/${name}/`)).length, 2);
  assert.equal(await inContainer(place, '/proc/'), ['drwxr-xr-x 0/0 ./proc/']);
  assert.equal(readdirSync(join(place.store, 'tmp')), []);
});

eachMode(test, 'a read-only root file system, and volumes, are told', async place => {
  makeImage(place);
  await make(place, 'mkdir vol; echo x >vol/file; chmod 755 vol; echo new >f');
  const options = ['--read-only', '-v', `${place.home}/vol:/vol`, '--tmpfs', '/t'];
  await whileRuns(
    place,
    'c1',
    'echo x >/t/in-memory',
    async () => {
      const refused = async (target: string, message: RegExp) => {
        const { status, stderr } = await tinydocker(place, ['cp', 'f', target]);
        assert.match(stderr, message);
        assert.is(status, 1);
      };
      await refused(
        'c1:/etc/',
        /^tinydocker: The root file system of c1 is read-only, so nothing can be copied into it\.\n/,
      );
      await copy(place, 'c1:/vol/file', 'out');
      await copy(place, 'c1:/t', 'memory');
      assert.equal(readdirSync(join(place.home, 'memory')), ['in-memory']);
    },
    options,
  );
  await whileRuns(
    place,
    'c1',
    ':',
    async () => {
      const { status, stderr } = await tinydocker(place, ['cp', 'f', 'c1:/vol']);
      assert.match(
        stderr,
        /^tinydocker: "\/vol" in c1 is a volume or a tmpfs: nothing can be copied into those from outside\.\n/,
      );
      assert.is(status, 1);
      assert.equal(readdirSync(join(place.home, 'vol')), ['file']);
    },
    options.slice(1),
  );
});

const ODD = [
  'two words',
  'line\nend',
  'co:lon',
  '-dash',
  '..x',
  '.hidden',
  '*',
  '"quotes\'',
  'back\\slash',
  '$HOME',
];

eachContainer(test, 'odd names', 'mkdir /s; printf x >"/s/$(printf "bytes\\377")"', async place => {
  mkdirSync(join(place.home, 'odd'));
  for (const name of ODD) writeFileSync(join(place.home, 'odd', name), name);
  spawnSync('chown', ['-R', `${place.mode.uid}`, join(place.home, 'odd')]);
  await copy(place, 'odd', 'c1:/s/odd');
  await copy(place, 'odd/.', 'c1:/s');
  await copy(place, 'c1:/s', 'back');
  const names = (path: string) => readdirSync(join(place.home, path)).sort();
  assert.equal(names('back/odd'), [...ODD].sort());
  assert.equal(
    readdirSync(join(place.home, 'back'), { encoding: 'latin1' })
      .filter(name => name !== 'odd')
      .sort(),
    [...ODD, 'bytes\u00ff'].sort(),
  );
  for (const name of ODD) {
    await copy(place, '--', `c1:/s/${name}`, `./got`);
    assert.is(readFileSync(join(place.home, 'got'), 'utf8'), name);
    await copy(place, `./odd/${name}`, `c1:/s/odd/${name}`);
  }
});

test.run();
