/** A look at a real container: what it says is what the kernel, and a process inside, say. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJournal } from '../../src/host/journal-file.ts';
import type { Values } from '../../src/plan/arg.ts';
import { changesBetween } from '../../src/snapshot/compare.ts';
import { takeSnapshot } from '../../src/snapshot/take.ts';
import { background, directoryOf, ended, logged, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('snapshot');

/** Tells what it is, then waits to be stopped. */
const PAYLOAD = `${GUARD}
mkdir /made; echo text >/made/file; rm /etc/group
hostname; for n in mnt uts ipc net pid cgroup user; do readlink /proc/self/ns/$n; done; wc -l </proc/self/mountinfo
trap 'exit 0' TERM; echo ready; sleep 60 & wait`;

function valuesOf(place: Place): Values {
  const directory = directoryOf(place, 'box');
  const journal = readJournal(directory);
  if (journal === undefined) throw new Error('there is no journal');
  return new Map([...journal.values, ['C', directory]]);
}

eachMode(test, 'a container that runs is seen as it sees itself', async place => {
  makeImage(place);
  await withContainers(place, async () => {
    await background(place, ['--rm', 'box', 'sh', '-c', PAYLOAD]);
    await says(place, 'box', 'ready');
    const values = valuesOf(place);
    const snapshot = await takeSnapshot(values);
    const { init } = snapshot;
    if (init === undefined) throw new Error('init was not seen');
    const [hostname, ...lines] = logged(place, 'box', 'stdout').trim().split('\n');
    const ids = lines.slice(0, 7).map(link => /\d+/.exec(link)?.[0]);
    assert.is(String(init.pid), values.get('INIT'));
    assert.is(init.number, 1);
    assert.is(init.hostname, hostname);
    assert.is(hostname, 'box');
    assert.equal(
      ['mount', 'uts', 'ipc', 'net', 'pid', 'cgroup', 'user'].map(name =>
        String(init.namespaces.find(one => one.name === name)?.id),
      ),
      ids,
    );
    const shared = init.namespaces.filter(({ own }) => !own).map(({ name }) => name);
    assert.equal(shared, place.mode.name === 'root' ? ['user'] : []);
    assert.is(init.mounts.length, Number(lines[7]));
    assert.is(init.mounts.find(({ target }) => target === '/')?.type, 'overlay');
    assert.equal(init.interfaces, [{ name: 'lo', up: true }]);
    // By both numbers: the kernel lists them in NSpid.
    for (const { pid, number } of init.processes)
      assert.match(
        readFileSync(`/proc/${pid}/status`, 'utf8'),
        new RegExp(`^NSpid:\\t${pid}\\t(\\d+\\t)*${number}$`, 'm'),
      );
    assert.ok(init.processes.some(({ command }) => command === 'sleep 60'));
    assert.is(
      snapshot.host.mounts,
      readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').length,
    );
    const upper = new Map(snapshot.upper.map(entry => [entry.path, entry]));
    assert.is(upper.get('made')?.type, 'directory');
    assert.equal(upper.get('made/file'), { path: 'made/file', type: 'file', size: 5 });
    assert.is(upper.get('etc/group')?.type, 'whiteout');
    assert.ok(snapshot.upperComplete);
    const listed = snapshot.directory.filter(({ path }) => path !== '' && !path.includes('/'));
    assert.equal(
      listed.map(({ path }) => path).toSorted(),
      readdirSync(directoryOf(place, 'box'))
        .filter(name => name !== 'journal.jsonl')
        .toSorted(),
    );
    // A second look at the same thing sees no change.
    assert.equal(changesBetween(snapshot, await takeSnapshot(values)), []);

    await tinydocker(place, ['stop', 'box']);
    await ended(place, 'box');
    const after = await takeSnapshot(values);
    assert.equal([after.init, after.directory, after.upper], [undefined, [], []]);
    assert.equal(
      changesBetween(snapshot, after).filter(({ topic }) => topic === 'host'),
      [],
    );
  });
});

eachMode(
  test,
  'a process of the same number is not taken for init',
  async place => {
    const values = new Map([['C', join(place.store, 'containers/none')]]);
    assert.is((await takeSnapshot(values)).init, undefined);
    assert.is((await takeSnapshot(new Map([...values, ['INIT', '0']]))).init, undefined);
    assert.is((await takeSnapshot(new Map([...values, ['INIT', '4194305']]))).init, undefined);
  },
  ['root'],
);

test('the user namespace of a container of root is the one of the host', async () => {
  const { init } = await takeSnapshot(new Map([['INIT', String(process.pid)]]));
  assert.ok(init?.namespaces.every(({ own }) => !own));
  assert.is(init?.namespaces.length, 7);
  assert.is(String(init?.namespaces[0]?.id), /\d+/.exec(readlinkSync('/proc/self/ns/user'))?.[0]);
});

test.run();
