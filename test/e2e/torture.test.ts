/**
 * Random verbs from several processes at once, with kill -9 in between, and what has to hold after each round. TORTURE_SECONDS says for how long (each mode),
 * TORTURE_SEED which choices; `npm run torture` takes ten minutes. The times at which things happen are the machine's, so that a seed gives the
 * same commands, not the same run.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedInit } from '../../src/host/init-process.ts';
import { readJournal } from '../../src/host/journal-file.ts';
import { ownerLives } from '../../src/host/owner.ts';
import { directoryOf, killMonitor, withContainers } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, startTinydocker, tinydocker } from '../support/run.ts';

const test = suite('torture');

const SECONDS = Number(process.env['TORTURE_SECONDS'] ?? 3);
const SEED = Number(process.env['TORTURE_SEED'] ?? Date.now() % 1_000_000);
const WORKERS = 3;
/** How many verbs each of them starts before everything is looked at. */
const ROUND = 5;
const NAMES = ['a', 'b', 'c'];

/** A file that has to stay as it is for as long as the container is there. */
const WORK = `${GUARD}[ -e /data ] || head -c 20000 /dev/urandom >/data; echo up; `;

type Random = (below: number) => number;

eachMode(
  test,
  `random verbs and kill -9, seed ${SEED}`,
  place =>
    withContainers(place, async () => {
      console.log(`torture: seed ${SEED}, ${SECONDS} s`);
      makeImage(place);
      const random = randomOf(SEED);
      const before = hostState(place.store);
      const sums = new Map<string, string>();
      const log: string[] = [];
      const end = performance.now() + SECONDS * 1000;
      try {
        do {
          await Promise.all(
            Array.from({ length: WORKERS }, () => round(place, randomOf(random(1 << 30)), log)),
          );
          await check(place, before.mounts, sums);
        } while (performance.now() < end);
        await tidy(place);
        const done = log.filter(line => line.includes(': 0 ')).length;
        const killed = log.filter(line => line.includes('(killed')).length;
        console.log(`torture: ${log.length} verbs, ${done} did what they are for, ${killed} kills`);
        assert.ok(done > 0);
      } catch (error) {
        console.log(log.slice(-40).join('\n'));
        throw error;
      }
      const after = hostState(place.store);
      assert.equal(
        [after.mounts, after.processes, after.namespaces],
        [before.mounts, before.processes, before.namespaces],
      );
    }),
  ['root', 'range'],
);

/** One process after the other, each of a random verb; some are killed. */
async function round(place: Place, random: Random, log: string[]): Promise<void> {
  for (let index = 0; index < ROUND; index += 1) {
    const words = verb(random);
    const running = startTinydocker(place, words, { timeout: 120_000 });
    let killed = '';
    if (random(3) === 0) {
      await Promise.race([sleep(random(400)), running.ended]);
      running.kill('SIGKILL');
      killed = ' (killed)';
    } else if (random(6) === 0) {
      await sleep(random(300));
      killed = ` (killed ${killSomething(place, random)})`;
    }
    const { status, stderr } = await running.ended;
    log.push(`${words.join(' ').replace(WORK, '')}${killed}: ${status} ${stderr.trim().split('\n')[0]}`);
    assert.not.match(stderr, /This is a defect of tinydocker/, log.at(-1));
  }
}

function verb(random: Random): readonly string[] {
  const name = NAMES[random(NAMES.length)] ?? 'a';
  const other = NAMES[random(NAMES.length)] ?? 'b';
  const command = ['sh', '-c', `${WORK}${['exec sleep 60', 'exit 3', 'sleep 0.2'][random(3)]}`];
  const verbs: readonly (readonly string[])[] = [
    ...Array.from({ length: 5 }, () => ['run', '-d', name, ...command]),
    ['run', '-d', '--rm', name, ...command],
    ['run', '-q', '--keep', name, 'sh', '-c', `${WORK}exit 0`],
    ['start', name],
    ['stop', '-t', '0', name],
    ['stop', '-t', '1', name],
    ['kill', name],
    ['restart', '-t', '0', name],
    ['rm', name],
    ['rm', '-f', name],
    ['rename', name, other],
    ['exec', name, 'sh', '-c', `${GUARD}cat /data | wc -c`],
    ['fork', name, other],
    ['commit', name, `image-${other}`],
    ['cp', `${name}:/data`, '-'],
    ['diff', name],
    ['logs', name],
    ['ps', '-a'],
    ['inspect', name],
    ['prune', '--force'],
  ];
  return verbs[random(verbs.length)] ?? ['ps'];
}

/** A random container's monitor or init dies by kill -9. */
function killSomething(place: Place, random: Random): string {
  const name = NAMES[random(NAMES.length)] ?? 'a';
  const directory = directoryOf(place, name);
  const owner = readJournal(directory)?.head.owner;
  const lives = owner !== undefined && ownerLives(owner);
  const pid = random(2) === 0 ? recordedInit(directory)?.pid : lives ? owner.pid : undefined;
  if (pid === undefined || !(pid > 1)) return 'nothing';
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return 'nothing';
  }
  return `${name} ${pid}`;
}

/** What has to hold when nobody but the containers is at work. */
async function check(place: Place, mounts: string, sums: Map<string, string>): Promise<void> {
  await settle(place);
  assert.is(hostState(place.store).mounts, mounts, "the host's mount table changed");
  // What ends between two looks was told rightly by both.
  let differing = await difference(place);
  for (let tries = 0; differing !== undefined && tries < 5; tries += 1) {
    await sleep(500);
    differing = await difference(place);
  }
  assert.is(differing, undefined);
  for (const name of namesIn(join(place.store, 'containers'))) {
    const directory = directoryOf(place, name);
    const record = join(directory, 'upper/data');
    // The same file as long as it is the same container: its directory is made once, and only renamed. Inode numbers are soon used again.
    if (!existsSync(record) || statSync(record).size !== 20_000) continue;
    const [whole, file] = [directory, record].map(path => statSync(path, { bigint: true }));
    const key = `${whole?.ino} ${whole?.birthtimeNs} ${file?.ino} ${file?.birthtimeNs}`;
    const sum = createHash('sha256').update(readFileSync(record)).digest('hex');
    assert.is(sums.get(key) ?? sum, sum, `the file of ${name} changed`);
    sums.set(key, sum);
  }
}

/** Where the list of containers and the kernel differ, in words. */
async function difference(place: Place): Promise<string | undefined> {
  const listed = await list(place);
  const names = listed.map(({ Names }) => Names).toSorted();
  const there = namesIn(join(place.store, 'containers'));
  if (JSON.stringify(names) !== JSON.stringify(there))
    return `listed are ${names.join(' ')}, and there are ${there.join(' ')}`;
  const wrong = listed.find(
    ({ Names: name, State }) =>
      (State === 'running') !== (recordedInit(directoryOf(place, name)) !== undefined),
  );
  return wrong && `${wrong.Names} is ${wrong.State}`;
}

/** Waits until every process that has to do with the store belongs to a container that runs. */
async function settle(place: Place): Promise<void> {
  let strangers: readonly string[] = [];
  for (let waited = 0; waited < 20_000; waited += 100) {
    const owned = new Set(
      namesIn(join(place.store, 'containers')).flatMap(name => {
        const owner = readJournal(directoryOf(place, name))?.head.owner;
        return owner !== undefined && ownerLives(owner) ? [owner.pid] : [];
      }),
    );
    strangers = hostState(place.store).processes.filter(line => !descends(Number(line.split(' ')[0]), owned));
    if (strangers.length === 0) return;
    await sleep(100);
  }
  assert.equal(strangers, [], 'processes that belong to no container');
}

function descends(pid: number, owned: ReadonlySet<number>): boolean {
  for (let at = pid; at > 1; ) {
    if (owned.has(at)) return true;
    try {
      const stat = readFileSync(`/proc/${at}/stat`, 'latin1');
      at = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      // It has ended meanwhile.
      return true;
    }
  }
  return false;
}

async function list(place: Place): Promise<readonly { readonly Names: string; readonly State: string }[]> {
  const { status, stdout, stderr } = await tinydocker(place, ['ps', '-a', '--format', 'json']);
  assert.is(status, 0, stderr);
  return stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { Names: string; State: string });
}

/** Everything goes away by the verbs that are there for it, and what is left is the image. */
async function tidy(place: Place): Promise<void> {
  for (const name of namesIn(join(place.store, 'containers'))) await killMonitor(place, name);
  const prune = async () => assertDone(await tinydocker(place, ['prune', '--force']));
  await prune();
  assert.equal(namesIn(join(place.store, 'tmp')), []);
  const names = namesIn(join(place.store, 'containers'));
  if (names.length > 0) assertDone(await tinydocker(place, ['rm', '-f', ...names]));
  assertDone(await tinydocker(place, ['image', 'prune', '--all', '--force']));
  await prune();
  assert.equal(namesIn(join(place.store, 'containers')), []);
  const layers = namesIn(join(place.store, 'layers'));
  for (const link of namesIn(join(place.store, 'l')))
    assert.ok(layers.includes(readlinkSync(join(place.store, 'l', link)).split('/')[2] ?? ''), link);
}

function assertDone({ status, stdout, stderr }: Finished): void {
  assert.is(status, 0, `${stdout}\n${stderr}`);
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).toSorted() : [];
}

/** mulberry32: small, seeded, good enough to choose verbs. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test.run();
