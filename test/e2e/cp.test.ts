// @long
/** cp: docker's rules in both directions, for kept and running containers, as every user. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('cp');
const hasBusybox = staticBusybox() !== undefined;

/** Registers the test for each mode, with a container c1 that is kept, and with one that runs. */
function eachContainer(name: string, prepare: string, body: (place: Place) => Promise<void>): void {
  const reason = 'there is no static busybox';
  if (!hasBusybox) {
    skipUnless(test, name, false, reason, () => undefined);
    return;
  }
  eachMode(test, `${name}, kept`, async place => {
    makeImage(place);
    const made = await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', `umask 022\n${prepare}`]);
    assert.is(made.status, 0, made.stderr);
    await body(place);
  });
  eachMode(test, `${name}, running`, async place => {
    makeImage(place);
    await whileRuns(place, 'c1', `umask 022\n${prepare}`, () => body(place));
  });
}

/** Makes files in the place's home directory. */
async function make(place: Place, program: string): Promise<void> {
  const { status, stderr } = await runAs(place, ['sh', '-ec', `umask 022; ${program}`]);
  assert.is(status, 0, stderr);
}

/** Copies, and expects it to succeed without a word. */
async function copy(place: Place, ...words: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await tinydocker(place, ['cp', ...words]);
  assert.equal([status, stdout, stderr], [0, '', ''], words.join(' '));
}

/** What lies below a directory of the container: type, mode, owner, path and target, and the content of files. */
async function inContainer(place: Place, path: string): Promise<readonly string[]> {
  const file = join(place.home, 'seen.tar');
  const words = [...tinydockerProgram(), 'export', 'c1'];
  const ran = await runAs(place, [
    'sh',
    '-ec',
    'rm -f "$1"; file=$1; shift; "$@" >"$file"',
    'x',
    file,
    ...words,
  ]);
  assert.is(ran.status, 0, ran.stderr);
  const tar = spawnSync('tar', ['--numeric-owner', '--full-time', '-tvf', file], { encoding: 'utf8' });
  return tar.stdout
    .split('\n')
    .map(line => line.replace(/ +\d+ \d{4}-\S+ [\d:.]+ +/, ' '))
    .filter(line => line.split(' ')[2]?.startsWith(`.${path}`))
    .sort();
}

/** The same of the host. */
function onHost(place: Place, path = '.'): readonly string[] {
  const find = ['.', '-mindepth', '1', '-printf', '%M %P %l\n'];
  return spawnSync('find', find, { cwd: join(place.home, path), encoding: 'utf8' })
    .stdout.split('\n')
    .filter(line => line !== '' && !line.includes('seen.tar'))
    .map(line => line.trim())
    .sort();
}

const TREE = `mkdir -p /s/d/sub; echo file >/s/f; echo one >/s/d/one; echo two >/s/d/sub/two; chmod 750 /s/d/sub
ln -s one /s/d/link; mkfifo -m 640 /s/d/fifo; ln /s/d/one /s/d/hard; touch -d '2001-02-03 04:05:06' /s/f`;
const D = [
  'drwxr-x--- d/sub',
  'drwxr-xr-x d',
  'lrwxrwxrwx d/link one',
  '-rw-r--r-- d/hard',
  '-rw-r--r-- d/one',
  '-rw-r--r-- d/sub/two',
  'prw-r----- d/fifo',
];
const renamed = (name: string) => D.map(line => line.replace(/ d(?=\/|$)/, ` ${name}`)).sort();

eachContainer('out: to a name, over a file, into a directory', TREE, async place => {
  await make(place, 'mkdir o o/dir; echo old >o/old');
  const before = hostState(place.store);
  const tmp = (tree: readonly string[]) => tree.filter(line => !/"\.(\/tmp)?"$/.test(line));
  await copy(place, 'c1:/s/f', 'o/new');
  await copy(place, 'c1:s/f', 'o/old');
  await copy(place, 'c1:/s/../s/./f', 'o/dir');
  await copy(place, 'c1:/s/f', 'o/dir/');
  assert.equal(onHost(place, 'o'), [
    '-rw-r--r-- dir/f',
    '-rw-r--r-- new',
    '-rw-r--r-- old',
    'drwxr-xr-x dir',
  ]);
  for (const name of ['new', 'old', 'dir/f'])
    assert.is(readFileSync(join(place.home, 'o', name), 'utf8'), 'file\n');
  const { stdout } = spawnSync('stat', ['-c', '%Y %u', join(place.home, 'o/new')], { encoding: 'utf8' });
  assert.match(stdout, new RegExp(`^981\\d+ ${place.mode.uid}\\n$`));
  await assertUnchanged({ ...before, tree: treeOf(place.store) }, place.store);
  assert.equal(tmp(treeOf(place.store)), tmp(before.tree));
});

eachContainer(
  'out: a directory becomes a name, goes into a directory, is joined with one',
  TREE,
  async place => {
    await make(
      place,
      'mkdir o o/into o/content; mkdir -p o/join/d/sub; echo mine >o/join/d/mine; echo x >o/join/d/one',
    );
    await copy(place, 'c1:/s/d', 'o/name');
    await copy(place, 'c1:/s/d/', 'o/slash/');
    await copy(place, 'c1:/s/d', 'o/into');
    await copy(place, 'c1:/s/d/.', 'o/content');
    await copy(place, 'c1:/s/d', 'o/join');
    assert.equal(onHost(place, 'o/into'), [...D].sort());
    assert.equal(
      onHost(place, 'o').filter(line => / name/.test(line)),
      renamed('name'),
    );
    assert.equal(
      onHost(place, 'o').filter(line => / slash/.test(line)),
      renamed('slash'),
    );
    assert.equal(
      onHost(place, 'o/content'),
      renamed('.')
        .filter(line => !line.endsWith(' .'))
        .map(line => line.replace(' ./', ' '))
        .sort(),
    );
    assert.equal(
      onHost(place, 'o/join').filter(line => !line.endsWith('sub')),
      [...D.filter(line => !line.endsWith('sub')), '-rw-r--r-- d/mine'].sort(),
    );
    assert.is(readFileSync(join(place.home, 'o/join/d/one'), 'utf8'), 'one\n');
    const links = spawnSync('stat', ['-c', '%h', join(place.home, 'o/name/one')], { encoding: 'utf8' });
    assert.is(links.stdout, '2\n');
  },
);

eachContainer(
  'in: the same rules, and root owns it',
  'mkdir -p /t/dir /t/join/d/sub; echo old >/t/old; echo mine >/t/join/d/mine',
  async place => {
    await make(place, `cd "$HOME"; ${TREE.replaceAll('/s/', 's/').replace('-p s/d', '-p s/d')}`);
    const before = hostState(place.store);
    await copy(place, 's/f', 'c1:/t/new');
    await copy(place, 's/f', 'c1:/t/old');
    await copy(place, 's/f', 'c1:t/dir/');
    await copy(place, 's/d', 'c1:/t/name');
    await copy(place, 's/d', 'c1:/t/dir');
    await copy(place, 's/d/.', 'c1:/t/join/d');
    assert.equal(
      (await inContainer(place, '/t/')).filter(line => !/join/.test(line)),
      [
        '-rw-r--r-- 0/0 ./t/dir/d/hard',
        '-rw-r--r-- 0/0 ./t/dir/d/sub/two',
        '-rw-r--r-- 0/0 ./t/dir/f',
        '-rw-r--r-- 0/0 ./t/name/hard',
        '-rw-r--r-- 0/0 ./t/name/sub/two',
        '-rw-r--r-- 0/0 ./t/new',
        '-rw-r--r-- 0/0 ./t/old',
        'drwxr-x--- 0/0 ./t/dir/d/sub/',
        'drwxr-x--- 0/0 ./t/name/sub/',
        'drwxr-xr-x 0/0 ./t/',
        'drwxr-xr-x 0/0 ./t/dir/',
        'drwxr-xr-x 0/0 ./t/dir/d/',
        'drwxr-xr-x 0/0 ./t/name/',
        'hrw-r--r-- 0/0 ./t/dir/d/one link to ./t/dir/d/hard',
        'hrw-r--r-- 0/0 ./t/name/one link to ./t/name/hard',
        'lrwxrwxrwx 0/0 ./t/dir/d/link -> one',
        'lrwxrwxrwx 0/0 ./t/name/link -> one',
        'prw-r----- 0/0 ./t/dir/d/fifo',
        'prw-r----- 0/0 ./t/name/fifo',
      ],
    );
    const joined = (await inContainer(place, '/t/join')).map(line => line.split(' ')[2]);
    for (const name of ['mine', 'one', 'hard', 'sub/two', 'fifo'])
      assert.ok(joined.includes(`./t/join/d/${name}`), name);
    assert.equal(await inContainer(place, '/proc'), ['drwxr-xr-x 0/0 ./proc/']);
    await assertUnchanged({ ...before, tree: treeOf(place.store) }, place.store);
  },
);

eachContainer(
  'links at the end of the source',
  'mkdir /d; echo x >/d/f; ln -s /d /l; ln -s d/f /lf; ln -s l /ll',
  async place => {
    await make(place, 'mkdir o h; echo y >h/f; ln -s h hl; ln -s h/f hf');
    await copy(place, 'c1:/l', 'o/link');
    await copy(place, 'c1:/l/.', 'o/content');
    await copy(place, 'c1:/ll/', 'o/slash');
    await copy(place, '-L', 'c1:/ll', 'o/followed');
    await copy(place, '-L', 'c1:/lf', 'o');
    await copy(place, 'c1:/ll/f', 'o/through');
    assert.equal(onHost(place, 'o'), [
      '-rw-r--r-- content/f',
      '-rw-r--r-- followed/f',
      '-rw-r--r-- lf',
      '-rw-r--r-- slash/f',
      '-rw-r--r-- through',
      'drwxr-xr-x content',
      'drwxr-xr-x followed',
      'drwxr-xr-x slash',
      'lrwxrwxrwx link /d',
    ]);
    await copy(place, 'hl', 'c1:/i1');
    await copy(place, '-L', 'hl', 'c1:/i2');
    await copy(place, 'hl/', 'c1:/i3');
    await copy(place, '-L', 'hf', 'c1:/ll');
    assert.equal(await inContainer(place, '/i'), [
      '-rw-r--r-- 0/0 ./i2/f',
      '-rw-r--r-- 0/0 ./i3/f',
      'drwxr-xr-x 0/0 ./i2/',
      'drwxr-xr-x 0/0 ./i3/',
      'lrwxrwxrwx 0/0 ./i1 -> h',
    ]);
    assert.equal((await inContainer(place, '/d/')).length, 3);
  },
);

eachContainer('archives on stdin and stdout', TREE, async place => {
  const pipe = (program: string) =>
    runAs(place, ['bash', '-c', `set -o pipefail; ${program}`, 'x', ...tinydockerProgram(), 'cp']);
  const out = await pipe(
    '"$@" c1:/s/d - | tar -t | sort; "$@" c1:/s/f - | tar -xO; "$@" c1:/s/d/. - | tar -t | sort',
  );
  assert.is(out.stderr, '');
  assert.is(
    out.stdout,
    'd/\nd/fifo\nd/hard\nd/link\nd/one\nd/sub/\nd/sub/two\nfile\n./\n./fifo\n./hard\n./link\n./one\n./sub/\n./sub/two\n',
  );
  await make(place, 'mkdir x; echo y >x/y');
  const into = await pipe('tar -c x | "$@" - c1:/s/d; tar -c x | "$@" - c1:/nowhere');
  assert.match(into.stderr, /^tinydocker: .*\/nowhere.*\n/);
  assert.equal(
    (await inContainer(place, '/s/d/x')).map(line => line.split(' ').at(-1)),
    ['./s/d/x/y', './s/d/x/'],
  );
});

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

eachContainer('what the rules refuse, in a sentence; nothing is changed', TREE, async place => {
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

eachContainer('-a keeps owners', 'mkdir /s; echo x >/s/f; chown 5:7 /s/f 2>/dev/null || :', async place => {
  await make(place, 'mkdir o; echo x >o/f');
  await copy(place, '-a', 'c1:/s', 'o/kept');
  await copy(place, 'o/f', 'c1:/s/plain');
  await copy(place, '-a', 'o/f', 'c1:/s/kept');
  const single = place.mode.name === 'single';
  const { stdout } = spawnSync('stat', ['-c', '%u:%g', join(place.home, 'o/kept/f')], { encoding: 'utf8' });
  const { uid } = place.mode;
  assert.is(stdout.trim(), { root: '5:7', range: '700004:700006', single: `${uid}:${uid}` }[place.mode.name]);
  const owners = (await inContainer(place, '/s/')).map(line => line.split(' ').slice(1).join(' '));
  assert.equal(
    owners.sort(),
    ['0/0 ./s/', '0/0 ./s/kept', '0/0 ./s/plain', single ? '0/0 ./s/f' : '5/7 ./s/f'].sort(),
  );
});

const MARKER = 'must never be read';

eachContainer(
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

eachContainer('the printed script does the same', TREE, async place => {
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

eachContainer('odd names', 'mkdir /s; printf x >"/s/$(printf "bytes\\377")"', async place => {
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
