/** Runs that fail because of where they happen: nested user namespaces, a full control group, a volume without programs, no image. */

import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnosis } from '../../src/plan/diagnosis.ts';
import { causeRow, saysCause } from '../support/causes.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { untilRecorded } from '../support/journal.ts';
import { eachMode, MODES, ownDirectory, type Place, withPlace } from '../support/modes.ts';
import { whyNoPidsGroup, withPidsGroup } from '../support/pids-group.ts';
import { eachPreparedMode, prepared, wrapped } from '../support/prepared.ts';
import { assertRefused, PAYLOAD, refusesRun } from '../support/refusals.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test: Test = suite('causes of the machine');

/** As deep as user namespaces go; see user_namespaces(7). */
const LEVELS = 33;
/** Starts itself in a user namespace, as often as its argument says, and then the command. */
const NEST =
  'left=$1; shift; [ "$left" -gt 0 ] || exec "$@"; exec unshare --user --map-root-user -- sh -c "$NEST" nest "$((left - 1))" "$@"';

eachMode(
  test,
  'user namespaces that are nested too deeply',
  async place => {
    makeImage(place);
    const deep = (levels: number) =>
      wrapped(place, 'env', `NEST=${NEST}`, 'sh', '-c', NEST, 'nest', String(levels));
    await refusesRun(deep(LEVELS), saysCause('namespaces-nested'));
  },
  ['single'],
);

const noGroup = await whyNoPidsGroup();
skipUnless(test, 'a control group that takes no more processes', noGroup === undefined, noGroup ?? '', () => {
  const [root] = MODES;
  return withPlace(root as NonNullable<typeof root>, place =>
    withPidsGroup(async ({ directory, prefix, allowMore }) => {
      makeImage(place);
      const before = hostState(place.store);
      const grouped: Place = { ...place, mode: { ...place.mode, prefix } };
      const running = startTinydocker(grouped, ['run', '--pace', '300ms', 'x1', ...PAYLOAD]);
      // By now Node has all its threads: without them it would abort.
      await untilRecorded(place.store, 'x1', 'done', 'start-init');
      // Enough for one command after the other, and for the undo; nsenter(1) with a PID namespace needs two processes.
      allowMore(1);
      assertRefused(await running.ended, saysCause('processes-of-group', { path: directory }));
      await assertUnchanged(before, place.store);
    }),
  );
});

eachPreparedMode(test, 'a program in a volume that is mounted noexec', async place => {
  makeImage(place);
  ownDirectory(place.mode, join(place.dir, 'noexec'));
  copyFileSync('/bin/true', join(place.dir, 'tool'));
  chmodSync(join(place.dir, 'tool'), 0o755);
  const without = prepared(
    place,
    'mount -t tmpfs -o noexec,mode=755 tmpfs "$dir/noexec"; cp "$dir/tool" "$dir/noexec/tool"',
  );
  const before = hostState(place.store);
  const volume = ['-v', `${join(place.dir, 'noexec')}:/data`];
  const result = await tinydocker(without, ['run', ...volume, 'x1', '/data/tool']);
  assertRefused(result, saysCause('volume-noexec'), 126);
  // It is true: a shell in the container is refused as well.
  const shell = ['/bin/sh', '-c', '[ -e /.tinydocker-image ] && /data/tool; echo $?'];
  assert.is((await tinydocker(without, ['run', ...volume, 'x1', ...shell])).stdout, '126\n');
  await assertUnchanged(before, place.store);
});

eachPreparedMode(
  test,
  'the cause of a failure in the background, and as data',
  async place => {
    makeImage(place);
    const covered = prepared(place, 'mount -t tmpfs tmpfs /proc/fs');
    assertRefused(await tinydocker(covered, ['run', '-d', 'x1', ...PAYLOAD]), saysCause('proc-covered'));
    const { stderr } = await tinydocker(covered, ['run', '-d', '--progress', 'json', 'x1', ...PAYLOAD]);
    const lines = stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, never>);
    const failed = lines.find(({ type }) => type === 'step-failed')?.['failure'] as
      | { diagnosis?: Diagnosis }
      | undefined;
    const { cause, ...more } = failed?.diagnosis ?? { cause: '' };
    assert.is(more.lesson, causeRow('proc-covered').lesson);
    const { text, hint, lesson } = lines.at(-1) ?? {};
    assert.equal({ text, hint, lesson }, { text: cause, ...more });
  },
  ['single'],
);

eachMode(test, 'an image that is not there', async place => {
  makeImage(place);
  const result = await tinydocker(place, ['run', '--image', 'bsae', 'x1', ...PAYLOAD]);
  assertRefused(result, saysCause('image-missing'));
});

test.run();
