/** run --init: a PID 1 that reaps orphans and passes signals on. */

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeFacts } from '../../src/host/facts.ts';
import { recordedInit } from '../../src/host/init-process.ts';
import { background, directoryOf, exitStatus, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('init');

const env = { PATH: process.env['PATH'] ?? '' };
/** Leaves orphans, which end at once, to PID 1. */
const ORPHANS = 'for i in 1 2 3; do (sleep 0.05 &); done; sleep 0.2; echo up';
const ORPHANER = ['sh', '-c', `${GUARD}${ORPHANS}; trap 'exit 7' TERM; while :; do sleep 0.05; done`];
/** Becomes a program that waits for nobody. */
const CARELESS = ['sh', '-c', `${GUARD}for i in 1 2 3; do (sleep 1 &); done; echo up; exec sleep 600`];

/** How many ended children nobody has waited for. */
function zombies(place: Place, name: string): number {
  const init = recordedInit(directoryOf(place, name));
  assert.ok(init);
  const children = readFileSync(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8').trim().split(' ');
  return children.filter(pid => pid !== '' && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))).length;
}

async function reapsAndForwards(place: Place): Promise<void> {
  await background(place, ['-q', 'a', ...CARELESS], { env });
  await background(place, ['-q', '--init', 'b', ...ORPHANER], { env });
  await says(place, 'a', 'up\n');
  await says(place, 'b', 'up\n');
  await until(() => zombies(place, 'a') === 3);
  await until(() => zombies(place, 'b') === 0);
  // Without a handler of PID 1, TERM would do nothing.
  const { status, stderr } = await tinydocker(place, ['stop', '-q', '-t', '50', 'b']);
  assert.is(status, 0, stderr);
  assert.is(exitStatus(place, 'b'), 7);
  await tinydocker(place, ['start', '-q', 'b'], { env });
  await says(place, 'b', 'up\nup\n');
  await until(() => zombies(place, 'b') === 0);
  assert.is((await tinydocker(place, ['stop', '-q', '-t', '50', 'b'])).status, 0);
  assert.is(exitStatus(place, 'b'), 7);
  const failing = await tinydocker(place, ['run', '-q', '--init', 'c', 'sh', '-c', 'exit 9'], { env });
  assert.is(failing.status, 9, failing.stderr);
  const missing = await tinydocker(place, ['run', '-q', '--init', 'c', 'nothing-of-this-name'], { env });
  assert.is(missing.status, 127, missing.stderr);
}

const staticInit = probeFacts().staticInit;
skipUnless(
  test,
  "the machine's own init",
  staticInit !== undefined,
  'catatonit or tini is not installed',
  () => undefined,
);
if (staticInit !== undefined)
  eachMode(test, "the machine's own init, read-only in the container, and the printed script", place =>
    withContainers(place, async () => {
      makeImage(place);
      await reapsAndForwards(place);
      const program = `${GUARD}tr '\\0' ' ' </proc/1/cmdline; (: >>/dev/init) 2>/dev/null || echo read-only`;
      const command = ['run', '-q', '--init', 'c', 'sh', '-c', program];
      const { stdout } = await tinydocker(place, command, { env });
      assert.match(stdout, /^\/dev\/init -- sh -c .*read-only\n$/s);
      const script = await tinydocker(place, ['run', '--dry-run', ...command.slice(1)], { env });
      assert.is((await runAs(place, ['sh'], { input: script.stdout })).stdout, stdout);
    }),
  );

/** Nothing that a machine may have as init is an ELF program any more. */
const HIDE =
  'for f in /usr/bin/catatonit /usr/bin/tini /usr/bin/tini-static /usr/bin/docker-init /usr/libexec/podman/catatonit /usr/libexec/docker/docker-init; do [ ! -e $f ] || mount --no-mtab --bind /dev/null $f; done';

eachPreparedMode(
  test,
  "without one, a few lines for the image's sh; without that, a sentence",
  place => {
    const bare = prepared(place, HIDE);
    return withContainers(bare, async () => {
      makeImage(bare);
      const system = { ...env, PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
      env.PATH = system.PATH;
      await reapsAndForwards(bare);
      makeImage(bare, { name: 'empty:latest', empty: true });
      const refused = await tinydocker(bare, ['run', '-q', '--init', '--image', 'empty', 'c', '/x'], {
        env: system,
      });
      assert.is.not(refused.status, 0);
    });
  },
  ['root', 'single'],
);

test.run();
