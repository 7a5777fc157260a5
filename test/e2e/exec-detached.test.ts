/** exec -d: the command goes on without its tinydocker, and ends with the container. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, ended, says, withContainers } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('exec-detached');

/** Its descriptors lead nowhere. */
const WORK = `${GUARD}echo out; echo err >&2; for fd in 0 1 2; do readlink /proc/self/fd/$fd; done >/fds; echo x >>/began; exec sleep 600`;

eachMode(test, 'it goes on in the background without output, and ends with the container', place =>
  withContainers(place, async () => {
    makeImage(place);
    const before = hostState(place.store);
    await background(place, ['c1', 'sh', '-c', `${GUARD}echo up; exec sleep 600`]);
    await says(place, 'c1', 'up');
    const words = ['-d', 'c1', 'sh', '-c', WORK];
    const done = await tinydocker(place, ['exec', ...words]);
    assert.equal([done.status, done.stdout, done.stderr], [0, '', '']);
    await until(() => written(place, 'began') === 'x\n');
    assert.is(written(place, 'fds'), '/dev/null\n/fds\n/dev/null\n');
    const sleeping = hostState(place.store).processes.filter(line => /^\d+ \d+ sleep 600$/.test(line));
    assert.is(sleeping.length, 2);
    // ... and by the printed script.
    const script = await tinydocker(place, ['exec', '--dry-run', ...words]);
    const bySh = await runAs(place, ['sh'], { input: script.stdout });
    assert.equal([bySh.status, bySh.stdout, bySh.stderr], [0, '', '']);
    await until(() => written(place, 'began') === 'x\nx\n');
    const stopped = await tinydocker(place, ['stop', '-t', '0', 'c1']);
    assert.is(stopped.status, 0, stopped.stderr);
    await ended(place, 'c1');
    await until(() => hostState(place.store).processes.length === before.processes.length);
    const left = readdirSync(directoryOf(place, 'c1')).filter(name => name.startsWith('exec-'));
    assert.equal(left, []);
  }),
);

eachMode(
  test,
  'what can not be started, and options that do not go with it',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', 'sleep', '600']);
      const cases: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
        [['-d', 'c1', 'nosuch'], 127, /nosuch/],
        [['-d', 'nosuch', 'true'], 125, /There is no container/],
        [['-d', '-i', 'c1', 'sh'], 2, /-d goes without -i and -t/],
        [['-d', '-t', 'c1', 'sh'], 2, /-d goes without -i and -t/],
        [['-d', '--fail-at', 'enter-container', 'c1', 'true'], 125, /--fail-at asked for it/],
      ];
      for (const [words, status, said] of cases) {
        const result = await tinydocker(place, ['exec', ...words]);
        assert.is(result.status, status, `${words.join(' ')}: ${result.stderr}`);
        assert.match(result.stderr, said);
      }
    }),
  ['root'],
);

function written(place: Place, file: string): string {
  try {
    return readFileSync(join(directoryOf(place, 'c1'), 'upper', file), 'utf8');
  } catch {
    return '';
  }
}

test.run();
