/** Containers in the background: run -d, what becomes of them, and of what they write. */

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  background,
  directoryOf,
  ended,
  exitStatus,
  killMonitor,
  logged,
  monitorOf,
  says,
  withContainers,
} from '../support/containers.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('background');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];
const kept = ['container.json', 'ended', 'exit.json', 'journal.jsonl', 'log', 'merged', 'upper', 'work'];

eachMode(test, 'run -d prints the name at once; output, exit status and files are kept', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    const { stdout, stderr } = await background(place, [
      'c1',
      ...sh('echo up; echo oh >&2; read x </none; sleep 30'),
    ]);
    assert.equal([stdout, withoutNotes(stderr)], ['c1\n', '']);
    await says(place, 'c1', 'up');
    assert.ok(monitorOf(place, 'c1'));
    assert.is(exitStatus(place, 'c1'), undefined);
    assert.is(hostState(place.store).mounts, before.mounts);
    await killMonitor(place, 'c1');
    const second = await background(place, ['c2', ...sh('echo up; echo oh >&2; echo x >/file; exit 3')]);
    assert.is(second.stdout, 'c2\n');
    await ended(place, 'c2');
    assert.is(exitStatus(place, 'c2'), 3);
    assert.equal([logged(place, 'c2', 'stdout'), logged(place, 'c2', 'stderr')], ['up\n', 'oh\n']);
    assert.equal(readdirSync(directoryOf(place, 'c2')).toSorted(), kept);
    const diff = await tinydocker(place, ['diff', 'c2']);
    assert.is(diff.stdout, 'A /file\n');
    for (const name of ['c1', 'c2']) assert.is((await tinydocker(place, ['rm', name])).status, 0);
    await assertUnchanged(before, place.store);
  }),
);

eachMode(test, 'the printed script makes the same container in the background', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    const volume = ownDirectory(place.mode, join(place.home, 'v'));
    const wait = 'while [ ! -e /v/go ]; do sleep 0.05; done';
    const words = ['-v', `${volume}:/v`, 'c1', ...sh(`echo up; echo oh >&2; echo x >/file; ${wait}; exit 3`)];
    const script = await tinydocker(place, ['run', '-d', '--dry-run', ...words]);
    for (const shell of ['dash', 'bash']) {
      const { status, stdout, stderr } = await runAs(place, [shell], { input: script.stdout });
      assert.equal([status, stdout, withoutNotes(stderr)], [0, 'c1\n', ''], shell);
      assert.not.ok(existsSync(join(directoryOf(place, 'c1'), 'exit.json')), 'it did not wait');
      writeFileSync(join(volume, 'go'), '');
      await until(() => exitStatus(place, 'c1') === 3);
      await until(() => !existsSync(join(directoryOf(place, 'c1'), 'gate')));
      assert.is((await tinydocker(place, ['diff', 'c1'])).stdout, 'A /file\n');
      assert.is((await tinydocker(place, ['rm', 'c1'])).status, 0);
      rmSync(join(volume, 'go'));
    }
    const failing = await tinydocker(place, ['run', '-d', '--dry-run', '--fail-at', 'pivot-root', ...words]);
    const failed = await runAs(place, ['sh'], { input: failing.stdout });
    assert.equal([failed.status, failed.stdout], [125, '']);
    await assertUnchanged(before, place.store);
  }),
);

eachMode(test, 'what goes wrong before it starts is told, and nothing is left', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const cases: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
    [['c1', 'no-such'], 127, /^tinydocker: The command "no-such" is not in the image/],
    [
      ['--fail-at', 'pivot-root', 'c1', 'true'],
      125,
      /^tinydocker: The step pivot-root failed because --fail-at/,
    ],
    [['-w', '/etc/passwd/x', 'c1', 'true'], 125, /^tinydocker: [A-Z].*\.\n/],
    [['--commit', 'x', 'c1', 'true'], 2, /--commit does not go with -d/],
    [['--log-max', '1', 'c1', 'true'], 2, /--log-max is at least 64k/],
  ];
  for (const [words, status, said] of cases) {
    const result = await tinydocker(place, ['run', '-d', ...words]);
    assert.equal([result.status, result.stdout], [status, ''], words.join(' '));
    assert.match(withoutNotes(result.stderr), said);
  }
  const foreground = await tinydocker(place, ['run', '--log-max', '1m', 'c1', 'true']);
  assert.is(foreground.status, 2);
  await assertUnchanged(before, place.store);
});

eachMode(test, 'Ctrl-C and kill -9 while it is made', async place => {
  makeImage(place);
  const before = hostState(place.store);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const running = startTinydocker(place, ['run', '-d', '--pace', '100ms', 'c1', 'sleep', '30']);
    await until(() => existsSync(directoryOf(place, 'c1')));
    running.kill(signal);
    const { status, stdout } = await running.ended;
    assert.equal([status, stdout], [signal === 'SIGINT' ? 130 : 143, '']);
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'it outlives whoever started it, and dies with its monitor', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    // Killed with its process group, as by a terminal that is closed.
    const running = startTinydocker(place, ['run', '-d', 'c1', ...sh('echo x >/file; echo up; sleep 30')]);
    await running.ended;
    try {
      process.kill(-running.pid, 'SIGKILL');
    } catch {
      // The group is gone.
    }
    await says(place, 'c1', 'up');
    const pid = monitorOf(place, 'c1') ?? 0;
    process.kill(pid, 'SIGHUP');
    await until(() => exitStatus(place, 'c1') !== undefined);
    await ended(place, 'c1');
    assert.is((await tinydocker(place, ['start', 'c1'])).status, 0);
    await until(() => monitorOf(place, 'c1') !== undefined);
    await killMonitor(place, 'c1');
    // Nobody saw how it ended; its files are there, and it can start again.
    await until(() => hostState(place.store).processes.length === before.processes.length);
    assert.is(exitStatus(place, 'c1'), undefined);
    assert.is((await tinydocker(place, ['diff', 'c1'])).stdout, 'A /file\n');
    assert.is((await tinydocker(place, ['prune', '--force'])).status, 0);
    assert.is((await tinydocker(place, ['start', '-a', '--fail-at', 'pivot-root', 'c1'])).status, 125);
    assert.is((await tinydocker(place, ['diff', 'c1'])).stdout, 'A /file\n');
    assert.is((await tinydocker(place, ['rm', 'c1'])).status, 0);
    await assertUnchanged(before, place.store);
  }),
);

eachMode(test, '--rm, -i and -t in the background', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    await background(place, ['--rm', 'c1', ...sh('exit 3')]);
    await until(() => !existsSync(directoryOf(place, 'c1')));
    await background(place, ['-i', 'c2', ...sh('echo up; cat')]);
    await background(place, ['c3', ...sh('echo up; cat; echo end')]);
    await background(place, ['-t', 'c4', ...sh('tty; test -t 0 && test -t 1 && echo up; read x')]);
    await says(place, 'c2', 'up');
    await says(place, 'c4', '/dev/console\r\nup');
    await ended(place, 'c3');
    assert.is(logged(place, 'c3', 'stdout'), 'up\nend\n');
    assert.ok(monitorOf(place, 'c2'), 'its stdin never ends');
    for (const name of ['c2', 'c4']) await killMonitor(place, name);
    for (const name of ['c2', 'c3', 'c4']) assert.is((await tinydocker(place, ['rm', name])).status, 0);
    await assertUnchanged(before, place.store);
  }),
);

test.run();
