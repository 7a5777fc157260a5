// @long
/** Every step of a copy fails once, and every undo runs twice; a copy is killed at any time: both sides are as they were, or all is copied. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { containerView } from '../../src/host/container-view.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { newOperationId } from '../../src/host/operation.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import { type CopyInput, planCopy } from '../../src/plan/files/plan-copy.ts';
import { whileRuns } from '../support/background.ts';
import { failEachStep, succeed } from '../support/faults.ts';
import { hostState, treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { eachMode, MODES, type Mode, type Place, withPlace } from '../support/modes.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('cp-faults');
const hasBusybox = staticBusybox() !== undefined;
const [root] = MODES;
const asRoot = hasBusybox && root?.unavailable === undefined;

/** What is there before, in the target: everything that a copy can meet. */
const BEFORE =
  'mkdir -p /t/d/sub; echo old >/t/d/f; ln -s /old /t/d/l; echo mine >/t/d/mine; echo lower >/t/g';

/** The source of the copies, in a directory of the host; gives its path. */
function source(place: Place): string {
  const path = join(place.home, 'd');
  mkdirSync(join(path, 'sub/new'), { recursive: true });
  writeFileSync(join(path, 'f'), 'new');
  writeFileSync(join(path, 'sub/x'), 'new');
  symlinkSync('/new', join(path, 'l'));
  spawnSync('chown', ['-R', `${place.mode.uid}`, path]);
  return path;
}

/** What the container has in /t, and in the directory below its /proc, unpacked from an export. */
async function inside(place: Place): Promise<readonly string[]> {
  const file = join(place.home, 'seen.tar');
  const { status, stderr } = await tinydocker(place, ['export', 'c1', '-o', file]);
  assert.is(status, 0, stderr);
  const directory = join(place.dir, 'seen');
  spawnSync('rm', ['-rf', directory]);
  mkdirSync(directory);
  assert.is(spawnSync('tar', ['-xpf', file, '-C', directory, './t', './proc']).status, 0);
  return treeOf(directory).slice(1);
}

async function withContainer(place: Place, kind: string, use: () => Promise<void>): Promise<void> {
  makeImage(place);
  if (kind === 'running') await whileRuns(place, 'c1', BEFORE, use);
  else {
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', BEFORE])).status, 0);
    await use();
  }
}

for (const kind of ['kept', 'running'])
  skipUnless(test, `each step, ${kind}`, asRoot, 'root and a static busybox are needed', () =>
    withPlace(root as Mode, place =>
      withContainer(place, kind, async () => {
        process.env['TINYDOCKER_ROOT'] = place.store;
        const from = source(place);
        const facts = probeFacts();
        const planOf = async (copy: CopyInput['copy']) =>
          planCopy({
            view: await containerView(storePaths(place.store), 'c1'),
            copy,
            archive: false,
            id: newOperationId(),
            facts,
          });
        mkdirSync(join(place.store, 'tmp'), { recursive: true });
        const into = () =>
          planOf({
            direction: 'in',
            source: { type: 'file', directory: from, name: '.' },
            to: { path: '/t', slash: false, as: 'd' },
          });
        const [host, before] = [treeOf(place.home), await inside(place)];
        // The store itself may change: what is moved over is copied up first, and stays so.
        await failEachStep(into, async how => assert.equal(await inside(place), before, how));
        await succeed(await into());
        assert.not.equal(await inside(place), before);
        spawnSync('rm', [join(place.home, 'seen.tar')]);
        assert.equal(treeOf(place.home), host);

        const target = join(place.home, 'o');
        mkdirSync(join(target, 'd/sub'), { recursive: true });
        for (const name of ['d/f', 'd/mine']) writeFileSync(join(target, name), 'old');
        const out = () =>
          planOf({
            direction: 'out',
            source: { path: '/t/d', link: 'nofollow' },
            to: { path: target, slash: false, as: 'd', beside: target },
          });
        const old = treeOf(target);
        await failEachStep(out, how => assert.equal(treeOf(target), old, how));
        await succeed(await out());
        assert.is(readFileSync(join(target, 'd/f'), 'utf8'), 'new');
        assert.is(readFileSync(join(target, 'd/mine'), 'utf8'), 'mine\n');
      }),
    ),
  );

eachMode(test, 'kill -9 at any time, then prune: all or nothing, in both directions', async place => {
  await withContainer(place, 'kept', async () => {
    source(place);
    assert.is((await runAs(place, ['sh', '-ec', 'mkdir -p o/d/sub; echo old >o/d/f'])).status, 0);
    for (const [direction, words] of Object.entries({ in: ['d', 'c1:/t'], out: ['c1:/t/d', 'o'] })) {
      const before = await inside(place);
      const out = treeOf(join(place.home, 'o'));
      let brokenOff = 0;
      for (let delay = 150; delay < 3000; delay += 110) {
        const running = startTinydocker(place, ['cp', '-q', '--pace', '90ms', ...words]);
        await sleep(delay);
        running.kill('SIGKILL');
        await running.ended;
        // The command of the step that was at work lives on for a moment.
        await until(() => hostState(place.store).processes.length === 0);
        const pruned = await tinydocker(place, ['prune', '-f']);
        assert.is(pruned.status, 0, pruned.stderr);
        if (existsSync(join(place.store, 'tmp'))) assert.equal(readdirSync(join(place.store, 'tmp')), []);
        const unchanged =
          JSON.stringify(await inside(place)) === JSON.stringify(before) &&
          JSON.stringify(treeOf(join(place.home, 'o'))) === JSON.stringify(out);
        assert.equal(readdirSync(join(place.home, 'o')), ['d']);
        if (!unchanged) break;
        brokenOff += 1;
      }
      assert.ok(brokenOff > 2, `${direction}: ${brokenOff}`);
    }
    assert.is(readFileSync(join(place.home, 'o/d/mine'), 'utf8'), 'mine\n');
  });
});

test.run();
