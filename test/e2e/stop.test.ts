/** The ends of containers: stop, kill, wait, restart, rm -f. Whatever follows one of them is never too early. */

import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedInit } from '../../src/host/init-process.ts';
import { startTime } from '../../src/host/owner.ts';
import {
  background,
  directoryOf,
  exitStatus,
  killMonitor,
  logged,
  monitorOf,
  says,
  withContainers,
} from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { hasStarted } from '../support/killing.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('stop');

const program = (text: string): readonly string[] => ['sh', '-c', `${GUARD}${text}`];
const OBEYS = program("trap 'exit 7' TERM; trap 'echo usr1' USR1; echo up; while :; do sleep 0.05; done");
const IGNORES = program("trap '' TERM; echo up; while :; do sleep 0.05; done");

/** Runs a verb without progress: its status, and what it printed. */
async function does(place: Place, ...words: readonly string[]): Promise<readonly unknown[]> {
  const { status, stdout, stderr } = await tinydocker(place, words);
  return [status, stdout, withoutNotes(stderr)];
}

function initOf(place: Place, name: string): { readonly pid: number; readonly start: string } {
  const init = recordedInit(directoryOf(place, name));
  assert.ok(init, `${name} has no init`);
  return init;
}

/** That nothing but the store is other than before. */
function nothingRuns(place: Place, before: ReturnType<typeof hostState>): void {
  const now = hostState(place.store);
  assert.equal(
    [now.mounts, now.processes, now.namespaces],
    [before.mounts, before.processes, before.namespaces],
  );
}

eachMode(test, 'stop asks, waits and kills; what follows is never too early', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    // As another user than root of its user namespace, where there is one.
    const user = place.mode.name === 'single' ? [] : ['-u', '1000'];
    await background(place, ['-q', ...user, 'a', ...OBEYS]);
    await background(place, ['-q', 'b', ...IGNORES]);
    await says(place, 'a', 'up\n');
    await says(place, 'b', 'up\n');
    assert.equal(await does(place, 'stop', '-q', '-t', '1', 'b', 'a'), [0, 'b\na\n', '']);
    assert.equal([exitStatus(place, 'b'), exitStatus(place, 'a')], [137, 7]);
    assert.equal(await does(place, 'start', '-q', 'a'), [0, 'a\n', '']);
    await says(place, 'a', 'up\nup\n');
    assert.equal(await does(place, 'stop', '-q', 'a', 'b', 'a'), [0, 'a\nb\n', '']);
    assert.is(exitStatus(place, 'a'), 7);
    assert.equal(await does(place, 'rm', '-q', 'b'), [0, '', '']);
    assert.equal(await does(place, 'start', '-q', 'a'), [0, 'a\n', '']);
    assert.match((await does(place, 'rm', '-q', 'a')).join(), /runs, so it is not removed\.\n.*rm -f a/);
    assert.equal(await does(place, 'rm', '-f', 'a', 'b'), [0, 'a\n', '']);
    assert.not.ok(existsSync(directoryOf(place, 'a')));
    nothingRuns(place, before);
  }),
);

eachMode(
  test,
  'signals by name and number, one that is stopped, and the printed script',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, [
        '-q',
        '--stop-signal',
        'usr2',
        'a',
        ...program("trap 'exit 9' USR2; trap 'echo usr1' USR1; echo up; while :; do sleep 0.05; done"),
      ]);
      await says(place, 'a', 'up\n');
      assert.equal(await does(place, 'kill', '-q', '-s', 'SIGUSR1', 'a'), [0, 'a\n', '']);
      await says(place, 'a', 'up\nusr1\n');
      // With the container's own stop signal.
      const { stdout: script } = await tinydocker(place, ['stop', '--dry-run', 'a']);
      assert.is((await runAs(place, ['sh'], { input: script })).status, 0);
      assert.is(exitStatus(place, 'a'), 9);
      // The same script again hits nobody.
      await does(place, 'start', '-q', 'a');
      assert.is((await runAs(place, ['sh'], { input: script })).status, 0);
      const init = initOf(place, 'a');
      assert.is(startTime(init.pid), init.start, 'it hit a container that was started later');
      assert.equal(await does(place, 'kill', '-q', '-s', '19', 'a'), [0, 'a\n', '']);
      assert.equal(await does(place, 'stop', '-q', '-t', '1', 'a'), [0, 'a\n', '']);
      assert.is(exitStatus(place, 'a'), 137);
      assert.equal(await does(place, 'kill', 'a'), [1, '', 'tinydocker: The container "a" does not run.\n']);
    }),
  ['root', 'range'],
);

eachMode(
  test,
  'wait prints how it ended, also of one that is not kept',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['-q', '--rm', 'a', ...OBEYS]);
      await background(place, ['-q', 'b', ...OBEYS]);
      await says(place, 'a', 'up\n');
      await says(place, 'b', 'up\n');
      const waits = startTinydocker(place, ['wait', 'a', 'b', 'nobody']);
      await until(() => waits.stderr().includes('nobody'));
      assert.equal(await does(place, 'stop', '-q', 'a'), [0, 'a\n', '']);
      assert.not.ok(existsSync(directoryOf(place, 'a')));
      assert.equal(await does(place, 'kill', '-q', 'b'), [0, 'b\n', '']);
      const { status, stdout } = await waits.ended;
      assert.equal([status, stdout], [1, '7\n137\n']);
      assert.equal(await does(place, 'wait', 'b'), [0, '137\n', '']);
    }),
  ['root', 'range'],
);

eachMode(test, 'one whose watcher was killed, and one that is just being made', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    await background(place, ['-q', 'a', ...IGNORES]);
    await says(place, 'a', 'up\n');
    const { pid, start } = initOf(place, 'a');
    await killMonitor(place, 'a');
    assert.equal(await does(place, 'stop', '-q', '-t', '0', 'a'), [0, 'a\n', '']);
    assert.is.not(startTime(pid), start);
    assert.match((await does(place, 'wait', 'a')).join(), /^1,,tinydocker: How "?a"? ended is not known/);
    assert.equal(await does(place, 'rm', '-q', '-f', 'a'), [0, '', '']);
    const making = startTinydocker(place, ['run', '--progress', 'json', '--pace', '100ms', 'm', ...OBEYS]);
    await until(() => hasStarted(making.stderr(), 'mount-overlay'));
    assert.equal(await does(place, 'stop', '-q', 'm'), [0, 'm\n', '']);
    assert.is((await making.ended).status, 143);
    assert.not.ok(existsSync(directoryOf(place, 'm')));
    nothingRuns(place, before);
  }),
);

eachMode(
  test,
  'restart: in the background, also from somebody’s foreground; what is not kept is left alone',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const front = startTinydocker(place, ['run', '-q', '--keep', 'a', ...OBEYS]);
      const gone = startTinydocker(place, ['run', '-q', 'g', ...OBEYS]);
      await until(() => front.stdout() === 'up\n' && gone.stdout() === 'up\n');
      const first = initOf(place, 'a').pid;
      const [status, stdout, stderr] = await does(place, 'restart', '-q', 'a', 'g');
      assert.equal([status, stdout], [1, 'a\n']);
      assert.match(String(stderr), /^tinydocker: The container "?g"? is not kept/);
      assert.is((await front.ended).status, 7);
      await until(() => logged(place, 'a', 'stdout') === 'up\n');
      assert.is.not(initOf(place, 'a').pid, first);
      assert.equal(await does(place, 'kill', '-q', 'g'), [0, 'g\n', '']);
      assert.is((await gone.ended).status, 137);
      assert.equal(await does(place, 'restart', '-q', '-t', '0', 'a'), [0, 'a\n', '']);
      assert.equal(await does(place, 'rm', '-q', '-f', 'a'), [0, '', '']);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'rounds of an end by itself and a stop at the same moment: no error, and a start right after',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['-q', 'a', ...program('read -r x </proc/uptime; exec sleep 0.1')]);
      for (let round = 0; round < 6; round++) {
        const [stop, kill] = await Promise.all([
          does(place, 'stop', '-q', '-t', '0', 'a'),
          does(place, 'kill', '-q', 'a'),
        ]);
        assert.equal(stop, [0, 'a\n', '']);
        assert.ok(kill[0] === 0 || String(kill[2]).includes('does not run'), String(kill));
        assert.equal(await does(place, 'start', '-q', 'a'), [0, 'a\n', '']);
        assert.ok(
          monitorOf(place, 'a') !== undefined || exitStatus(place, 'a') === 0,
          `round ${round}: it was not started`,
        );
      }
    }),
  ['root'],
);

eachMode(
  test,
  'command lines that are wrong',
  async place => {
    for (const [words, status, said] of [
      [['stop'], 2, /Which container is to be stopped/],
      [['stop', '-t', 'soon', 'a'], 2, /not a number of seconds/],
      [['stop', '-s', 'NOPE', 'a'], 2, /is not a signal/],
      [['stop', 'a'], 1, /There is no container/],
      [['kill', '-s', '0', 'a'], 2, /is not a signal/],
      [['wait'], 2, /Which container is to be waited for/],
      [['pause', 'a'], 2, /pause is not supported: it takes a cgroup/],
      [['run', '--restart', 'always', 'a'], 2, /there is no daemon/],
      [['run', '--stop-signal', 'NOPE', 'a'], 2, /is not a signal/],
    ] as const) {
      const result = await tinydocker(place, words);
      assert.is(result.status, status, words.join(' '));
      assert.match(result.stderr, said);
    }
  },
  ['root'],
);

test.run();
