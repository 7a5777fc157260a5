/** A store that was copied while containers ran and an image was made, as a backup or a disk after a loss of power is: it tells the truth, and harms nobody. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, ended, killMonitor, monitorOf, says, withContainers } from '../support/containers.ts';
import { hostState, treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { hasStarted } from '../support/killing.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { type Member, tarOf } from '../support/tar.ts';
import { until } from '../support/until.ts';

const test = suite('pulled-plug');

const WORK = ['sh', '-c', `${GUARD}echo x >>/data; echo up; exec sleep 600`];

eachMode(test, 'the copy of a store, and a machine that restarted', place =>
  withContainers(place, async () => {
    makeImage(place);
    await background(place, ['c1', ...WORK]);
    await background(place, ['--rm', 'c2', ...WORK]);
    await background(place, ['c3', 'sh', '-c', `${GUARD}exit 3`]);
    for (const name of ['c1', 'c2']) await says(place, name, 'up');
    await ended(place, 'c3');
    // An import, in the middle.
    const tar = join(place.dir, 'a.tar');
    writeFileSync(tar, tarOf([{ name: 'f', text: 'x' } satisfies Member]));
    const importing = startTinydocker(place, [
      ...['image', 'import', '--progress', 'json', '--pace', '200ms', 'other', tar],
    ]);
    await until(() => hasStarted(importing.stderr(), 'sync'));
    const copy = { ...place, store: join(place.dir, 'copy') };
    // It is not to go on while cp is at work, however long that takes.
    importing.kill('SIGSTOP');
    assert.is(spawnSync('cp', ['-a', place.store, copy.store]).status, 0);
    importing.kill('SIGCONT');
    await importing.ended;
    const before = hostState(place.store);
    const layers = treeOf(join(copy.store, 'layers'));

    assert.equal(await states(copy), ['c1 lost', 'c2 lost', 'c3 exited']);
    // None of these may reach a container of the other store.
    for (const words of [
      ['stop', '-t', '0', 'c1'],
      ['kill', 'c1'],
      ['exec', 'c1', 'true'],
      ['rm', '-f', 'c2'],
    ])
      await tinydocker(copy, words);
    assert.equal(
      [monitorOf(place, 'c1'), monitorOf(place, 'c2')].map(pid => pid !== undefined),
      [true, true],
    );
    assert.equal(hostState(place.store).processes, before.processes);

    const restart = join(copy.store, 'containers/c1/journal.jsonl');
    const text = readFileSync(restart, 'utf8').replaceAll(place.store, copy.store);
    writeFileSync(restart, text.replace(/"boot":"[^"]*"/, '"boot":"00000000-0000-0000-0000-000000000000"'));
    const { stdout } = await tinydocker(copy, ['ps', '-a']);
    assert.match(stdout, /Gone: the machine restarted/);

    const prune = await tinydocker(copy, ['prune', '--force']);
    assert.is(prune.status, 0, prune.stderr);
    assert.equal(readdirSync(join(copy.store, 'containers')).toSorted(), ['c1', 'c3']);
    assert.equal(readdirSync(join(copy.store, 'tmp')), []);
    assert.equal(treeOf(join(copy.store, 'layers')), layers);
    assert.is(readFileSync(join(copy.store, 'containers/c1/upper/data'), 'utf8'), 'x\n');
    // ... and it goes on from there.
    const started = await tinydocker(copy, ['start', 'c1']);
    assert.equal([started.status, started.stdout], [0, 'c1\n'], started.stderr);
    await says(copy, 'c1', 'up\n');
    await killMonitor(copy, 'c1');
    assert.is(readFileSync(join(copy.store, 'containers/c1/upper/data'), 'utf8'), 'x\nx\n');
    for (const name of ['c1', 'c2']) await killMonitor(place, name);
    assert.ok(existsSync(join(place.store, 'containers/c1/upper/data')));
  }),
);

/** "NAME STATE" of each container. */
async function states(place: Place): Promise<readonly string[]> {
  const { stdout } = await tinydocker(place, ['ps', '-a', '--format', '{{.Names}} {{.State}}']);
  return stdout.split('\n').filter(Boolean).toSorted();
}

test.run();
