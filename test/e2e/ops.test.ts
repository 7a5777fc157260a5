/** ops: what the store remembers of what was done. */

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRecording } from '../../src/record/read.ts';
import { ended, killMonitor, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('ops');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];

interface Listed {
  readonly ID: string;
  readonly Status: string;
  readonly ExitStatus: string;
  readonly Command: string;
}

/** Newest first. */
async function ops(place: Place, ...args: readonly string[]): Promise<readonly Listed[]> {
  const { status, stdout, stderr } = await tinydocker(place, ['ops', '--format', 'json', ...args]);
  assert.equal([status, stderr], [0, '']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Listed);
}

eachMode(test, 'every command line that carries out a plan is listed, with how it ended', async place => {
  makeImage(place);
  assert.equal(await ops(place), []);
  await tinydocker(place, ['run', '--keep', 'c1', ...sh('exit 3')]);
  await tinydocker(place, ['run', '--fail-at', 'pivot-root', 'c2']);
  await tinydocker(place, ['tag', 'base', 'other']);
  await tinydocker(place, ['rm', 'c1']);
  await tinydocker(place, ['run', '--dry-run', 'c3']);
  await tinydocker(place, ['ps', '-a']);
  const listed = await ops(place);
  assert.equal(
    listed.map(({ Status, ExitStatus, Command }) => [
      Status,
      ExitStatus,
      Command.split(' ').slice(1, 2).join(),
    ]),
    [
      ['succeeded', '0', 'rm'],
      ['succeeded', '0', 'tag'],
      ['failed', '125', 'run'],
      ['succeeded', '3', 'run'],
    ],
  );
  const directory = join(place.store, 'ops');
  assert.is(lstatSync(directory).mode & 0o777, 0o700);
  for (const file of readdirSync(directory)) assert.is(lstatSync(join(directory, file)).mode & 0o777, 0o600);
  assert.is((await ops(place, '-n', '2')).length, 2);
  const table = await tinydocker(place, ['ops']);
  assert.match(table.stdout, /^ID +STARTED +TOOK +STATUS +EXIT +COMMAND\n/);
});

eachMode(
  test,
  'show: every command with its time and status; ids may be shortened',
  async place => {
    makeImage(place);
    await tinydocker(place, ['run', '-e', 'SECRET=x', '--fail-at', 'pivot-root', 'c1']);
    const [only] = await ops(place);
    const id = only?.ID ?? '';
    const { status, stdout } = await tinydocker(place, ['ops', 'show', id.slice(0, 3)]);
    assert.is(status, 0);
    assert.match(
      stdout,
      new RegExp(
        `^${id} {2}tinydocker run -e SECRET=x --fail-at pivot-root c1\\nfailed, exit status 125; began `,
      ),
    );
    assert.match(stdout, /^ +\d+\.\d{3} s +\d+ ms {2}done {5}reserve the name\n {8}mkdir -m 0700 -- "\$C"$/m);
    assert.match(
      stdout,
      /^ +\d+\.\d{3} s +\d+ ms {2}failed {3}swap the root\n {8}false\n {10}exit status 1$/m,
    );
    assert.not.match(stdout, /^ +$/m);
    assert.match(stdout, /^ +\d+\.\d{3} s +\d+ ms {2}undone {3}new namespaces\n {8}kill -KILL "\$INIT"$/m);
    assert.match(stdout, /^tinydocker: The step pivot-root failed because --fail-at asked for it\.$/m);
    const json = await tinydocker(place, ['ops', 'show', '--format', 'json', id]);
    assert.ok(readRecording(json.stdout).ok);
    const [file = ''] = readdirSync(join(place.store, 'ops'));
    assert.is(json.stdout, readFileSync(join(place.store, 'ops', file), 'utf8'));
  },
  ['root'],
);

eachMode(
  test,
  'a beginning of two ids is refused, and so is what is none',
  async place => {
    makeImage(place);
    const directory = ownDirectory(place.mode, join(place.store, 'ops'), 0o700);
    for (const id of ['aaaa0001', 'aaaa0002'])
      writeFileSync(join(directory, `1700000000000-${id}.ndjson`), '');
    const both = await tinydocker(place, ['ops', 'show', 'aaaa']);
    assert.is(both.status, 1);
    assert.match(
      both.stderr,
      /"aaaa" is the beginning of 2 operations' ids\.\nWhich one: aaaa0002, aaaa0001\?/,
    );
    for (const none of ['b', '../../etc/passwd', '.*', '']) {
      const { status, stderr } = await tinydocker(place, ['ops', 'show', none]);
      assert.is(status, 1);
      assert.match(stderr, /There is no operation/);
    }
    assert.equal(
      (await ops(place)).map(({ Status }) => Status),
      ['unreadable', 'unreadable'],
    );
    assert.is((await tinydocker(place, ['ops', 'nonsense'])).status, 2);
    assert.is((await tinydocker(place, ['ops', '-n', '0'])).status, 2);
  },
  ['root'],
);

eachMode(
  test,
  'what runs is running, what was killed is broken off',
  async place => {
    makeImage(place);
    const running = startTinydocker(place, ['run', 'c1', ...sh('echo up; sleep 60')]);
    await until(() => running.stdout().includes('up'));
    assert.is((await ops(place))[0]?.Status, 'running');
    running.kill('SIGKILL');
    await running.ended;
    const [killed] = await ops(place);
    assert.equal([killed?.Status, killed?.ExitStatus], ['broken off', '']);
    const shown = await tinydocker(place, ['ops', 'show', killed?.ID ?? '']);
    assert.match(shown.stdout, /broken off; began /);
    assert.is((await tinydocker(place, ['prune', '-f'])).status, 0);
  },
  ['root', 'range'],
);

eachMode(
  test,
  'in the background the monitor goes on with it',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await tinydocker(place, ['run', '-d', 'c1', ...sh('sleep 60')]);
      assert.is((await ops(place))[0]?.Status, 'running');
      await killMonitor(place, 'c1');
      assert.is((await ops(place))[0]?.Status, 'broken off');
      await tinydocker(place, ['run', '-d', 'c2', ...sh('exit 4')]);
      await ended(place, 'c2');
      const [second] = await ops(place);
      assert.equal([second?.Status, second?.ExitStatus], ['succeeded', '4']);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'the newest 200 are kept, and nothing else in the directory is touched',
  async place => {
    makeImage(place);
    const directory = ownDirectory(place.mode, join(place.store, 'ops'), 0o700);
    const old = Array.from(
      { length: 205 },
      (_, index) => `17000000${String(index).padStart(5, '0')}-0000000a.ndjson`,
    );
    for (const name of [...old, 'mine.txt']) writeFileSync(join(directory, name), '');
    assert.is((await tinydocker(place, ['tag', 'base', 'other'])).status, 0);
    const left = readdirSync(directory).sort();
    assert.is(left.filter(name => name.endsWith('.ndjson')).length, 200);
    assert.ok(left.includes('mine.txt'));
    assert.equal(left.slice(0, 2), old.slice(6, 8));
  },
  ['root'],
);

eachMode(
  test,
  'that nothing can be written there keeps nobody from anything, and is not said',
  async place => {
    makeImage(place);
    const ops = join(place.store, 'ops');
    const elsewhere = join(place.home, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, ops);
    const through = await tinydocker(place, ['tag', 'base', 'one']);
    assert.equal([through.status, withoutNotes(through.stderr)], [0, '']);
    assert.equal(readdirSync(elsewhere), []);
    const full = await runAs(place, [
      ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
      'rm "$1"; mkdir "$1"; mount -t tmpfs -o size=4k,mode=0700 tmpfs "$1"; shift; "$@"',
      ...['full', ops, ...tinydockerProgram(), 'run', 'c1', ...sh('echo ran')],
    ]);
    assert.equal([full.status, full.stdout, withoutNotes(full.stderr)], [0, 'ran\n', '']);
  },
  ['root'],
);

eachMode(
  test,
  "a store is not made for it, and another user's is not listed",
  async place => {
    const nowhere = join(place.home, 'nowhere');
    const { status } = await tinydocker(place, ['rmi', 'none'], { store: nowhere });
    assert.is(status, 1);
    assert.not.ok(existsSync(nowhere));
    const foreign = ownDirectory({ ...place.mode, uid: 0, gid: 0 }, join(place.dir, 'foreign'));
    mkdirSync(join(foreign, 'ops'), { mode: 0o700 });
    chmodSync(foreign, 0o755);
    const refused = await tinydocker(place, ['ops'], { store: foreign });
    assert.is(refused.status, 1);
    assert.match(refused.stderr, /can not be read: permission denied\./);
  },
  ['range', 'single'],
);

test.run();
