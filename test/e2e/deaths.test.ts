// @long
/** Whoever is killed with -9, in whatever order: a foreground container never outlives its owner, and never keeps its directory. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTime } from '../../src/host/owner.ts';
import { findProgram } from '../../src/host/programs.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { initOf, journalRecords, PAYLOAD, untilAbandoned, untilRecorded } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { startAs, startTinydocker, tinydocker, tinydockerProgram } from '../support/run.ts';

const test = suite('deaths');
const RUN = ['run', 'c1', 'sh', '-c', PAYLOAD] as const;

/** PID 1 becomes another user: the kernel then forgets the signal that it was to get at its parent's death. */
const OTHER_USER =
  'test -e /.tinydocker-image || exit 99; exec start-stop-daemon -S -c 1000:1000 -x /bin/sleep -- 30';

eachMode(test, 'killing init ends the run with 137 and leaves nothing', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const running = startTinydocker(place, RUN);
  const { init } = await chain(place);
  process.kill(init, 'SIGKILL');
  const { status, stdout } = await running.ended;
  assert.is(status, 137);
  assert.not.match(stdout, 'late');
  await assertUnchanged(before, place.store);
});

eachMode(test, "killing init's parent ends the run with 137 and leaves nothing", async place => {
  makeImage(place);
  const before = hostState(place.store);
  const running = startTinydocker(place, RUN);
  const { shim } = await chain(place);
  process.kill(shim, 'SIGKILL');
  const { status, stdout } = await running.ended;
  assert.is(status, 137);
  assert.not.match(stdout, 'late');
  await assertUnchanged(before, place.store);
});

eachMode(
  test,
  'a command that became another user dies with tinydocker',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    const running = startTinydocker(place, ['run', 'c1', 'sh', '-c', OTHER_USER]);
    const { init } = await chain(place, 'sleep');
    running.kill('SIGKILL');
    await running.ended;
    await untilDead(init);
    await untilAbandoned(place.store, 'c1');
    assert.is((await tinydocker(place, ['prune', '-f'])).status, 0);
    await assertUnchanged(before, place.store);
  },
  ['root', 'range'],
);

eachMode(
  test,
  "a command that became another user does not outlive init's parent",
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    const running = startTinydocker(place, ['run', 'c1', 'sh', '-c', OTHER_USER]);
    const { init, shim } = await chain(place, 'sleep');
    process.kill(shim, 'SIGKILL');
    assert.is((await running.ended).status, 137);
    assert.is(startTime(init), undefined);
    await assertUnchanged(before, place.store);
  },
  ['root', 'range'],
);

eachMode(test, 'on a terminal of its own: whoever is killed, the container ends', async place => {
  if (findProgram('script') === undefined) return;
  makeImage(place);
  const before = hostState(place.store);
  for (const victim of ['tinydocker', 'script', 'shim', 'init'] as const) {
    // The outer script(1) is the user's terminal.
    const command = [...tinydockerProgram(), 'run', '-t', 'c1', 'sleep', '30'].join(' ');
    const terminal = startAs(place, [
      'script',
      '--quiet',
      '--return',
      '--command',
      `exec ${command}`,
      '/dev/null',
    ]);
    const { init, shim } = await chain(place, 'sleep');
    const script = parentOf(shim);
    const victims = { init, shim, script, tinydocker: parentOf(script) };
    process.kill(victims[victim], 'SIGKILL');
    await terminal.ended;
    await untilDead(init);
    await untilAbandoned(place.store, 'c1');
    await tinydocker(place, ['prune', '-f']);
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'the printed script: killed at any time, its container dies with it', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const printed = await tinydocker(place, ['run', '--dry-run', 'c1', 'sh', '-c', PAYLOAD]);
  for (let delay = 0; delay < 400; delay += 57) {
    const running = startAs(place, ['sh', '-c', printed.stdout]);
    await sleep(delay);
    running.kill('SIGKILL');
    await running.ended;
    for (let waited = 0; waited < 2000 && hostState(place.store).processes.length > 0; waited += 20)
      await sleep(20);
    assert.equal(hostState(place.store).processes, before.processes, `after ${delay} ms`);
    assert.not.match(running.stdout(), 'late');
    await untilAbandoned(place.store, 'c1');
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.is(pruned.status, 0, pruned.stderr);
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'killed at a random moment, thirty times', async place => {
  makeImage(place);
  const seed = Number(process.env['TINYDOCKER_TEST_SEED'] ?? Date.now() % 1_000_000);
  console.log(`# seed ${seed} (TINYDOCKER_TEST_SEED repeats it)`);
  const random = randomNumbers(seed);
  const before = hostState(place.store);
  for (let round = 0; round < 30; round += 1) {
    const delay = Math.floor(random() * 600);
    const running = startTinydocker(place, RUN);
    await sleep(delay);
    running.kill('SIGKILL');
    await running.ended;
    await untilAbandoned(place.store, 'c1');
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.is(pruned.status, 0, `after ${delay} ms: ${pruned.stderr}`);
    assert.not.match(running.stdout(), 'late');
    await assertUnchanged(before, place.store);
  }
});

/** init and its parent, once the command runs (and is called `name`). */
async function chain(place: Place, name = 'sh'): Promise<{ readonly init: number; readonly shim: number }> {
  await untilRecorded(place.store, 'c1', 'begin', 'wait');
  const init = initOf(place.store, 'c1');
  for (let waited = 0; commandOf(init) !== name; waited += 10) {
    if (waited > 5000) throw new Error(`the command of ${init} is ${commandOf(init)}`);
    await sleep(10);
  }
  assert.ok(journalRecords(place.store, 'c1').length > 0);
  return { init, shim: parentOf(init) };
}

function commandOf(pid: number): string {
  return (readFileSync(join('/proc', String(pid), 'cmdline'), 'utf8').split('\0')[0] ?? '').replace(
    /^.*\//,
    '',
  );
}

function parentOf(pid: number): number {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  assert.ok(parent > 1, `${pid} has no parent`);
  return parent;
}

async function untilDead(pid: number): Promise<void> {
  for (let waited = 0; startTime(pid) !== undefined; waited += 10) {
    if (waited > 2000) throw new Error(`process ${pid} lives on`);
    await sleep(10);
  }
}

/** The same numbers for the same seed; see "mulberry32". */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test.run();
