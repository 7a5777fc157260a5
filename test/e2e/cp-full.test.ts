/** cp and export onto a full disk: the cause is said, the target is as it was, nothing is left. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';

const test = suite('cp-full');

/** 200 kB of room, and a file in it. */
const SMALL =
  'mount -t tmpfs -o "size=200k,mode=0777" tmpfs "$dir/home/small"; echo old >"$dir/home/small/old"; chown --reference="$dir/home" "$dir/home/small/old"';
const LOOK = 'cat small/old; ls -A small';

eachPreparedMode(test, 'the disk of the target is full', async place => {
  makeImage(place);
  const big = 'mkdir /big; head -c 500000 /dev/zero >/big/1';
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', big])).status, 0);
  assert.is((await runAs(place, ['mkdir', 'small'])).status, 0);
  const upper = treeOf(join(place.store, 'containers'));
  const words = [
    ['cp', 'c1:/big', 'small'],
    ['cp', 'c1:/big/1', 'small/old'],
    ['export', 'c1', '-o', 'small/old'],
  ];
  for (const [index, argv] of words.entries()) {
    const full = prepared(place, SMALL);
    const program = `"$@"; echo "status $?"; ${LOOK}`;
    const ran = await runAs(full, ['sh', '-c', program, 'x', ...tinydockerProgram(), ...argv]);
    assert.match(
      ran.stderr,
      /^tinydocker: The disk of the target became full, so nothing was changed\.\n/,
      String(index),
    );
    assert.is(ran.stdout, 'status 1\nold\nold\n');
  }
  assert.equal(readdirSync(join(place.store, 'tmp')), []);
  assert.equal(treeOf(join(place.store, 'containers')), upper);
});

test.run();
