/** From argv to an exit status, where no verb is to blame. */

import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { main } from '../src/main.ts';

/** What `main` writes to stderr while stdout is broken. */
async function withoutStdout(argv: readonly string[]): Promise<{ status: number; said: string }> {
  let said = '';
  process.stdout.write = () => {
    throw new TypeError('nobody thought of this');
  };
  process.stderr.write = text => {
    said += String(text);
    return true;
  };
  try {
    return { status: (await main(argv)).status, said };
  } finally {
    // What is uncovered again is the streams' own.
    Reflect.deleteProperty(process.stdout, 'write');
    Reflect.deleteProperty(process.stderr, 'write');
  }
}

test('a defect is called one, and has the exit status of a failure', async () => {
  const version = await withoutStdout(['--version']);
  assert.is(version.status, 1);
  assert.match(version.said, /^tinydocker: This is a defect of tinydocker/);
  assert.match(version.said, /TypeError: nobody thought of this\n +at /);
  assert.is((await withoutStdout(['run', '--help'])).status, 125);
});

test.run();
