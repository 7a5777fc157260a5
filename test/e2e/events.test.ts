/** events: what happens to containers and images, told while it happens, without a daemon. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, ended, killMonitor, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { untilAbandoned } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('events');

const FORMAT = '{{.Action}} {{.ID}} {{json .Actor.Attributes}}';

/** What is told while the body runs: until the event of the image "end" is. */
async function eventsOf(
  place: Place,
  words: readonly string[],
  body: () => Promise<void>,
): Promise<Finished> {
  // It says when it listens: by what was there already.
  const running = startTinydocker(place, ['events', '--since', '1h', ...words]);
  await until(() => running.stdout().includes('before'));
  await body();
  await tinydocker(place, ['tag', 'base', 'end']);
  await until(() => running.stdout().includes('end:latest'));
  running.kill('SIGTERM');
  return running.ended;
}

eachMode(test, 'events tells each start and each end, also of what is gone at once', place =>
  withContainers(place, async () => {
    makeImage(place);
    await tinydocker(place, ['run', '--keep', 'before', 'true']);
    const { status, stdout, stderr } = await eventsOf(place, ['--format', FORMAT], async () => {
      await tinydocker(place, ['run', 'brief', 'sh', '-c', `${GUARD}exit 4`]);
      await background(place, ['c1', 'sh', '-c', `${GUARD}exit 5`]);
      await ended(place, 'c1');
      await tinydocker(place, ['start', 'c1']);
      await ended(place, 'c1');
      await tinydocker(place, ['rm', 'c1']);
      await background(place, ['lost', 'sleep', '60']);
      await killMonitor(place, 'lost');
      await untilAbandoned(place.store, 'lost');
    });
    assert.equal([status, stderr], [143, '']);
    const image = '"image":"base:latest"';
    const told = (action: string, name: string, more = '') =>
      `${action} ${name} {${image},${more}"name":"${name}"}`;
    const lines = stdout.trimEnd().split('\n');
    const of = (name: string) => lines.filter(line => line.split(' ')[1] === name);
    assert.equal(of('before'), [
      told('create', 'before'),
      told('start', 'before'),
      told('die', 'before', '"exitCode":"0",'),
    ]);
    assert.equal(of('brief'), [
      told('create', 'brief'),
      told('start', 'brief'),
      told('die', 'brief', '"exitCode":"4",'),
      told('destroy', 'brief'),
    ]);
    const [start, die] = [told('start', 'c1'), told('die', 'c1', '"exitCode":"5",')];
    assert.equal(of('c1'), [told('create', 'c1'), start, die, start, die, told('destroy', 'c1')]);
    assert.equal(of('lost').slice(0, 2), [told('create', 'lost'), told('start', 'lost')]);
    assert.equal(of('end:latest'), ['tag end:latest {"name":"end:latest"}']);
    // Nobody saw how it ended, so no status is told; and the kernel says nothing of it, so it is told a moment later.
    const { stdout: past } = await tinydocker(place, [
      ...['events', '--since', '1h', '--until', '0s', '--filter', 'container=lost', '--format', FORMAT],
    ]);
    assert.equal(past.trimEnd().split('\n').slice(0, 2), [told('create', 'lost'), told('start', 'lost')]);
  }),
);

eachMode(
  test,
  'events filters, prints JSON lines, ends at its time, and refuses what it does not know',
  async place => {
    makeImage(place);
    await tinydocker(place, ['run', '--keep', 'c1', 'true']);
    await tinydocker(place, ['run', '--keep', 'c2', 'true']);
    const words = ['events', '--since', '1h', '--until', '0s'];
    const json = await tinydocker(place, [
      ...words,
      ...['--filter', 'container=c2', '--filter', 'event=die', '--format', 'json'],
    ]);
    assert.is(json.status, 0);
    const die = JSON.parse(json.stdout) as Record<string, unknown>;
    assert.equal(
      [die['Type'], die['Action'], die['id'], die['from']],
      ['container', 'die', 'c2', 'base:latest'],
    );
    assert.equal(
      (await tinydocker(place, ['events', '--until', '0s'])).stdout,
      '',
      'the past is not asked for',
    );
    for (const [more, said] of [
      [['--since', 'yesterday'], 'tinydocker: "yesterday" is not a time.\n'],
      [['--filter', 'event=oom'], 'tinydocker: There is no event "oom".\n'],
      [['--format', '{{.Foo}}'], 'tinydocker: There is no field ".Foo".\n'],
      [['--format', 'table'], 'tinydocker: Events are no table: '],
      [['c1'], 'tinydocker: events takes no names, and got "c1".\n'],
    ] as const) {
      const { status, stdout, stderr } = await tinydocker(place, ['events', ...more]);
      assert.equal([status, stdout, stderr.slice(0, said.length)], [2, '', said]);
    }
  },
  ['root'],
);

test.run();
