/** Containers under another name, and one writer for each: of several verbs at once one wins, and the others say who has it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, withContainers } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { killAtStep } from '../support/killing.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startAs, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('rename');

const COUNT = ['sh', '-c', `${GUARD}echo x >>/count; cat /count | wc -l; hostname`];

async function makeCounter(place: Place, name: string): Promise<void> {
  const { status, stderr } = await tinydocker(place, ['run', '-q', '--keep', name, ...COUNT]);
  assert.is(status, 0, stderr);
}

const names = (place: Place): readonly string[] => readdirSync(join(place.store, 'containers')).sort();

eachMode(test, 'a new name; the old one is free, and nothing of one acts on the other', place =>
  withContainers(place, async () => {
    makeImage(place);
    await makeCounter(place, 'a');
    const renamed = await tinydocker(place, ['rename', '-q', 'a', 'b']);
    assert.equal([renamed.status, renamed.stdout, renamed.stderr], [0, '', '']);
    await makeCounter(place, 'a');
    // docker leaves the hostname, too.
    const started = await tinydocker(place, ['start', '-a', '-q', 'b']);
    assert.equal([started.status, started.stdout], [0, '2\na\n'], started.stderr);
    assert.is((await tinydocker(place, ['rm', '-q', 'b'])).status, 0);
    assert.is((await tinydocker(place, ['prune', '--force'])).status, 0);
    assert.equal(names(place), ['a']);
    assert.is(readFileSync(join(directoryOf(place, 'a'), 'upper/count'), 'utf8'), 'x\n');
    const script = await tinydocker(place, ['rename', '--dry-run', 'a', 'c']);
    const first = await runAs(place, ['sh'], { input: script.stdout });
    assert.equal([first.status, names(place)], [0, ['c']], first.stderr);
    assert.is.not((await runAs(place, ['sh'], { input: script.stdout })).status, 0);
    assert.equal(names(place), ['c']);
  }),
);

eachMode(
  test,
  'what is refused, and a kill in the middle',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await makeCounter(place, 'a');
      await makeCounter(place, 'k');
      await background(place, ['-q', 'r', 'sleep', '600']);
      for (const [words, status, said] of [
        [['a'], 2, /rename takes two names/],
        [['a', '../x'], 2, /can not be a container's name/],
        [['nobody', 'b'], 1, /There is no container/],
        [['a', 'a'], 1, /has the name "?a"? already/],
        [['a', 'k'], 1, /The name k is in use/],
        [['r', 'b'], 1, /runs, and its mounts are known by its name/],
        [['--fail-at', 'rename', 'a', 'b'], 1, /--fail-at asked for it/],
      ] as const) {
        const result = await tinydocker(place, ['rename', '-q', ...words]);
        assert.is(result.status, status, words.join(' '));
        assert.match(result.stderr, said);
      }
      assert.equal(names(place), ['a', 'k', 'r']);
      await killAtStep(place, ['rename', 'a', 'b'], 'rename');
      await until(() => names(place).length === 3 || !existsSync(directoryOf(place, 'a')));
      await tinydocker(place, ['prune', '--force']);
      const [now = ''] = names(place);
      assert.ok(['a', 'b'].includes(now));
      assert.equal(names(place), [now, 'k', 'r']);
      assert.is(readFileSync(join(directoryOf(place, now), 'upper/count'), 'utf8'), 'x\n');
      await tinydocker(place, ['rm', '-q', '-f', 'r']);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'who has a container is told: the lock of another verb, another run of the name',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await makeCounter(place, 'a');
      const lock = startAs(place, ['flock', '--no-fork', directoryOf(place, 'a'), 'sleep', '600']);
      await until(() => readFileSync('/proc/locks', 'utf8').includes(` ${lock.pid} `));
      const renamed = await tinydocker(place, ['rename', '-q', 'a', 'b']);
      assert.is(renamed.status, 1);
      assert.match(renamed.stderr, new RegExp(`can not be renamed just now: process ${lock.pid} has it`));
      const removed = await tinydocker(place, ['rm', 'a']);
      assert.equal([removed.status, removed.stdout], [1, '']);
      assert.match(removed.stderr, new RegExp(`was not removed: process ${lock.pid} has it`));
      lock.kill('SIGKILL');
      await lock.ended;
      // The kernel has freed it.
      assert.is((await tinydocker(place, ['rm', '-q', 'a'])).status, 0);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'rounds of start, rename, rm and run of one name at once: each wins or says why not, and nothing is lost or doubled',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const before = hostState(place.store);
      for (let round = 0; round < 5; round++) {
        await makeCounter(place, 'a');
        const verbs = [
          ['start', '-a', '-q', 'a'],
          ['start', '-a', '-q', 'a'],
          ['rename', '-q', 'a', 'b'],
          ['run', '-q', '--keep', 'b', ...COUNT],
          ...(round % 2 === 0 ? [['rm', '-q', 'a']] : []),
        ];
        const results = await Promise.all(verbs.map(words => tinydocker(place, words)));
        results.forEach(({ status, stderr }, index) => {
          const told = `round ${round}: ${verbs[index]?.join(' ')}: ${status}, ${stderr}`;
          assert.ok([0, 1, 125].includes(status ?? -1), told);
          if (status !== 0)
            assert.match(
              stderr,
              /^tinydocker: .*(runs|removed|no container|in use|renamed|has it|left behind)/,
              told,
            );
          assert.not.match(stderr, /NOT EVERYTHING|defect/, told);
        });
        const ran = results.slice(0, 2).filter(({ status }) => status === 0).length;
        const [, , renamed, other] = results;
        assert.not.ok(renamed?.status === 0 && other?.status === 0, `round ${round}: both got the name b`);
        // Each x is one run of a container that is still there.
        const counts = names(place).map(
          name => readFileSync(join(directoryOf(place, name), 'upper/count'), 'utf8').length / 2,
        );
        if (renamed?.status === 0) assert.equal(counts, [1 + ran], `round ${round}`);
        await tinydocker(place, ['rm', '-q', '-f', 'a', 'b']);
        assert.equal(names(place), [], `round ${round}`);
      }
      const now = hostState(place.store);
      assert.equal([now.mounts, now.processes], [before.mounts, before.processes]);
    }),
  ['root', 'range'],
);

test.run();
