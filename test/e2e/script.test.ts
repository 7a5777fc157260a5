// @long
/** The printed script does what the run does: same container, same output, same status, nothing left. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD, normalised, PROBE } from '../support/probe.ts';
import {
  type Finished,
  type RunOptions,
  runAs,
  startAs,
  startTinydocker,
  tinydocker,
  tinydockerProgram,
} from '../support/run.ts';
import { until } from '../support/until.ts';

const SHELLS = ['sh', 'dash', 'bash'] as const;

/** What `run --dry-run` prints for these words. */
async function scriptOf(place: Place, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, ['run', '--dry-run', ...args]);
  assert.is(status, 0, stderr);
  return stdout;
}

/** Runs the script from a pipe, as a reader would: `... --dry-run | sh`. */
function pipeTo(place: Place, shell: string, script: string, options: RunOptions = {}): Promise<Finished> {
  return runAs(place, [shell], { ...options, input: script });
}

/** Runs the script from a file, so that stdin is free. */
async function runScript(
  place: Place,
  shell: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const file = join(place.dir, `script-${shell}.sh`);
  writeFileSync(file, await scriptOf(place, args));
  return runAs(place, [shell, file], options);
}

/** Both ways and all shells give the same, and leave nothing. */
async function same(place: Place, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const before = hostState(place.store);
  // Quiet, because a script keeps its notes in comments.
  const run = await tinydocker(place, ['run', '-q', ...args], options);
  await assertUnchanged(before, place.store);
  for (const shell of SHELLS) {
    const script = await runScript(place, shell, args, options);
    assert.equal(
      { ...script, stdout: comparable(script.stdout) },
      { ...run, stdout: comparable(run.stdout) },
      `${shell} differs from the run: ${args.join(' ')}`,
    );
    await assertUnchanged(before, place.store);
  }
  return run;
}

function comparable(output: string): unknown {
  return output.includes('== mounts') ? normalised(output) : output;
}

eachMode(test, 'the container is the same', async place => {
  makeImage(place);
  const run = await same(place, ['probe', '/bin/sh', '-c', PROBE]);
  assert.is(run.status, 0, run.stderr);
  assert.is(run.stderr, '');
  const { namespaces } = normalised(run.stdout);
  const expected = ['mnt', 'uts', 'ipc', 'net', 'pid', 'cgroup'].map(name => `${name} new`);
  assert.is(
    namespaces,
    [...expected, `user ${place.mode.name === 'root' ? "the host's" : 'new'}`].join('\n'),
  );
});

eachMode(test, 'the script may come from a pipe', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const script = await scriptOf(place, [
    'probe',
    '/bin/sh',
    '-c',
    `${GUARD}cat; echo "out $0"; echo err >&2; exit 7`,
    "it's",
  ]);
  for (const shell of SHELLS) {
    const { status, stdout, stderr } = await pipeTo(place, shell, script);
    assert.equal({ status, stdout, stderr }, { status: 7, stdout: "out it's\n", stderr: 'err\n' }, shell);
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'options make the same container', async place => {
  makeImage(place);
  const data = ownDirectory(place.mode, join(place.dir, 'data'));
  writeFileSync(join(data, 'file'), 'of the host\n');
  mkdirSync(join(data, 'folder'));
  const { status, stdout } = await same(place, [
    ...['-v', `${data}:/data`, '-v', `${data}:/deep/er/data:ro`, '-v', `${data}/file:/etc/one-file`],
    ...['--tmpfs', '/scratch:size=1m,mode=1777', '--read-only', '-w', '/data/folder', '-h', 'other'],
    ...['-e', 'A=1', '-e', 'PATH=/bin', 'options', 'sh', '-c', PROBE],
  ]);
  assert.is(status, 0);
  const { mounts, hostname, directory } = normalised(stdout);
  assert.match(mounts ?? '', /^\/\S* \/ ro[ ,]/m);
  assert.match(mounts ?? '', / \/deep\/er\/data ro[ ,]/);
  // The same source, read-only in one place and writable in another.
  assert.match(mounts ?? '', / \/data rw[ ,]/);
  assert.match(mounts ?? '', / \/etc\/one-file rw[ ,]/);
  assert.match(mounts ?? '', / \/scratch rw,nosuid,nodev,noexec/);
  assert.is(hostname, 'other');
  assert.is(directory, '/data/folder\n/data/folder\n/');
});

eachMode(
  test,
  'a user makes the same container',
  async place => {
    makeImage(place);
    for (const user of ['ann', '1000:44', '4321']) {
      const { status, stdout } = await same(place, ['-u', user, 'user', 'sh', '-c', PROBE]);
      assert.is(status, 0);
      assert.match(normalised(stdout)['status'] ?? '', user === '4321' ? /^Uid:\t4321/m : /^Uid:\t1000/m);
    }
  },
  ['root', 'range'],
);

eachMode(test, 'stdin, with -i and without', async place => {
  makeImage(place);
  const args = ['stdin', 'sh', '-c', `${GUARD}cat; echo "end $?"`];
  const input = `first\n${'x'.repeat(100_000)}\nlast, without an end`;
  assert.is((await same(place, ['-i', ...args], { input })).stdout, `${input}end 0\n`);
  assert.is((await same(place, args, { input })).stdout, 'end 0\n');
});

eachMode(test, 'exit statuses', async place => {
  makeImage(place, {
    change: root => {
      writeFileSync(join(root, 'bin/not-executable'), '#!/bin/sh\n', { mode: 0o644 });
      writeFileSync(join(root, 'bin/no-interpreter'), '#!/does/not/exist\n', { mode: 0o755 });
    },
  });
  const cases: readonly (readonly [number, readonly string[]])[] = [
    [0, ['true']],
    [3, ['sh', '-c', 'exit 3']],
    [125, ['sh', '-c', 'exit 125']],
    [255, ['sh', '-c', 'exit 255']],
    [127, ['no-such-command']],
    [127, ['/no/such/command']],
    [126, ['/bin/not-executable']],
    [126, ['/bin']],
    [126, ['/bin/no-interpreter']],
  ];
  for (const [status, command] of cases) {
    if (status !== 126 && status !== 127) {
      const run = await same(place, ['status', ...command]);
      assert.is(run.status, status, command.join(' '));
      continue;
    }
    // The run looks at the image beforehand and can say more; both have to name the command.
    const run = await tinydocker(place, ['run', '-q', 'status', ...command]);
    const script = await runScript(place, 'sh', ['status', ...command]);
    for (const finished of [run, script]) {
      assert.is(finished.status, status, command.join(' '));
      assert.match(finished.stderr, command[0] ?? '');
    }
  }
});

/** Each is harmless on the host, and each has broken somebody's quoting. */
const HOSTILE = [
  '',
  ' ',
  "it's",
  '"quoted"',
  '$HOME $(echo no) `echo no` ${C}',
  'a\\b\\',
  'line one\nline two\n',
  '\ttab',
  '-n',
  '--',
  '*',
  '~',
  '#',
  '!!',
  'EOF',
  '\nEOF\n',
  'ünïcødé ☃',
  '\u0001\u001b[31m',
  '$INIT',
  '=x',
  'a=b',
  '{a,b}',
  '%s%d',
];

eachMode(test, 'hostile values arrive unchanged', async place => {
  makeImage(place);
  const env = HOSTILE.flatMap((value, index) => ['-e', `V${index}=${value}`]);
  const print = `${GUARD}printf '<%s>' "$@"; echo; i=0; while [ $i -lt ${HOSTILE.length} ]; do eval "printf '<%s>' \\"\\$V$i\\""; i=$((i+1)); done`;
  const { status, stdout, stderr } = await same(place, [
    ...env,
    'hostile',
    'sh',
    '-c',
    print,
    'sh',
    ...HOSTILE,
  ]);
  const words = HOSTILE.map(value => `<${value}>`).join('');
  assert.is(stdout, `${words}\n${words}`, stderr);
  assert.is(status, 0);
});

eachMode(test, 'hostile names of volumes and of the store', async place => {
  const names = [
    'a b',
    'a,b',
    'a\\b',
    'a"b',
    "a'b",
    'a\nb',
    '-a',
    'a$(x)b',
    '#a',
    'a\\040b',
    '${INIT}',
    'lowerdir=x,upperdir=y',
    'ü',
    'a\tb',
    ' ',
  ];
  for (const name of names) {
    const store = ownDirectory(place.mode, join(place.dir, name));
    const there = { ...place, store };
    makeImage(there);
    const volume = ownDirectory(place.mode, join(place.dir, `v${name}`));
    writeFileSync(join(volume, 'file'), name);
    const before = hostState(store);
    const args = ['-v', `${volume}:/t/${name}`, '-w', `/t/${name}`, 'x', 'sh', '-c', `${GUARD}cat file; pwd`];
    const run = await tinydocker(there, ['run', '-q', ...args]);
    assert.equal([run.status, run.stdout, run.stderr], [0, `${name}/t/${name}\n`, ''], JSON.stringify(name));
    const script = await runScript(there, 'sh', args);
    assert.equal([script.status, script.stdout, script.stderr], [0, run.stdout, ''], JSON.stringify(name));
    await assertUnchanged(before, store);
  }
});

eachMode(test, 'a script that is told to stop undoes what it did', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const file = join(place.dir, 'stop.sh');
  writeFileSync(file, await scriptOf(place, ['stopped', 'sh', '-c', `${GUARD}echo running; exec sleep 30`]));
  for (const shell of SHELLS) {
    for (const [signal, status] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
      ['SIGQUIT', 131],
    ] as const) {
      const running = startAs(place, [shell, file]);
      await until(() => running.stdout() === 'running\n');
      running.kill(signal);
      assert.equal((await running.ended).status, status, `${shell} ${signal}`);
      await assertUnchanged(before, place.store);
    }
  }
});

eachMode(test, 'a container that is killed from outside', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const args = ['killed', 'sh', '-c', `${GUARD}echo running; exec sleep 31`];
  const file = join(place.dir, 'killed.sh');
  writeFileSync(file, await scriptOf(place, args));
  for (const start of [() => startTinydocker(place, ['run', ...args]), () => startAs(place, ['sh', file])]) {
    const running = start();
    await until(() => running.stdout() === 'running\n');
    const init = hostState(place.store).processes.find(line => /^\d+ \d+ sleep 31$/.test(line));
    process.kill(Number(init?.split(' ')[0]), 'SIGKILL');
    assert.is((await running.ended).status, 137);
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'what the caller has closed is empty', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const args = ['closed', 'sh', '-c', `${GUARD}cat; echo out; echo err >&2; exit 7`];
  const script = join(place.dir, 'closed.sh');
  writeFileSync(script, await scriptOf(place, args));
  const ways = [[...tinydockerProgram(), 'run', '-q', ...args], ...SHELLS.map(shell => [shell, script])];
  for (const [closed, stdout, stderr] of [
    ['0<&-', 'out\n', 'err\n'],
    ['1>&-', '', 'err\n'],
    ['2>&-', 'out\n', ''],
    ['0<&- 1>&- 2>&-', '', ''],
  ] as const) {
    for (const way of ways) {
      const finished = await runAs(place, ['sh', '-c', `exec "$@" ${closed}`, 'closed', ...way]);
      const expected = { status: 7, signal: undefined, stdout, stderr };
      assert.equal(finished, expected, `${way[0]} ${closed}`);
      await assertUnchanged(before, place.store);
    }
  }
});

eachMode(test, 'a shell that has tools of its own is told apart before anything is made', async place => {
  makeImage(place);
  const before = hostState(place.store);
  // busybox, built to prefer its own tools, does not look for rm in PATH; a function does not either.
  const script = `rm() { echo 'rm: unrecognized option' >&2; return 1; }\n${await scriptOf(place, ['own-tools', 'true'])}`;
  const { status, stdout, stderr } = await pipeTo(place, 'sh', script);
  assert.equal(
    { status, stdout, stderr },
    {
      status: 125,
      stdout: '',
      stderr: 'This shell has tools of its own; run the script with dash or bash.\n',
    },
  );
  await assertUnchanged(before, place.store);
});

eachMode(test, 'shellcheck finds nothing in the script', async place => {
  makeImage(place);
  const data = ownDirectory(place.mode, join(place.dir, 'data'));
  for (const options of [
    [],
    ['-t', '-i'],
    ['-v', `${data}:/data:ro`, '--read-only', '-w', '/x', '--tmpfs', '/y'],
    ['--keep'],
  ]) {
    const script = await scriptOf(place, [...options, 'x', 'echo', "it's $HOME"]);
    const { status, stdout } = await runAs(place, ['shellcheck', '--shell=sh', '-'], { input: script });
    assert.is(status, 0, stdout);
  }
});

test.run();
