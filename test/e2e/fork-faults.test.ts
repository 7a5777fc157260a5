/** A fork that fails, is killed, or meets another one: the container that is forked has all its files, and is as it was. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeFacts } from '../../src/host/facts.ts';
import { forkSource } from '../../src/host/fork-source.ts';
import { newLinkName, newOperationId } from '../../src/host/operation.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import { resolve } from '../../src/plan/arg.ts';
import { frozenName } from '../../src/plan/fork/frozen-layer.ts';
import { planFork } from '../../src/plan/fork/plan-fork.ts';
import type { Plan } from '../../src/plan/step.ts';
import { failEach, succeed } from '../support/faults.ts';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { killAtStep, planSteps, pruneAll } from '../support/killing.ts';
import { eachMode, MODES, ownDirectory, type Place, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('fork-faults');

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A container that wrote something, in a directory of another owner where there is one, and has a volume. */
async function prepared(place: Place): Promise<void> {
  makeImage(place, { config: { Volumes: { '/data': {} } } });
  ownDirectory(place.mode, join(place.store, 'tmp'));
  await keepOne(place);
}

async function keepOne(place: Place): Promise<void> {
  const command = `${GUARD}mkdir /d; echo x >/d/x; chown 7:7 /d 2>/dev/null; chmod 711 /; echo v >/data/v; rm /etc/group`;
  await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', command);
}

/** The executor runs in this process, so as whoever runs the tests. */
const mode = MODES.find(({ prefix, unavailable }) => prefix.length === 0 && unavailable === undefined);

/** A fresh plan each time: its ids are used once. */
async function planned(place: Place): Promise<Plan> {
  const { from, wrote } = await forkSource(storePaths(place.store), 'c1');
  const frozen = { id: frozenName(newOperationId()), link: newLinkName() };
  return planFork({ from, name: 'c2', ...(wrote ? { frozen } : {}), facts: probeFacts() });
}

skipUnless(test, 'each step is made to fail', mode !== undefined, 'no mode of this user works', async () => {
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    process.env['TINYDOCKER_ROOT'] = place.store;
    await prepared(place);
    await failEach(() => planned(place), place.store);
    // By a process of its own: this one lives on, and would count as its maker.
    await done(place, 'fork', '-q', 'c1', 'c2');
    const both = await done(place, 'diff', 'c1');
    assert.match(both, /^A \/d\/x$/m);
    assert.is(await done(place, 'diff', 'c2'), both);
    await done(place, 'rm', '-q', 'c2');
    // Nothing is in the writable layer now.
    await failEach(() => planned(place), place.store);
  });
});

eachMode(
  test,
  'kill -9 at each step',
  async place => {
    await prepared(place);
    const before = treeOf(place.store);
    const args = ['fork', 'c1', 'c2'];
    for (const step of await planSteps(place, args)) {
      const inTime = await killAtStep(place, args, step);
      await pruneAll(place);
      if (inTime || step !== 'freeze') assert.equal(treeOf(place.store), before, step);
      else await done(place, 'rm', '-q', 'c2');
    }
    await done(place, ...args);
    assert.is(await done(place, 'diff', 'c1'), await done(place, 'diff', 'c2'));
  },
  ['range'],
);

/** The lines of the program that freezes at which something is changed. */
const CHANGES = /^(?: {2}(?:chown|touch|\[ ! -d)|ln|mv|for own|touch)/;

/** The plan, in which the program that freezes kills this process and itself before its `count`th change; undefined when it has no more. */
async function suicidal(place: Place, count: number): Promise<Plan | undefined> {
  const plan = await planned(place);
  let more = false;
  const variables = plan.variables.map(variable => {
    if (variable.name !== 'FREEZE_SH') return variable;
    const lines = resolve(variable.value ?? '', new Map()).split('\n');
    const at = [...lines.flatMap((line, index) => (CHANGES.test(line) ? [index] : [])), lines.length][count];
    more = at !== undefined;
    return { ...variable, value: lines.toSpliced(at ?? 0, 0, 'kill -KILL $PPID $$').join('\n') };
  });
  return more ? { ...plan, variables } : undefined;
}

/** This file once more, as the process that is killed. */
const COUNT = process.env['KILLED_FORK'];
const AS_CHILD = { store: process.env['TINYDOCKER_ROOT'] ?? '' } as Place;
if (COUNT !== undefined) {
  const plan = await suicidal(AS_CHILD, Number(COUNT));
  if (plan === undefined) process.exit(0);
  await succeed(plan);
  process.exit(1);
}

skipUnless(
  test,
  'kill -9 between any two moves of the freeze, then prune: all files are back, or stay where they are used',
  mode !== undefined,
  'no mode of this user works',
  async () => {
    if (mode === undefined) return;
    await withPlace(mode, async place => {
      process.env['TINYDOCKER_ROOT'] = place.store;
      await prepared(place);
      let before = treeOf(place.store);
      const files = await done(place, 'diff', 'c1');
      const killedAt = (count: number) => {
        const env = { ...process.env, KILLED_FORK: String(count) };
        return spawnSync(process.execPath, [...process.execArgv, process.argv[1] ?? ''], { env });
      };
      writeFileSync(join(place.home, 'new'), 'new');
      let [count, refusals, used] = [0, 0, 0];
      for (; ; count++) {
        const { signal, status, stderr } = killedAt(count);
        if (status === 0) break;
        assert.is(signal, 'SIGKILL', String(stderr));
        // In between a look finds everything, or says that it can not.
        const look = await tinydocker(place, ['diff', 'c1']);
        if (look.status === 0) assert.is(look.stdout, files, String(count));
        else {
          refusals += 1;
          assert.match(look.stderr, /a fork of it was killed while it moved its files/);
        }
        await pruneAll(place);
        assert.equal(treeOf(place.store), before, `${count}, put back`);
        if (look.status !== 0 && refusals === 1) {
          // The files find their container under another name, too.
          killedAt(count);
          await done(place, 'rename', 'c1', 'c9');
          await pruneAll(place);
          assert.is(await done(place, 'diff', 'c9'), files);
          await done(place, 'rename', 'c9', 'c1');
          assert.equal(treeOf(place.store), before, `${count}, renamed`);
        }

        // The same, and somebody uses the container before anybody prunes.
        killedAt(count);
        const copied = await tinydocker(place, ['cp', '-q', join(place.home, 'new'), 'c1:/new']);
        await pruneAll(place);
        const now = (await done(place, 'diff', 'c1')).split('\n');
        assert.is(now.filter(line => line !== 'A /new').join('\n'), files, `${count}, used`);
        assert.is(now.includes('A /new'), copied.status === 0, `${count}, used`);
        if (copied.status !== 0) continue;
        used += 1;
        await done(place, 'rm', '-q', 'c1');
        await keepOne(place);
        before = treeOf(place.store);
      }
      assert.ok(count > 8 && refusals > 1 && used > 1, `${count} ${refusals} ${used}`);
    });
  },
);

eachMode(test, 'two forks of one container at once, and one while it is removed', async place => {
  await prepared(place);
  const files = await done(place, 'diff', 'c1');
  const ended = await Promise.all(
    ['c2', 'c3', 'c4'].map(name => tinydocker(place, ['fork', '-q', 'c1', name])),
  );
  const made = ended.filter(({ status }) => status === 0).length;
  assert.ok(made > 0);
  for (const { status, stderr } of ended)
    if (status !== 0) assert.match(stderr, /changed meanwhile|is being forked at this moment/);
  const names = readdirSync(join(place.store, 'containers'));
  assert.is(names.length, made + 1);
  for (const name of names) assert.is(await done(place, 'diff', name), files, name);
  const same = await Promise.all([1, 2].map(() => tinydocker(place, ['fork', '-q', 'c1', 'same'])));
  assert.is(same.filter(({ status }) => status === 0).length, 1, same.map(({ stderr }) => stderr).join());

  const [fork, rm] = await Promise.all([
    tinydocker(place, ['fork', '-q', 'c1', 'last']),
    tinydocker(place, ['rm', '-q', 'c1']),
  ]);
  for (const [{ status, stderr }, name, there] of [
    [fork, 'last', true],
    [rm, 'c1', false],
  ] as const) {
    assert.is(existsSync(join(place.store, 'containers', name)), there === (status === 0), stderr);
    if (status === 0 && there) assert.is(await done(place, 'diff', name), files);
  }
  await pruneAll(place);
  for (const name of readdirSync(join(place.store, 'containers'))) await done(place, 'rm', '-q', name);
  assert.equal(
    readdirSync(join(place.store, 'layers')).filter(name => name.startsWith('frozen')),
    [],
  );
});

test.run();
