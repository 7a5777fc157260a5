/** People mount their home directory, and the store of an ordinary user lies in it. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { eachMode } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';

eachMode(test, 'a volume may show the store at its own place', async place => {
  makeImage(place);
  const args = [
    '-v',
    `${place.store}:${place.store}`,
    'box',
    'sh',
    '-c',
    `${GUARD}ls "${place.store}/containers"`,
  ];
  const run = await tinydocker(place, ['run', ...args]);
  const dry = await tinydocker(place, ['run', '--dry-run', ...args]);
  const script = await runAs(place, ['sh'], { input: dry.stdout });
  for (const { status, stdout, stderr } of [run, script])
    assert.equal([status, stdout], [0, 'box\n'], stderr);
});

test.run();
