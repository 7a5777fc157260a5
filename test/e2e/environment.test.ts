/** Variables of the container are data: they arrive as they were given, and none acts on the host's programs that set the container up. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage, program } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, runAs, tinydocker } from '../support/run.ts';

/** As the run and as the printed script. */
async function bothWays(place: Place, args: readonly string[]): Promise<readonly Finished[]> {
  const run = await tinydocker(place, ['run', ...args]);
  const dry = await tinydocker(place, ['run', '--dry-run', ...args]);
  return [run, await runAs(place, ['sh'], { input: dry.stdout })];
}

const setting = (variables: Readonly<Record<string, string>>) =>
  Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

eachMode(test, 'variables arrive as they were given', async place => {
  makeImage(place);
  const odd = {
    // Names that a shell program in front of the command could be tempted to use, or to believe in.
    ...{
      pid: '1',
      rest: '2',
      word: '3',
      found: '4',
      dir: '5',
      n: '6',
      C: '7',
      name: '8',
      IFS: 'a:b',
      CDPATH: '/',
    },
    ...{
      ENV: '/x',
      BASH_ENV: '/x',
      LC_ALL: 'xx_XX',
      EMPTY: '',
      LINES: 'a\nb\\c\'d"e$(f)`g` ',
      PS4: '$(x)',
    },
  };
  const text = `${GUARD}tr '\\0' '|' </proc/1/environ; true`;
  for (const { status, stdout, stderr } of await bothWays(place, [
    ...setting(odd),
    'box',
    'sh',
    '-c',
    text,
  ])) {
    assert.is(status, 0, stderr);
    const found = stdout.split('|');
    for (const [name, value] of Object.entries(odd))
      assert.ok(found.includes(`${name}=${value}`), `${name}\n${stdout}`);
  }
});

eachMode(test, "an image's variable that no shell accepts is left out", async place => {
  makeImage(place, { config: { Env: ['a.b=1', '1a=2', 'BASH_FUNC_cd%%=() { echo evil; }', 'good=3'] } });
  for (const { status, stdout, stderr } of await bothWays(place, ['box', 'sh', '-c', `${GUARD}echo $good`]))
    assert.equal([status, stdout], [0, '3\n'], stderr);
});

eachMode(test, 'a PATH of the container is for programs of the container', async place => {
  makeImage(place);
  // On the host, the trap would be the sh that becomes init.
  const host = ownDirectory(place.mode, join(place.dir, 'host'), 0o777);
  const marks = ownDirectory(place.mode, join(place.dir, 'marks'), 0o777);
  program(host, 'sh', `#!/bin/sh\necho >"${marks}/sh"\nexec /bin/sh "$@"\n`);
  for (const path of [`${host}:/bin`, '/nowhere', ''])
    for (const { status, stdout, stderr } of await bothWays(place, [
      '-e',
      `PATH=${path}`,
      'box',
      '/bin/echo',
      'good',
    ]))
      assert.equal([status, stdout], [0, 'good\n'], stderr);
  assert.equal(readdirSync(marks), []);
});

eachMode(test, "the host's loader does not act on variables of the container", async place => {
  const marks = ownDirectory(place.mode, join(place.dir, 'marks'), 0o777);
  const env = setting({ LD_DEBUG: 'files', LD_DEBUG_OUTPUT: join(marks, 'ld') });
  makeImage(place);
  for (const { status, stdout, stderr } of await bothWays(place, [
    ...env,
    'box',
    'sh',
    '-c',
    `${GUARD}echo good`,
  ]))
    assert.equal([status, stdout], [0, 'good\n'], stderr);
  assert.equal(readdirSync(marks), []);
});

eachMode(test, "the printed script does not listen to the caller's variables for its tools", async place => {
  // Nothing is in the store, so that the script makes the default image first.
  const dry = await tinydocker(place, ['run', '--dry-run', 'box', 'echo', 'good']);
  const env = {
    POSIXLY_CORRECT: '1',
    TAR_OPTIONS: '--no-such-option',
    CDPATH: '/',
    IFS: '/',
    ENV: '/nowhere',
  };
  const { status, stdout, stderr } = await runAs(place, ['sh'], { input: dry.stdout, env });
  assert.equal([status, stdout], [0, 'good\n'], stderr);
});

test.run();
