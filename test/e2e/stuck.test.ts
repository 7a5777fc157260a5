/** What does not go on while a container is made: whoever asks it to stop does not wait for it for ever, and nothing is left. */

import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  background,
  directoryOf,
  ended,
  exitStatus,
  monitorOf,
  withContainers,
} from '../support/containers.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { pruneAll } from '../support/killing.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { GUARD } from '../support/probe.ts';
import { startAs, startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('stuck');

/** newuidmap(1), which unshare(1) starts and which has all its descriptors, says that it runs and then takes its time; the next one does not. */
function slowMapping(place: Place): { readonly place: Place; readonly begun: () => boolean } {
  const [program, real, mark] = [
    join(place.dir, 'newuidmap'),
    join(place.dir, 'real'),
    join(place.home, 'begun'),
  ];
  const text = `#!/bin/sh\n[ ! -e '${mark}' ] || exec '${real}' "$@"\n: >'${mark}'\nexec sleep 60\n`;
  writeFileSync(program, text, { mode: 0o755 });
  const odd = prepared(
    place,
    'at=$(command -v newuidmap); cp -p "$at" "$dir/real"; mount --no-mtab --bind "$dir/newuidmap" "$at"',
  );
  return { place: odd, begun: () => existsSync(mark) };
}

/** The program waits once for two seconds, as soon as the file `from` is there; then `mark` has its PID. */
function slowOnce(
  place: Place,
  name: string,
  from: string,
): { readonly place: Place; readonly mark: string } {
  const [program, real, mark] = [join(place.dir, name), join(place.dir, 'real'), join(place.home, 'mark')];
  const text = `#!/bin/sh
if [ -e '${from}' ] && [ ! -e '${mark}' ]; then echo $$ >'${mark}'; sleep 2; fi
exec '${real}' "$@"
`;
  writeFileSync(program, text, { mode: 0o755 });
  const bind = `at=$(command -v ${name}); cp -p "$at" "$dir/real"; mount --no-mtab --bind "$dir/${name}" "$at"`;
  return { place: prepared(place, bind), mark };
}

for (const [title, options] of [
  ['in the foreground', []],
  ['in the background', ['-d']],
  ['on a terminal', ['-d', '-t']],
] as const) {
  eachPreparedMode(
    test,
    `init's parent is killed before it has become that, ${title}: what it had started goes with it`,
    async whole => {
      makeImage(whole);
      const { place, begun } = slowMapping(whole);
      const before = hostState(place.store);
      const running = startTinydocker(place, ['run', '-q', ...options, 'c1', 'true']);
      await until(begun);
      running.kill('SIGTERM');
      const { status } = await running.ended;
      assert.is(status, 143);
      await assertUnchanged(before, place.store);
    },
    ['range'],
  );
}

eachPreparedMode(
  test,
  'one that stops a container does not wait for what another had started to make it',
  whole =>
    withContainers(whole, async () => {
      makeImage(whole);
      const first = await tinydocker(whole, ['run', '-q', '--keep', 'c1', 'true']);
      assert.is(first.status, 0, first.stderr);
      const { place, begun } = slowMapping(whole);
      const before = hostState(place.store);
      const starting = startTinydocker(place, ['start', '-q', 'c1']);
      await until(begun);
      const stopped = await tinydocker(whole, ['stop', '-t', '0', 'c1']);
      assert.is(stopped.status, 0, stopped.stderr);
      assert.is((await starting.ended).status, 143);
      assert.equal(hostState(place.store).processes, before.processes);
    }),
  ['range'],
);

for (const program of ['rm', 'flock']) {
  eachPreparedMode(
    test,
    `what a killed start still had to remove is not taken away from the next one, when ${program} is slow`,
    whole =>
      withContainers(whole, async () => {
        makeImage(whole);
        const wait = `${GUARD}echo up; while [ ! -e /v/go ]; do sleep 0.05; done`;
        const volume = ownDirectory(whole.mode, join(whole.home, 'volume'));
        const go = join(volume, 'go');
        await background(whole, ['-q', '-v', `${volume}:/v`, 'c1', 'sh', '-c', wait]);
        writeFileSync(go, '');
        await ended(whole, 'c1');
        unlinkSync(go);
        const { place, mark } = slowOnce(whole, program, go);
        const first = startTinydocker(place, ['start', '-a', 'c1']);
        await until(() => first.stdout() === 'up\n');
        writeFileSync(go, '');
        await until(() => existsSync(mark));
        first.kill('SIGKILL');
        await first.ended;
        unlinkSync(go);
        const second = await tinydocker(whole, ['start', '-q', 'c1']);
        assert.is(second.status, 0, second.stderr);
        await until(() => !existsSync(`/proc/${readFileSync(mark, 'utf8').trim()}`));
        assert.equal(fifos(whole), ['attach', 'ended', 'err', 'gate', 'in', 'out', 'ready']);
        const stopped = await tinydocker(whole, ['stop', '-t', '0', 'c1']);
        assert.is(stopped.status, 0, stopped.stderr);
        assert.is(exitStatus(whole, 'c1'), 137);
        assert.equal(fifos(whole), ['ended']);
      }),
  );
}

eachMode(
  test,
  'who starts a container and says nothing is named, and killed when it is asked to stop for the third time',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    const running = startTinydocker(place, ['run', '-q', '-d', '--pace', '50ms', 'c1', 'true']);
    await until(() => monitorOf(place, 'c1') !== undefined);
    const monitor = monitorOf(place, 'c1') ?? 0;
    process.kill(monitor, 'SIGSTOP');
    await until(() => running.stderr() !== '', 20_000);
    assert.match(
      running.stderr(),
      new RegExp(
        `^tinydocker: still waiting to [a-z ]+: process ${monitor}, which starts the container, is stopped; kill -CONT ${monitor} lets it go on\\.\nCtrl-C stops it\\.\n$`,
      ),
    );
    for (const _ of [1, 2, 3]) {
      running.kill('SIGINT');
      await sleep(50);
    }
    const { status, stderr } = await running.ended;
    assert.is(status, 130);
    assert.match(stderr, /given up, as asked; whoever was starting the container was killed\.\n.* prune /);
    await pruneAll(place);
    await assertUnchanged(before, place.store);
  },
  ['root'],
);

eachMode(
  test,
  'who holds a container that is to start is named',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const first = await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true']);
      assert.is(first.status, 0, first.stderr);
      const holding = startAs(place, ['flock', directoryOf(place, 'c1'), 'sleep', '12']);
      const { status, stderr } = await tinydocker(place, ['start', 'c1']);
      assert.is(status, 0, stderr);
      assert.match(
        stderr,
        new RegExp(
          `note: still waiting to take the container: process ${holding.pid} has the container\\.\n`,
        ),
      );
      await holding.ended;
    }),
  ['root'],
);

/** The fifos of c1, and its socket. */
function fifos(place: Place): readonly string[] {
  const entries = readdirSync(directoryOf(place, 'c1'), { withFileTypes: true });
  return entries.flatMap(entry => (entry.isFIFO() || entry.isSocket() ? [entry.name] : [])).toSorted();
}

test.run();
