/** Many containers at once from one image: MANY says how many; `npm run many` takes 200. All start, are entered, stop and go, and nothing is left of them. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, withContainers } from '../support/containers.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, tinydocker } from '../support/run.ts';

const test = suite('many-containers');

const MANY = Number(process.env['MANY'] ?? 12);
/** How many commands are at work at a time. */
const WIDTH = 8;
const ROUNDS = 9;

eachMode(
  test,
  `${MANY} containers at once from one image`,
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const before = hostState(place.store);
      const names = Array.from({ length: MANY }, (_, index) => `c${index}`);
      await all(names, async name => {
        const { status, stdout, stderr } = await tinydocker(place, [
          ...['run', '-q', '-d', name, 'sh', '-c', `${GUARD}echo ${name} >/own; exec sleep 600`],
        ]);
        assert.equal([status, stdout], [0, `${name}\n`], stderr);
      });
      assert.equal((await lines(place, ['ps', '-q'])).toSorted(), names.toSorted());
      const times = await timesOfOne(place);
      console.log(`ps with ${MANY} containers that run takes ${times.toFixed(2)} times as long as with one`);
      assert.ok(times < 2);
      await all(names, async name => {
        const { status, stdout, stderr } = await tinydocker(place, [
          ...['exec', name, 'sh', '-c', `${GUARD}cat /own; hostname`],
        ]);
        assert.equal([status, stdout], [0, `${name}\n${name}\n`], stderr);
      });
      assert.is(hostState(place.store).mounts, before.mounts);
      done(await tinydocker(place, ['stop', '-t', '0', ...names], { timeout: 600_000 }));
      assert.equal(await lines(place, ['ps', '-q']), []);
      assert.equal((await lines(place, ['ps', '-aq'])).toSorted(), names.toSorted());
      const first = names.slice(0, 4);
      done(await tinydocker(place, ['start', ...first]));
      assert.equal((await lines(place, ['ps', '-q'])).toSorted(), first.toSorted());
      done(await tinydocker(place, ['rm', '-f', ...names], { timeout: 600_000 }));
      assert.equal(readdirSync(join(place.store, 'containers')), []);
      await assertUnchanged(before, place.store);
    }),
  ['root', 'range'],
);

/** How long ps takes beside one with a single container, in another store: the quickest of each, so that what else the machine does counts least. */
async function timesOfOne(place: Place): Promise<number> {
  const one = { ...place, store: ownDirectory(place.mode, join(place.dir, 'one')) };
  return withContainers(one, async () => {
    makeImage(one);
    await background(one, ['c1', 'sleep', '600']);
    const [many, few]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      many.push(await duration(place));
      few.push(await duration(one));
    }
    return Math.min(...many) / Math.min(...few);
  });
}

async function duration(place: Place): Promise<number> {
  const begin = performance.now();
  done(await tinydocker(place, ['ps']));
  return performance.now() - begin;
}

/** Does it for each name, some at a time. */
async function all(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await act(name);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}

async function lines(place: Place, words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = done(await tinydocker(place, words));
  return stdout.split('\n').filter(line => line !== '');
}

function done(finished: Finished): Finished {
  assert.is(finished.status, 0, finished.stderr);
  return finished;
}

test.run();
