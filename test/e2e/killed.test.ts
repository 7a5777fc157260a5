// @long
/** kill -9 of tinydocker at every step: the container dies with it, the host is as it was but for the container's directory, and prune removes that. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { journalRecords, killAt, stepsOf } from '../support/journal.ts';
import { eachMode } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('killed');

eachMode(test, 'kill -9 at every step leaves only what prune removes', async place => {
  makeImage(place);
  const steps = await stepsOf(place);
  const before = hostState(place.store);
  const gateOpens = steps.indexOf('open-gate');
  for (const step of steps) {
    const killed = await killAt(place, 'k1', step);
    const said = killed.stdout();
    // On a busy machine the signal may come some steps later.
    const reached = journalRecords(place.store, 'k1').findLast(({ type }) => type === 'begin')?.step ?? '';
    assert.ok(
      steps.indexOf(reached) >= gateOpens || said === '',
      `${step}: the payload ran before the gate was open: ${said}`,
    );
    await assertNoProcesses(before, place.store, step);
    assert.equal(killed.stdout(), said, `${step}: the payload went on after the kill`);
    assert.not.match(killed.stdout(), 'late');

    const left = treeOf(place.store);
    const dry = await tinydocker(place, ['prune', '--dry-run']);
    assert.is(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, '/containers/k1');
    assert.equal(treeOf(place.store), left, `${step}: prune --dry-run changed the store`);
    const refused = await tinydocker(place, ['prune']);
    assert.is(refused.status, 1);
    assert.match(refused.stderr, 'there is no terminal to ask on');
    assert.equal(treeOf(place.store), left, `${step}: prune without an answer changed the store`);

    const pruned = await tinydocker(place, ['prune', '--force']);
    assert.is(pruned.status, 0, `${step}: ${pruned.stderr}`);
    assert.match(pruned.stdout, 'Removed 1 of 1.');
    await assertUnchanged(before, place.store);
  }
  assert.is((await tinydocker(place, ['prune'])).stdout, 'Nothing is left over.\n');
});

eachMode(test, 'a run with the name of a leftover removes it and says so', async place => {
  makeImage(place);
  const before = hostState(place.store);
  for (const step of ['reserve-name', 'make-fifos', 'start-init', 'bind-devices', 'wait']) {
    await killAt(place, 'hello1', step);
    const { status, stdout, stderr } = await tinydocker(place, ['run', '-q', 'hello1', 'echo', 'again']);
    assert.is(status, 0, stderr);
    assert.is(stdout, 'again\n');
    assert.is(stderr, 'tinydocker: note: hello1: removed what a killed run left behind\n');
    await assertUnchanged(before, place.store);
  }
});

eachMode(
  test,
  'a container that is to be kept: killed during set-up it is a leftover, afterwards it is kept',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    await killAt(place, 'k1', 'mount-overlay', ['--keep']);
    await killAt(place, 'k2', 'wait', ['--keep']);
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.match(pruned.stdout, 'k1');
    assert.match(pruned.stdout, 'Removed 1 of 1.');
    const taken = await tinydocker(place, ['run', 'k2', 'true']);
    assert.is(taken.status, 125);
    assert.is((await tinydocker(place, ['rm', 'k1'])).status, 1);
    const dry = await tinydocker(place, ['rm', '--dry-run', 'k2']);
    assert.match(dry.stdout, '/containers/k2');
    const removed = await tinydocker(place, ['rm', 'k2']);
    assert.is(removed.status, 0, removed.stderr);
    assert.is(removed.stdout, 'k2\n');
    await assertUnchanged(before, place.store);
  },
);

eachMode(test, 'every step failed in turn: 125, the payload never runs, nothing is left', async place => {
  makeImage(place);
  const steps = await stepsOf(place);
  const before = hostState(place.store);
  for (const step of steps) {
    const { status, stdout, stderr } = await tinydocker(place, [
      'run',
      '-q',
      '--fail-at',
      step,
      'f1',
      'echo',
      'ran',
    ]);
    assert.is(status, 125, `${step}: ${stderr}`);
    // The last step is to wait for the payload.
    if (step !== 'wait') assert.is(stdout, '', `${step}: the payload ran`);
    await assertUnchanged(before, place.store);
  }
});

/** A killed container's processes are gone within a moment. */
async function assertNoProcesses(
  before: ReturnType<typeof hostState>,
  store: string,
  step: string,
): Promise<void> {
  for (let waited = 0; waited < 2000; waited += 20) {
    if (hostState(store).processes.length <= before.processes.length) break;
    await sleep(20);
  }
  const { processes, namespaces, mounts } = hostState(store);
  assert.equal(processes, before.processes, `${step}: processes are left`);
  assert.equal(namespaces, before.namespaces, `${step}: namespaces are left`);
  assert.is(mounts, before.mounts, `${step}: mounts are left`);
}

test.run();
