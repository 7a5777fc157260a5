// @long
/** kill -9 of an import at any time: afterwards, and after a prune, there is the whole image or nothing of it. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode } from '../support/modes.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';

const test = suite('import-killed');
const SOURCE =
  'mkdir -p src/bin src/etc; cp "$(command -v busybox || command -v true)" src/bin/prog; echo x >src/etc/file';

eachMode(test, 'an import killed at any time is all there or not at all', async place => {
  makeImage(place);
  await runAs(place, ['sh', '-ec', SOURCE]);
  const importing = ['image', 'import', '-q', 'thing', `${place.home}/src`];
  assert.is((await tinydocker(place, importing)).status, 0);
  assert.is((await tinydocker(place, ['rmi', 'thing'])).status, 0);
  assert.is((await tinydocker(place, ['prune', '-f'])).status, 0);
  const before = treeOf(place.store);
  let brokenOff = 0;
  for (let delay = 60; delay < 700; delay += 40) {
    const running = startTinydocker(place, importing);
    await sleep(delay);
    running.kill('SIGKILL');
    await running.ended;
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.is(pruned.status, 0, `after ${delay} ms: ${pruned.stderr}`);
    assert.equal(readdirSync(join(place.store, 'tmp')), [], `after ${delay} ms: ${pruned.stdout}`);
    if (existsSync(join(place.store, 'images/thing:latest.json'))) {
      const used = await tinydocker(place, ['run', '-q', '--image', 'thing', 'c1', '/bin/prog', 'true']);
      assert.ok(used.status !== 125, used.stderr);
      assert.is((await tinydocker(place, ['rmi', 'thing'])).status, 0);
    } else brokenOff += 1;
    assert.equal(treeOf(place.store), before, `after ${delay} ms: ${pruned.stdout}`);
  }
  assert.ok(brokenOff > 0);
});

test.run();
