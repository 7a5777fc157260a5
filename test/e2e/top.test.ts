/** top: the processes of a container, with its own numbers and users. */

import { spawn } from 'node:child_process';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processesOf } from '../../src/host/container-processes.ts';
import { startTime } from '../../src/host/owner.ts';
import { background, ended, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { initOf } from '../support/journal.ts';
import { eachMode } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('top');

/** Without blanks at the ends of cells, and without what no test can know: times. */
function cells(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/));
}

eachMode(test, 'top shows the processes of one container, with its numbers and users', place =>
  withContainers(place, async () => {
    makeImage(place);
    const user = place.mode.name === 'single' ? 'root' : 'ann';
    await background(place, ['other', 'sleep', '63']);
    await background(place, ['-u', user, 'c1', 'sh', '-c', `${GUARD}sleep 61 & echo up; wait`]);
    await says(place, 'c1', 'up');
    const { status, stdout, stderr } = await tinydocker(place, ['top', 'c1']);
    assert.equal([status, stderr], [0, '']);
    const [headings, init, child, ...more] = cells(stdout);
    assert.equal(headings, ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
    assert.equal(init?.slice(0, 3), [user, '1', '0']);
    assert.match(init?.at(-1) ?? '', /^sh -c /);
    assert.equal([child?.[0], child?.[2], child?.at(-1)], [user, '1', 'sleep 61']);
    assert.ok(Number(child?.[1]) > 1 && Number(child?.[1]) < 20, 'a number of the container');
    assert.equal(more, []);
    const byPs = await tinydocker(place, ['top', 'c1', '-e', '-o', 'pid,ppid,args']);
    assert.equal([byPs.status, byPs.stderr], [0, '']);
    const [head, , second, ...rest] = cells(byPs.stdout);
    assert.equal(head, ['PID', 'PPID', 'COMMAND']);
    assert.equal([second, rest], [[child?.[1], '1', 'sleep 61'], []]);
  }),
);

eachMode(
  test,
  'who was sent into a container from outside belongs to it; a number that is somebody else’s by now does not count',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', 'sleep', '60']);
      const pid = initOf(place.store, 'c1');
      const visitor = spawn('nsenter', ['--target', String(pid), '--pid', '--', 'sleep', '62'], {
        stdio: 'ignore',
      });
      try {
        let rows: readonly (readonly string[])[] = [];
        for (let tries = 0; tries < 50 && rows.length < 3; tries += 1)
          rows = cells((await tinydocker(place, ['top', 'c1'])).stdout);
        assert.equal([rows[2]?.[2], rows[2]?.at(-1)], ['0', 'sleep 62']);
      } finally {
        visitor.kill('SIGKILL');
      }
      const init = { pid, start: startTime(pid) ?? '' };
      assert.ok((processesOf([init]).get(init)?.length ?? 0) > 0);
      const stranger = { pid, start: '1' };
      assert.equal(processesOf([stranger]).get(stranger), []);
    }),
  ['root'],
);

eachMode(
  test,
  'top says why it has nothing to show',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', 'true']);
      await ended(place, 'c1');
      await background(place, ['c2', 'sleep', '60']);
      for (const [words, expected, said] of [
        [['c1'], 1, 'tinydocker: The container "c1" does not run.\n'],
        [['nobody'], 1, 'tinydocker: There is no container "nobody".\n'],
        [['c2', '-o', 'comm'], 1, 'tinydocker: ps has printed no column PID'],
        [['c2', '--bad'], 1, 'tinydocker: ps did not take these options: '],
        [[], 2, 'tinydocker: top needs a container.\n'],
      ] as const) {
        const { status, stdout, stderr } = await tinydocker(place, ['top', ...words]);
        assert.equal([status, stdout, stderr.slice(0, said.length)], [expected, '', said]);
      }
      process.kill(initOf(place.store, 'c2'), 'SIGKILL');
    }),
  ['root'],
);

test.run();
