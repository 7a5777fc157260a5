/** Runs whose store can not be used: read-only, full, somebody else's, incomplete. */

import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { saysCause } from '../support/causes.ts';
import { makeImage } from '../support/image.ts';
import { untilRecorded } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { assertRefused, PAYLOAD, refusesRun } from '../support/refusals.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';

const test: Test = suite('errors of the store');

eachPreparedMode(test, 'a store on an overlay', async place => {
  makeImage(place);
  const program =
    'mkdir "$dir/o"; mount -t tmpfs -o mode=755 tmpfs "$dir/o"; mkdir "$dir/o/u" "$dir/o/w"; mount -t overlay -o "lowerdir=$dir/store,upperdir=$dir/o/u,workdir=$dir/o/w" overlay "$dir/store"; chown --reference="$dir/home" "$dir/store"';
  await refusesRun(prepared(place, program), saysCause('overlay-on-overlay'));
});

eachPreparedMode(test, 'a read-only store', async place => {
  makeImage(place);
  const program = 'mount --bind "$dir/store" "$dir/store"; mount -o remount,bind,ro "$dir/store"';
  await refusesRun(prepared(place, program), saysCause('store-read-only'));
});

eachPreparedMode(
  test,
  "a store that is somebody else's",
  async place => {
    makeImage(place);
    spawnSync('chown', ['-R', '0:0', place.store]);
    const { user } = place.mode;
    await refusesRun(place, saysCause('store-of-another-user', { user }));
  },
  ['range', 'single'],
);

eachMode(
  test,
  'a store whose mode forbids writing',
  async place => {
    makeImage(place);
    chmodSync(join(place.store, 'containers'), 0o555);
    await refusesRun(place, saysCause('store-mode'));
  },
  ['range', 'single'],
);

eachMode(test, 'a store without its directory for containers', async place => {
  makeImage(place);
  renameSync(join(place.store, 'containers'), join(place.store, 'elsewhere'));
  await refusesRun(place, saysCause('store-incomplete'));
});

eachPreparedMode(test, 'a full disk', async place => {
  makeImage(place);
  const fill = 'dd if=/dev/zero of="$dir/other/fill" bs=4k 2>/dev/null || true';
  await refusedInCopy(place, 'size=16m', fill, saysCause('disk-full'));
});

eachPreparedMode(test, 'no inodes left', async place => {
  makeImage(place);
  const fill =
    'seq -f "$dir/other/fill.%g" 1100 | xargs touch 2>/dev/null || true; rm "$dir/other/fill.1" "$dir/other/fill.2"';
  await refusedInCopy(place, 'nr_inodes=1000', fill, saysCause('no-inodes'));
});

eachMode(test, 'a layer that is gone', async place => {
  const { layers } = makeImage(place);
  const digest = layers[0]?.digest ?? '';
  renameSync(join(place.store, 'layers', digest), join(place.store, 'layers', 'gone'));
  await refusesRun(place, saysCause('overlay-layer-gone'));
});

eachMode(test, 'a layer that goes while the container is made', async place => {
  const { layers } = makeImage(place);
  const running = startTinydocker(place, ['run', '--pace', '150ms', 'x1', ...PAYLOAD]);
  // Seen by the checks before the first step, and gone before the overlay is mounted.
  await untilRecorded(place.store, 'x1', 'begin', 'reserve-name');
  renameSync(join(place.store, 'layers', layers[0]?.digest ?? ''), join(place.store, 'layers', 'gone'));
  assertRefused(await running.ended, saysCause('overlay-layer-gone'));
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

/** A tmpfs with a copy of the store, as $dir/other; the shell program goes on in it. */
const COPY = (options: string, program: string) =>
  `mkdir "$dir/other"; mount -t tmpfs -o mode=755,${options} tmpfs "$dir/other"; cp -a "$dir/store/." "$dir/other"; chown --reference="$dir/store" "$dir/other"; ${program}`;

/** Runs in a copy of the store that `program` has made in the way; what is left in it is read before its namespace goes. */
async function refusedInCopy(place: Place, options: string, program: string, cause: RegExp): Promise<void> {
  const prefix = [
    ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
    `dir=$1; shift; ${COPY(options, program)}; rc=0; "$@" || rc=$?; ls -A "$dir/other/containers" >"$dir/left"; exit $rc`,
    ...['prepare', place.dir, ...place.mode.prefix],
  ];
  const copy = { ...place, mode: { ...place.mode, prefix } };
  const result = await tinydocker(copy, ['run', 'x1', ...PAYLOAD], { store: join(place.dir, 'other') });
  assertRefused(result, cause);
  assert.is(readFileSync(join(place.dir, 'left'), 'utf8'), '', 'something is left');
}

test.run();
