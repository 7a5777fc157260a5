/** What does not go on while a container is made: whoever asks it to stop does not wait for it for ever, and nothing is left. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withContainers } from '../support/containers.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import type { Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('stuck');

/** newuidmap(1), which unshare(1) starts and which has all its descriptors, says that it runs and then takes its time; the next one does not. */
function slowMapping(place: Place): { readonly place: Place; readonly begun: () => boolean } {
  const [program, real, mark] = [
    join(place.dir, 'newuidmap'),
    join(place.dir, 'real'),
    join(place.home, 'begun'),
  ];
  const text = `#!/bin/sh\n[ ! -e '${mark}' ] || exec '${real}' "$@"\n: >'${mark}'\nexec sleep 60\n`;
  writeFileSync(program, text, { mode: 0o755 });
  const odd = prepared(
    place,
    'at=$(command -v newuidmap); cp -p "$at" "$dir/real"; mount --no-mtab --bind "$dir/newuidmap" "$at"',
  );
  return { place: odd, begun: () => existsSync(mark) };
}

for (const [title, options] of [
  ['in the foreground', []],
  ['in the background', ['-d']],
  ['on a terminal', ['-d', '-t']],
] as const) {
  eachPreparedMode(
    test,
    `init's parent is killed before it has become that, ${title}: what it had started goes with it`,
    async whole => {
      makeImage(whole);
      const { place, begun } = slowMapping(whole);
      const before = hostState(place.store);
      const running = startTinydocker(place, ['run', '-q', ...options, 'c1', 'true']);
      await until(begun);
      running.kill('SIGTERM');
      const { status } = await running.ended;
      assert.is(status, 143);
      await assertUnchanged(before, place.store);
    },
    ['range'],
  );
}

eachPreparedMode(
  test,
  'one that stops a container does not wait for what another had started to make it',
  whole =>
    withContainers(whole, async () => {
      makeImage(whole);
      const first = await tinydocker(whole, ['run', '-q', '--keep', 'c1', 'true']);
      assert.is(first.status, 0, first.stderr);
      const { place, begun } = slowMapping(whole);
      const before = hostState(place.store);
      const starting = startTinydocker(place, ['start', '-q', 'c1']);
      await until(begun);
      const stopped = await tinydocker(whole, ['stop', '-t', '0', 'c1']);
      assert.is(stopped.status, 0, stopped.stderr);
      assert.is((await starting.ended).status, 143);
      assert.equal(hostState(place.store).processes, before.processes);
    }),
  ['range'],
);

test.run();
