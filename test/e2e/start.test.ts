/** Kept containers that start again: with their files, one at a time, and whatever happens, without losing anything. */

import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryOf, ended, exitStatus, killMonitor, says, withContainers } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { hasStarted, planSteps } from '../support/killing.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';

const test = suite('start');

/** Counts its starts in files of the writable layer, of a volume and of a volume of the image. */
const COUNT = `${GUARD}for f in /count /v/count /data/count; do echo x >>$f; done; cat /count | wc -l; echo "$A $(pwd) $(hostname)"; exit 4`;

async function makeCounter(place: Place): Promise<string> {
  const volume = ownDirectory(place.mode, join(place.home, 'volume'));
  makeImage(place, { config: { Volumes: { '/data': {} } }, change: root => mkdirSync(join(root, 'data')) });
  const options = ['--keep', '-v', `${volume}:/v`, '-e', 'A=a b', '-w', '/srv', '-h', 'host1'];
  const first = await tinydocker(place, ['run', '-q', ...options, 'c1', 'sh', '-c', COUNT]);
  assert.equal([first.status, first.stdout], [4, '1\na b /srv host1\n'], first.stderr);
  return volume;
}

eachMode(
  test,
  'the same command, files, volumes, variables and directory, in the foreground and in the background',
  place =>
    withContainers(place, async () => {
      const volume = await makeCounter(place);
      const before = hostState(place.store);
      const again = await tinydocker(place, ['start', '-a', '-q', 'c1']);
      assert.equal([again.status, again.stdout, again.stderr], [4, '2\na b /srv host1\n', '']);
      const behind = await tinydocker(place, ['start', 'c1']);
      assert.equal([behind.status, behind.stdout, withoutNotes(behind.stderr)], [0, 'c1\n', '']);
      await ended(place, 'c1');
      await says(place, 'c1', '3\na b /srv host1\n');
      assert.is(exitStatus(place, 'c1'), 4);
      const told = await tinydocker(place, ['start', '-a', '--progress', 'plain', 'c1']);
      assert.match(
        told.stderr,
        /: cleaned up in .*: processes, mounts; writable layer kept; exit status 4\n/,
      );
      // ... and by the printed script.
      const script = await tinydocker(place, ['start', '-a', '--dry-run', 'c1']);
      const bySh = await runAs(place, ['sh'], { input: script.stdout });
      assert.equal([bySh.status, bySh.stdout], [4, '5\na b /srv host1\n'], bySh.stderr);
      const look = [
        'sh',
        '-ec',
        'cat "$1/volumes/1/count" "$2/count"',
        'look',
        directoryOf(place, 'c1'),
        volume,
      ];
      assert.is((await runAs(place, look)).stdout, 'x\n'.repeat(10));
      const now = hostState(place.store);
      assert.equal(
        [now.mounts, now.processes, now.namespaces],
        [before.mounts, before.processes, before.namespaces],
      );
    }),
);

eachMode(test, 'of several starts at once one wins', place =>
  withContainers(place, async () => {
    makeImage(place);
    const program = `${GUARD}echo x >>/count; sleep 1`;
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', program])).status, 0);
    const tries = await Promise.all(
      Array.from({ length: 5 }, () => tinydocker(place, ['start', '-a', '-q', 'c1'])),
    );
    const won = tries.filter(({ status }) => status === 0);
    assert.ok(won.length >= 1);
    for (const { status, stderr } of tries.filter(({ status }) => status !== 0)) {
      assert.is(status, 125);
      assert.match(stderr, /^tinydocker: The container "?c1"? runs (by now|already)/, stderr);
    }
    const upper = join(directoryOf(place, 'c1'), 'upper/count');
    assert.is(readFileSync(upper, 'utf8'), 'x\n'.repeat(1 + won.length));
    assert.equal(gates(place), []);
  }),
);

eachMode(
  test,
  'kill -9 at each step: the container keeps its files, and starts afterwards',
  place =>
    withContainers(place, async () => {
      await makeCounter(place);
      const before = hostState(place.store);
      const steps = await planSteps(place, ['start', '-a', 'c1']);
      let runs = 1;
      for (const step of steps) {
        const running = startTinydocker(place, ['start', '-a', '--progress', 'json', '--pace', '20ms', 'c1']);
        while (!hasStarted(running.stderr(), step)) await new Promise(resolve => setTimeout(resolve, 2));
        running.kill('SIGKILL');
        await running.ended;
        const prune = await tinydocker(place, ['prune', '--force']);
        assert.is(prune.status, 0, prune.stderr);
        const files = readdirSync(join(directoryOf(place, 'c1'), 'upper'));
        assert.ok(files.includes('count'), step);
      }
      for (const gate of gates(place)) utimesSync(join(directoryOf(place, 'c1'), gate), 1, 1);
      const last = await tinydocker(place, ['start', '-a', '-q', 'c1']);
      assert.is(last.status, 4, last.stderr);
      runs = Number(last.stdout.split('\n')[0]);
      assert.ok(runs >= 2 && runs <= 5, 'it ran only where the gate had been opened');
      assert.equal(gates(place), []);
      const now = hostState(place.store);
      assert.equal([now.mounts, now.processes], [before.mounts, before.processes]);
    }),
  ['root', 'range'],
);

eachMode(test, 'what can not be started is told in a sentence', place =>
  withContainers(place, async () => {
    makeImage(place);
    const cases: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
      [['c1'], 1, /^tinydocker: There is no container "?c1"?\.\n/],
      [[], 2, /^tinydocker: Which container is to be started\?/],
      [['-a', 'c1', 'c2'], 2, /^tinydocker: -a takes one container/],
      [['-i', 'c1'], 2, /^tinydocker: -i goes with -a/],
    ];
    for (const [words, status, said] of cases) {
      const result = await tinydocker(place, ['start', ...words]);
      assert.is(result.status, status, words.join(' '));
      assert.match(result.stderr, said);
    }
    // docker starts what runs already without a word, and so do we.
    await tinydocker(place, ['run', '-q', '-d', 'c1', 'sleep', '30']);
    const twice = await tinydocker(place, ['start', 'c1']);
    assert.equal([twice.status, twice.stdout], [0, 'c1\n']);
    const attached = await tinydocker(place, ['start', '-a', 'c1']);
    assert.match(attached.stderr, /runs already, so it can not be started in the foreground/);
    await killMonitor(place, 'c1');
  }),
);

/** What starts that were killed left of their gates. */
function gates(place: Place): readonly string[] {
  const directory = directoryOf(place, 'c1');
  return existsSync(directory) ? readdirSync(directory).filter(name => name.startsWith('gate')) : [];
}

test.run();
