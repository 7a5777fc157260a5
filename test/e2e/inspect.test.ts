/** inspect: docker's names for what is known of a container. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, ended, killMonitor, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { initOf, untilAbandoned } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('inspect');

interface Details {
  readonly [name: string]: unknown;
  readonly State: Readonly<Record<string, unknown>>;
  readonly Config: Readonly<Record<string, unknown>>;
}

async function inspect(place: Place, ...names: readonly string[]): Promise<readonly Details[]> {
  const { status, stdout, stderr } = await tinydocker(place, ['inspect', ...names]);
  assert.equal([status, stderr], [0, '']);
  return JSON.parse(stdout) as readonly Details[];
}

eachMode(test, 'inspect tells what a container is, does, and how it ended', place =>
  withContainers(place, async () => {
    makeImage(place, { config: { Volumes: { '/var': {} }, StopSignal: 'SIGINT' } });
    const data = join(place.home, 'data');
    mkdirSync(data);
    const program = `${GUARD}exec sleep 60`;
    await background(place, [
      ...['-v', `${data}:/data:ro`, '-e', 'A=b c', '-w', '/tmp', '-h', 'host1'],
      ...['up', 'sh', '-c', program],
    ]);
    await background(place, ['down', 'sh', '-c', `${GUARD}exit 3`]);
    await ended(place, 'down');

    const [up, down] = await inspect(place, 'up', 'down');
    assert.ok(up && down);
    assert.equal([up['Id'], up['Name'], up['Path'], up['Args']], ['up', 'up', 'sh', ['-c', program]]);
    const { StartedAt, ...state } = up.State;
    assert.equal(state, {
      ...{
        Status: 'running',
        Running: true,
        Paused: false,
        Restarting: false,
        OOMKilled: false,
        Dead: false,
      },
      ...{ Pid: initOf(place.store, 'up'), ExitCode: 0, Error: '', FinishedAt: '0001-01-01T00:00:00Z' },
    });
    assert.ok(Date.parse(String(StartedAt)) >= Date.parse(String(up['Created'])));
    assert.match(String(up['Image']), /^sha256:[0-9a-f]{64}$/);
    assert.equal(up['Mounts'], [
      { Type: 'bind', Source: data, Destination: '/data', Mode: '', RW: false, Propagation: 'rprivate' },
      {
        ...{ Type: 'volume', Source: join(place.store, 'containers/up/volumes/1'), Destination: '/var' },
        ...{ Mode: '', RW: true, Propagation: '' },
      },
    ]);
    const { Env, ...config } = up.Config;
    assert.ok((Env as readonly string[]).includes('A=b c'));
    assert.equal(config, {
      ...{ Hostname: 'host1', User: '0:0', Tty: false, OpenStdin: false, Cmd: ['sh', '-c', program] },
      ...{ Entrypoint: null, Image: 'base:latest', Volumes: { '/var': {} }, WorkingDir: '/tmp' },
      StopSignal: 'SIGINT',
    });
    assert.is(up['LogPath'], join(place.store, 'containers/up/log'));
    assert.equal(
      [down.State['Status'], down.State['Running'], down.State['Pid'], down.State['ExitCode']],
      ['exited', false, 0, 3],
    );
    assert.ok(Date.parse(String(down.State['FinishedAt'])) >= Date.parse(String(down.State['StartedAt'])));

    await killMonitor(place, 'up');
    await untilAbandoned(place.store, 'up');
    const [lost] = await inspect(place, 'up');
    assert.equal(
      [lost?.State['Status'], lost?.State['ExitCode'], lost?.State['Error']],
      ['lost', 255, 'Lost: killed with what ran it'],
    );
  }),
);

eachMode(
  test,
  'inspect takes templates, falls back on images, and prints what it finds',
  async place => {
    makeImage(place);
    await tinydocker(place, ['run', '--keep', 'c1', 'true']);
    for (const [words, expected, printed, said] of [
      [['-f', '{{.Name}}={{.State.ExitCode}}', 'c1'], 0, 'c1=0\n', ''],
      [['-f', '{{json .Created}}', '--type', 'image', 'base'], 0, '"2026-01-01T00:00:00Z"\n', ''],
      [['c2'], 1, '[]\n', 'tinydocker: There is no container and no image "c2".'],
      [['-f', '{{.Id}}', 'c2', 'c1'], 1, 'c1\n', 'tinydocker: There is no container and no image "c2".'],
      [['--type', 'container', 'base'], 1, '[]\n', 'tinydocker: There is no container "base".'],
      [['--type', 'image', 'c1'], 1, '[]\n', 'tinydocker: There is no image "c1".'],
      [['-f', '{{.State.Foo}}', 'c1'], 2, '', 'tinydocker: There is no field ".State.Foo".'],
      [['-s', 'c1'], 2, '', 'tinydocker: tinydocker inspect has no option "-s".'],
      [['--size', 'c1'], 2, '', 'tinydocker: --size is not supported: tinydocker ps -s tells'],
      [[], 2, '', 'tinydocker: inspect needs the name of a container or an image.'],
    ] as const) {
      const { status, stdout, stderr } = await tinydocker(place, ['inspect', ...words]);
      assert.equal([status, stdout], [expected, printed], words.join(' '));
      assert.is(stderr.slice(0, said.length), said);
    }
  },
  ['root'],
);

// Kept short: what is tested is that nothing else than the kernel's own kill is called so.
eachMode(
  test,
  'a container that somebody killed is not out of memory',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', 'sleep', '60']);
      process.kill(initOf(place.store, 'c1'), 'SIGKILL');
      await ended(place, 'c1');
      const [c1] = await inspect(place, 'c1');
      assert.equal([c1?.State['ExitCode'], c1?.State['OOMKilled']], [137, false]);
      assert.match(readFileSync(join(place.store, 'containers/c1/exit.json'), 'utf8'), /"outOfMemory":false/);
    }),
  ['root'],
);

test.run();
