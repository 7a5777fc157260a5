/** Joining a container in the background: what it writes from then on, what one types, signals, several at once; without and with a terminal. */

import { appendFileSync, existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, ended, killMonitor, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Running, runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('attach');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];
/** Prints a number now and then, so that one sees who is attached. */
const TICK = 'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done &';

/** Attaches, and waits until something came. */
async function attached(place: Place, ...words: readonly string[]): Promise<Running> {
  const running = startTinydocker(place, ['attach', ...words]);
  await until(() => running.stdout() !== '');
  return running;
}

eachMode(test, 'its output from now on, its input, several at once, and its exit status', place =>
  withContainers(place, async () => {
    makeImage(place);
    const program = `${TICK} echo before; while read -r line; do echo "got $line"; echo "err $line" >&2; [ "$line" = end ] && exit 7; done`;
    await background(place, ['-i', '--rm', 'c1', ...sh(program)]);
    assert.is(statSync(join(directoryOf(place, 'c1'), 'attach')).mode & 0o777, 0o600);
    await says(place, 'c1', 'tick 2\n');
    const watching = await attached(place, '--no-stdin', 'c1');
    const typed = await tinydocker(place, ['attach', 'c1'], { input: 'one\ntwo\nend\n' });
    assert.is(typed.status, 7);
    assert.match(typed.stdout.replaceAll(/tick \d+\n/g, ''), /^got one\ngot two\ngot end\n$/);
    assert.is(typed.stderr, 'err one\nerr two\nerr end\n');
    const watched = await watching.ended;
    assert.is(watched.status, 7);
    assert.match(watched.stdout.replaceAll(/tick \d+\n/g, ''), /^got one\ngot two\ngot end\n$/);
    assert.not.match(watched.stdout, /before/);
    // It returns when everything is undone.
    assert.is((await tinydocker(place, ['attach', 'c1'])).status, 1);
  }),
);

eachMode(
  test,
  'signals are passed on to the command, or end only us',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, [
        'c1',
        ...sh(`trap 'echo caught; exit 9' INT; ${TICK} while :; do wait; done`),
      ]);
      for (const [words, signal, status] of [
        [['--sig-proxy=false', 'c1'], 'SIGINT', 130],
        [['c1'], 'SIGHUP', 129],
        [['--sig-proxy', 'c1'], 'SIGINT', 9],
      ] as const) {
        const running = await attached(place, ...words);
        running.kill(signal);
        const finished = await running.ended;
        assert.is(finished.status, status, words.join(' '));
        if (status === 9) assert.match(finished.stdout, /caught\n$/);
      }
      // A command without a handler takes no notice: then the second one is for us.
      await background(place, ['c2', ...sh(`${TICK} while :; do wait; done`)]);
      const running = await attached(place, 'c2');
      running.kill('SIGTERM');
      await until(() => /has no handler for it; once more leaves/.test(running.stderr()));
      running.kill('SIGTERM');
      assert.is((await running.ended).status, 143);
      await says(place, 'c2', 'tick');
    }),
  ['root', 'range'],
);

eachMode(
  test,
  'whoever does not read misses something, and is told; the container and the others go on',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const program =
        'echo up; read -r go; seq 400000; echo all; read -r go; echo more; read -r go; seq 400000; exit 4';
      await background(place, ['-i', 'c1', ...sh(program)]);
      await says(place, 'c1', 'up');
      // Stopped, as by Ctrl-Z.
      const stopped = startTinydocker(place, ['attach', '--no-stdin', 'c1']);
      await untilConnected(stopped.pid);
      stopped.kill('SIGSTOP');
      const other = startTinydocker(place, ['attach', 'c1'], { input: 'go\n' });
      await says(place, 'c1', 'all\n');
      await until(() => other.stdout().endsWith('\nall\n'));
      stopped.kill('SIGCONT');
      appendFileSync(join(directoryOf(place, 'c1'), 'in'), 'go\n');
      await until(() => /MB of output came too fast and were left out/.test(stopped.stderr()));
      assert.match(stopped.stderr(), /MB of output came too fast and were left out/);
      stopped.kill('SIGSTOP');
      appendFileSync(join(directoryOf(place, 'c1'), 'in'), 'go\n');
      assert.is((await other.ended).status, 4);
      await ended(place, 'c1');
      stopped.kill('SIGCONT');
      const { status, stderr } = await stopped.ended;
      assert.is(status, 4);
      assert.match(stderr, /the last of its output was not read in time; tinydocker logs c1 shows it/);
    }),
  ['root', 'single'],
);

/** Until the process is connected to something, besides what Node makes for itself. */
async function untilConnected(pid: number): Promise<void> {
  await until(() =>
    readdirSync(`/proc/${pid}/fd`).some(fd => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:')),
  );
  await sleep(200);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

eachMode(
  test,
  'what can not be joined, and what is lost',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await tinydocker(place, ['run', '-q', '--keep', 'kept', 'true']);
      const foreground = startTinydocker(place, ['run', '-q', 'front', ...sh('echo up; sleep 30')]);
      await until(() => foreground.stdout() === 'up\n');
      const script = await tinydocker(place, ['run', '-d', '--dry-run', 'script', ...sh('sleep 3')]);
      assert.is((await runAs(place, ['sh'], { input: script.stdout })).status, 0);
      const cases: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
        [['none'], 1, /^tinydocker: There is no container "none"/],
        [['kept'], 1, /^tinydocker: The container "kept" does not run\.\ntinydocker start -ai kept/],
        [['front'], 1, /^tinydocker: The container "front" runs in the foreground/],
        [['script'], 1, /^tinydocker: The container "script" was started by a printed script/],
        [[], 2, /Which container/],
        [['a', 'b'], 2, /takes one container/],
        [['--sig-proxy=no', 'kept'], 2, /It is true or false/],
        [['--detach-keys', 'xy', 'kept'], 2, /ctrl-p,ctrl-q/],
      ];
      for (const [words, status, said] of cases) {
        const result = await tinydocker(place, ['attach', ...words]);
        assert.equal([result.status, result.stdout], [status, ''], words.join(' '));
        assert.match(result.stderr, said);
      }
      foreground.kill('SIGTERM');
      await foreground.ended;
      await background(place, ['c1', ...sh(`${TICK} while :; do wait; done`)]);
      const running = await attached(place, 'c1');
      await killMonitor(place, 'c1');
      const { status, stderr } = await running.ended;
      assert.is(status, 1);
      assert.match(stderr, /The container "c1" was killed with what ran it/);
      await until(() => !existsSync(join(directoryOf(place, 'script'), 'gate')));
    }),
  ['root'],
);

test.run();
