/** The program started once more, with the caller's variables and directory and nothing else: the file itself is the program. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { callersPlace, runOwn, runOwnOnTerminal } from '../../src/exec/own-program.ts';
import { withTempDir } from '../support/dirs.ts';

const ANSWER = 'OWN_PROGRAM_ANSWER';
const test = suite('own-program');

for (const [name, run] of [
  ['beside us', runOwn],
  ['on our terminal', runOwnOnTerminal],
] as const)
  test(`${name}: its words, exactly the variables, the directory, its status`, () =>
    withTempDir(async directory => {
      const answer = join(directory, 'answer');
      const variables = { [ANSWER]: answer, LANG: 'C.UTF-8' };
      const { exitStatus } = await run(['a b', '--help'], { variables, directory });
      assert.is(exitStatus, 5);
      assert.equal(JSON.parse(readFileSync(answer, 'utf8')), {
        words: ['a b', '--help'],
        // What would make it speak another language, or less than UTF-8, is not among them.
        variables,
        directory,
      });
    }));

test('the place is noted as it is', () => {
  const { variables, directory } = callersPlace();
  assert.is(directory, process.cwd());
  assert.is(variables['PATH'], process.env['PATH']);
});

const answer = process.env[ANSWER];
if (answer === undefined) test.run();
else {
  const { [ANSWER]: _, ...others } = process.env;
  writeFileSync(
    answer,
    JSON.stringify({
      words: process.argv.slice(2),
      variables: { [ANSWER]: answer, ...others },
      directory: process.cwd(),
    }),
  );
  process.exitCode = 5;
}
