// @long
/** cp: docker's rules in both directions, for kept and running containers, as every user. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copy, D, eachContainer, inContainer, make, onHost, renamed, TREE } from '../support/copies.ts';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { runAs, tinydockerProgram } from '../support/run.ts';

const test = suite('cp');

eachContainer(test, 'out: to a name, over a file, into a directory', TREE, async place => {
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
  test,
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
  test,
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
  test,
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

eachContainer(test, 'archives on stdin and stdout', TREE, async place => {
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

test.run();
