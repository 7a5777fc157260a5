/** Signals, and a stderr that goes away: whatever happens, what was begun is undone. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leavesNothing } from '../support/host.ts';
import { IMAGE_MARK_FILE } from '../support/image.ts';
import { journalRecords } from '../support/journal.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import {
  type Running,
  runAs,
  startTinydocker,
  tinydocker,
  tinydockerProgram,
  withoutNotes,
} from '../support/run.ts';

const test = suite('signals');

const INSIDE = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;
const command = (text: string): readonly string[] => ['/bin/sh', '-c', INSIDE + text];

function onHost(
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][] = ['root', 'single'],
): void {
  eachMode(test, name, leavesNothing(body), only);
}

async function wrote(running: Running, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void> {
  for (let waited = 0; !pattern.test(running[stream]()); waited += 10) {
    if (waited > 10_000) throw new Error(`${pattern} was not written: ${running.stderr()}`);
    await sleep(10);
  }
}

/** Signals tinydocker itself: what stands in front of it (unshare, setpriv) has become it. */
const signal = (running: Running, name: NodeJS.Signals): boolean => process.kill(running.pid, name);

for (const [name, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const) {
  onHost(`${name} ends a command that has no handler for it`, async place => {
    const running = startTinydocker(place, ['run', 'hello1', ...command('echo up; exec sleep 1000')]);
    await wrote(running, 'stdout', /up/);
    signal(running, name);
    const ended = await running.ended;
    assert.is(ended.status, status);
    assert.match(
      ended.stderr,
      new RegExp(`^tinydocker: ${name}: the command has no handler for it, so the container is killed$`, 'm'),
    );
  });

  onHost(`${name} is passed on to a command that catches it, and its own status counts`, async place => {
    const trap = `trap 'echo caught; exit 7' ${name.slice(3)}; echo up; while :; do sleep 0.1; done`;
    const running = startTinydocker(place, ['run', 'hello1', ...command(trap)]);
    await wrote(running, 'stdout', /up/);
    signal(running, name);
    const ended = await running.ended;
    assert.is(ended.status, 7);
    assert.match(ended.stdout, /caught/);
  });

  onHost(`${name} while the container is made stops and undoes`, async place => {
    const running = startTinydocker(place, [
      'run',
      '--pace',
      '200',
      '--progress',
      'json',
      'hello1',
      ...command('echo never'),
    ]);
    await wrote(running, 'stderr', /"type":"step-done","step":"mount-overlay"/);
    signal(running, name);
    const ended = await running.ended;
    assert.is(ended.status, status);
    assert.is(ended.stdout, '');
    const events = ended.stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    assert.ok(events.every(event => event['version'] === 1 && typeof event['time'] === 'string'));
    assert.is(events.filter(event => event['type'] === 'undo-done').length, 2);
    assert.is(events.at(-1)?.['type'], 'plan-ended');
  });
}

onHost(
  'Ctrl-C that reaches only init, on the terminal of the container, is a request to stop as well',
  async place => {
    const running = startTinydocker(place, [
      ...['run', '--pace', '200', '--progress', 'plain', 'hello1'],
      ...command('echo never'),
    ]);
    await wrote(running, 'stderr', /mount-overlay \(join the layers\): done/);
    const [init] = journalRecords(place.store, 'hello1').flatMap(({ values }) => values?.['INIT'] ?? []);
    process.kill(Number(init), 'SIGINT');
    const ended = await running.ended;
    assert.is(ended.status, 130, ended.stderr);
    assert.match(ended.stderr, /^SIGINT: stopping here and undoing what was done$/m);
    assert.match(ended.stderr, /^hello1 was interrupted after step /m);
    assert.not.match(ended.stderr, /No such file/);
  },
);

onHost('a second signal kills a command that catches the first and goes on', async place => {
  const stubborn = `trap 'echo caught' TERM; echo up; while :; do sleep 0.1; done`;
  const running = startTinydocker(place, ['run', 'hello1', ...command(stubborn)]);
  await wrote(running, 'stdout', /up/);
  signal(running, 'SIGTERM');
  await wrote(running, 'stdout', /caught/);
  signal(running, 'SIGTERM');
  const ended = await running.ended;
  assert.is(ended.status, 143);
  assert.match(ended.stderr, /SIGTERM: killing the container/);
});

onHost('a third signal gives up at once and says what is left to do by hand', async place => {
  const running = startTinydocker(place, [
    'run',
    '--pace',
    '200',
    '--progress',
    'plain',
    'hello1',
    ...command('echo never'),
  ]);
  await wrote(running, 'stderr', /mount-overlay \(join the layers\): done/);
  // Three different ones: the kernel would merge three of a kind.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signal(running, name);
  const ended = await running.ended;
  assert.is(ended.status, 130);
  assert.match(ended.stderr, /^tinydocker: given up, as asked; what was begun is still there\.$/m);
  const [, commands = ''] = ended.stderr.split('To finish by hand, in this order:\n');
  assert.match(commands, /rm -rf --one-file-system/);
  const byHand = commands.split('\n').filter(line => line.startsWith('  ') && !line.includes('kill -KILL'));
  const done = await runAs(place, ['sh', '-c', byHand.join('\n')]);
  assert.is(done.status, 0, done.stderr);
});

onHost('a second signal hurries the undo: what it leaves is what it says', async place => {
  const running = startTinydocker(place, [
    ...['run', '--pace', '200', '--progress', 'plain', 'hello1'],
    ...command('echo never'),
  ]);
  await wrote(running, 'stderr', /mount-overlay \(join the layers\): done/);
  for (const name of ['SIGINT', 'SIGTERM'] as const) signal(running, name);
  const ended = await running.ended;
  // Whichever came first.
  assert.ok(ended.status === 130 || ended.status === 143);
  assert.match(ended.stderr, /forcing the present command to end; once more gives up/);
  const left = readdirSync(join(place.store, 'containers'));
  const [, commands = ''] = ended.stderr.split('To finish by hand, in this order:\n');
  assert.is(ended.stderr.includes('NOT EVERYTHING WAS UNDONE'), left.length > 0, ended.stderr);
  assert.is((await runAs(place, ['sh', '-c', commands])).status, 0);
});

onHost('a reader of stderr that goes away does not stop the undo', async place => {
  const file = join(place.home, 'status');
  const run = `${tinydockerProgram().join(' ')} run --progress=plain hello1 /bin/sh -c 'sleep 0.3; exit 4'`;
  await runAs(place, ['sh', '-c', `{ ${run}; echo $? >${file}; } 2>&1 | head -n 1 >/dev/null`]);
  for (let waited = 0; !existsSync(file) && waited < 5000; waited += 20) await sleep(20);
  assert.is(readFileSync(file, 'utf8'), '4\n');
});

onHost('a closed stderr does neither', async place => {
  const run = `${tinydockerProgram().join(' ')} run --progress=plain hello1 /bin/sh -c 'exit 4' 2>&-`;
  assert.is((await runAs(place, ['sh', '-c', run])).status, 4);
});

onHost("nothing is said about a run that goes well, and stdout is the command's alone", async place => {
  const { status, stdout, stderr } = await tinydocker(place, ['run', 'hello1', 'echo', '12345']);
  assert.is(status, 0);
  assert.is(stdout, '12345\n');
  assert.is(withoutNotes(stderr), '');
  const quiet = await tinydocker(place, ['run', '-q', 'hello1', 'true']);
  assert.is(quiet.stderr, '');
});

onHost('a failure is one sentence with the way out, and exit status 125', async place => {
  const { status, stdout, stderr } = await tinydocker(place, [
    'run',
    '-q',
    '-v',
    '/:/../x',
    'hello1',
    'true',
  ]);
  assert.is(status, 125);
  assert.is(stdout, '');
  assert.match(
    stderr,
    /^tinydocker: [^\n]*leads out of the container\.\nChoose [^\n]*\nLesson {3}tinydocker lesson mount-namespace\n$/,
  );
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

onHost(
  'a mode of progress that does not exist is a usage error',
  async place => {
    const wrong = await tinydocker(place, ['run', '--progress=jsno', 'hello1', 'true']);
    assert.is(wrong.status, 2);
    assert.match(
      wrong.stderr,
      /^tinydocker: "jsno" is not a value for --progress: .*\nDid you mean json\?\n$/,
    );
    const variable = await tinydocker(place, ['run', 'hello1', 'true'], {
      env: { TINYDOCKER_PROGRESS: 'loud' },
    });
    assert.is(variable.status, 2);
    assert.match(variable.stderr, /TINYDOCKER_PROGRESS/);
  },
  ['root'],
);

test.run();
