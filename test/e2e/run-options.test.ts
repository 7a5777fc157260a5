/** The options of `run` as people type them: what the command gets, and the script's command. */

import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage, program } from '../support/image.ts';
import { eachMode } from '../support/modes.ts';
import { runAs, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';

const test = suite('options of run');

/** Reads only. */
const ENV = ['/bin/sh', '-c', '[ -e /.tinydocker-image ] || exit 9; exec env'];

/** The variables that every container has. */
const OWN = /^(PATH|HOSTNAME|HOME|PWD|OLDPWD|SHLVL|_)=/;

function variables(stdout: string): readonly string[] {
  return stdout
    .split('\n')
    .filter(line => line !== '' && !OWN.test(line))
    .toSorted();
}

eachMode(test, 'variables reach the command as given, whatever they are called', async place => {
  makeImage(place);
  const given = ['pid', 'rest', 'word', 'dir', 'found', 'fd', 'saved', 'C', 'INIT', 'UID', 'LC_ALL'];
  const values = given.map(name => `${name}=mine`);
  const args = [...values.flatMap(value => ['-e', value]), 'x1', 'env'];
  const { status, stdout, stderr } = await tinydocker(place, ['run', '-q', ...args]);
  assert.equal([status, variables(stdout)], [0, values.toSorted()], stderr);
  const { stdout: script } = await tinydocker(place, ['run', '--dry-run', ...args]);
  assert.equal(variables((await runAs(place, ['sh'], { input: script })).stdout), values.toSorted());
});

eachMode(
  test,
  'a variable that the shell sets itself is left out, with a note',
  async place => {
    makeImage(place);
    const names = ['OPTIND', 'PPID', 'SHLVL'];
    const args = names.flatMap(name => ['-e', `${name}=mine`]);
    const { stdout, stderr } = await tinydocker(place, ['run', '--progress=plain', ...args, 'x1', 'env']);
    assert.equal(variables(stdout), []);
    for (const name of names) assert.match(stderr, `note: the variable ${name} is left out: `);
  },
  ['root'],
);

eachMode(
  test,
  'a file of variables is read, and not by node',
  async place => {
    makeImage(place);
    const file = join(place.home, 'variables');
    writeFileSync(
      file,
      '# comment\n\n  INDENTED=1\r\nTINYDOCKER_ROOT=/nowhere\nNODE_OPTIONS=--nonsense\nMINE\nABSENT\nTWICE=1\nTWICE=2\nOVER=file\nEMPTY=\nQUOTED="a b" # c\nLAST=end',
    );
    const args = ['-e', 'OVER=option', '--env-file', 'variables', 'x1', ...ENV];
    const { status, stdout, stderr } = await tinydocker(place, ['run', '-q', ...args], {
      env: { MINE: 'from outside' },
    });
    assert.equal([status, withoutNotes(stderr)], [0, '']);
    assert.equal(variables(stdout), [
      'EMPTY=',
      'INDENTED=1',
      'LAST=end',
      'MINE=from outside',
      'NODE_OPTIONS=--nonsense',
      'OVER=option',
      'QUOTED="a b" # c',
      'TINYDOCKER_ROOT=/nowhere',
      'TWICE=2',
    ]);
    const missing = await tinydocker(place, ['run', '--env-file', 'no-such-file', 'x1', ...ENV]);
    assert.equal([missing.status, missing.stdout], [2, '']);
    assert.match(missing.stderr, /^tinydocker: The file "no-such-file" of --env-file can not be read/);
  },
  ['root', 'single'],
);

eachMode(test, 'no name of a container is refused as a hostname', async place => {
  makeImage(place);
  const { status, stdout, stderr } = await tinydocker(place, [
    ...['run', '-q', 'My_app.1-', '/bin/sh', '-c'],
    '[ -e /.tinydocker-image ] || exit 9; hostname; echo "$HOSTNAME"',
  ]);
  assert.equal([status, stdout], [0, 'My-app.1\nMy-app.1\n'], stderr);
});

eachMode(test, "PATH is the container's, and the host's programs do not depend on it", async place => {
  const trap = join(place.dir, 'trap');
  makeImage(place, {
    change: root => {
      program(root, join('opt', 'mine'), '#!/bin/sh\necho ran inside\n');
      program(root, join(trap, 'mine'), '#!/bin/sh\necho ran inside\n');
    },
  });
  program(place.dir, 'trap/sh', `#!/bin/sh\n: >${trap}/mark\n`);
  chmodSync(trap, 0o777);
  for (const path of ['/opt', trap, 'opt', '.:/nowhere']) {
    const args = ['-w', path.startsWith('.') ? '/opt' : '/', '-e', `PATH=${path}`, 'x1', 'mine'];
    const { status, stdout, stderr } = await tinydocker(place, ['run', '-q', ...args]);
    assert.equal([status, stdout, withoutNotes(stderr)], [0, 'ran inside\n', ''], path);
  }
  assert.not.ok(existsSync(join(trap, 'mark')), "the host ran the container's sh");
});

eachMode(
  test,
  'a directory that the user may not enter is said in one sentence',
  async place => {
    makeImage(place, { change: root => chmodSync(join(root, 'root'), 0o700) });
    const { status, stderr } = await tinydocker(place, [
      'run',
      '-q',
      '-u',
      'ann',
      '-w',
      '/root',
      'x1',
      ...ENV,
    ]);
    assert.equal(
      [status, stderr],
      [126, 'tinydocker: The working directory /root is not a directory that the user can enter.\n'],
    );
  },
  ['root', 'range'],
);

eachMode(
  test,
  'a slow reader of stderr loses nothing',
  async place => {
    makeImage(place);
    const text = '[ -e /.tinydocker-image ] || exit 9; head -c 1000000 /dev/zero >&2; echo "status $?"';
    const read = '"$@" 2>&1 >status | { sleep 0.5; wc -c; }; cat status';
    const argv = [...tinydockerProgram(), 'run', '-q', 'x1', '/bin/sh', '-c', text];
    const { stdout } = await runAs(place, ['sh', '-c', read, 'read', ...argv], { cwd: place.home });
    assert.is(stdout, '1000000\nstatus 0\n');
  },
  ['root', 'single'],
);

eachMode(
  test,
  'a value may begin with "-"',
  async place => {
    makeImage(place);
    const user = await tinydocker(place, ['run', '-u', '-1', 'x1', ...ENV]);
    assert.is(user.status, 125);
    assert.match(user.stderr, /^tinydocker: The image has no user "-1"/);
    const image = await tinydocker(place, ['run', '--image', '--rm', 'x1', ...ENV]);
    assert.is(image.status, 2);
    assert.match(image.stderr, /^tinydocker: "--rm" can not be an image's name/);
  },
  ['root'],
);

test.run();
