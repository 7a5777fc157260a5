/** The demonstration of the original: two containers at once from one image; what one makes, the other does not see. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { startTinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

/** Writes, changes and deletes in the container's own root, then waits until it is told to go on. */
const FIRST = `${GUARD}
mkdir /test && echo mine >/test/file && echo changed >>/etc/passwd && rm /bin/vi && chmod 700 /home
echo ready; while [ ! -e /go/now ]; do sleep 0.05; done; ls -d /test /tmp/two 2>&1; wc -l </etc/passwd`;

const SECOND = `${GUARD}
touch /tmp/two; ls -d /test 2>&1; ls /bin/vi; wc -l </etc/passwd; stat -c %a /home; hostname
echo ready; while [ ! -e /go/now ]; do sleep 0.05; done`;

eachMode(test, 'two containers share an image and nothing else', async place => {
  const [layer] = makeImage(place).layers;
  const image = () => treeOf(join(place.store, 'layers', layer?.digest ?? ''));
  const before = hostState(place.store);
  const layerBefore = image();

  // A volume tells them to go on: so both run at once for certain.
  const go = ownDirectory(place.mode, join(place.dir, 'go'));
  const one = startTinydocker(place, ['run', '-v', `${go}:/go`, 'hello1', '/bin/sh', '-c', FIRST]);
  await until(() => one.stdout().includes('ready'));
  const two = startTinydocker(place, ['run', '-v', `${go}:/go`, 'hello2', '/bin/sh', '-c', SECOND]);
  await until(() => two.stdout().includes('ready'));

  assert.equal(image(), layerBefore, 'the image changed while containers run');
  assert.is(hostState(place.store).mounts, before.mounts, "the host sees the containers' mounts");
  writeFileSync(join(go, 'now'), '');

  const ends = await Promise.all([one.ended, two.ended]);
  assert.equal(
    // A note says what the mapping of a single id can not do.
    ends.map(({ status, stderr }) => [status, withoutNotes(stderr)]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  assert.is(ends[0]?.stdout, 'ready\nls: /tmp/two: No such file or directory\n/test\n3\n');
  assert.is(ends[1]?.stdout, 'ls: /test: No such file or directory\n/bin/vi\n2\n755\nhello2\nready\n');
  await assertUnchanged(before, place.store);
});

test.run();
