/** What commands say, kept in a file without a name. */

import { readlinkSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../src/exec/process.ts';
import { openScratchOutput } from '../../src/exec/scratch-output.ts';
import { skipUnless } from '../support/skip.ts';

const scratch = openScratchOutput();

skipUnless(
  test,
  'each command starts with an empty file, which has no name',
  scratch !== undefined,
  '/dev/shm takes no files without a name (O_TMPFILE)',
  async () => {
    if (scratch === undefined) return;
    // So the kernel shows a file that has no name.
    assert.match(readlinkSync(`/proc/self/fd/${scratch.fd}`), / \(deleted\)$/);
    const say = (text: string) =>
      runCommand(['sh', '-c', 'printf %s "$1" >&2', 'say', text], { stderr: scratch.fd });
    await say('first, at length');
    assert.is(scratch.take(1000), 'first, at length');
    assert.is(scratch.take(1000), '');
    await say('second');
    assert.is(scratch.take(1000), 'second');
    await say('a long story');
    assert.is(scratch.take(6), 'a long');
    assert.is(scratch.take(1000), '');
    scratch.close();
  },
);

test.run();
