/** --record: what happens is written down while it happens. */

import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endingOf, plansOf } from '../../src/record/progress.ts';
import { type Recording, readRecording } from '../../src/record/read.ts';
import { ended, killMonitor, withContainers } from '../support/containers.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('record');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];

function read(file: string): Recording {
  const result = readRecording(readFileSync(file, 'utf8'));
  if (!result.ok) throw new Error(result.failures.map(({ message }) => message).join(' '));
  return result.value;
}

const types = ({ lines }: Recording) => lines.map(({ event }) => event.type);

/** What an untouched store and untouched files mean for a run that is refused. */
async function refused(place: Place, args: readonly string[], message: RegExp, status = 125): Promise<void> {
  const before = hostState(place.store);
  const finished = await tinydocker(place, args);
  assert.is(finished.status, status, finished.stderr);
  assert.match(withoutNotes(finished.stderr), message);
  await assertUnchanged(before, place.store);
}

eachMode(test, 'a run is written down with its whole plan, for its owner only', async place => {
  makeImage(place);
  const file = join(place.home, 'a.ndjson');
  const { status } = await tinydocker(place, ['run', '--record', 'a.ndjson', 'c1', ...sh('exit 3')]);
  assert.is(status, 3);
  const recording = read(file);
  assert.is(statSync(file).mode & 0o777, 0o600);
  assert.is(statSync(file).uid, place.mode.uid);
  const { header } = recording;
  assert.equal(header.commandLine.slice(0, 4), ['run', '--record', 'a.ndjson', 'c1']);
  assert.is(header.machine.user, place.mode.name === 'root' ? 'root' : 'ordinary');
  assert.equal(endingOf(recording), { ending: 'succeeded', status: 3 });
  const [only, ...more] = plansOf(recording);
  assert.equal([only?.plan.subject, more], ['c1', []]);
  assert.ok(only?.plan.steps.every(({ why }) => why.length > 20));
  const done = recording.lines.filter(({ event }) => event.type === 'step-done');
  assert.is(done.length, only?.plan.steps.length);
  const looks = recording.lines.flatMap(({ event }) => (event.type === 'snapshot' ? [event] : []));
  assert.equal([looks.at(0)?.moment, looks.at(-1)?.moment], ['begin', 'end']);
  const joined = looks.find(({ step }) => step === 'mount-overlay')?.snapshot;
  assert.ok(joined?.init?.mounts.some(({ type }) => type === 'overlay'));
});

eachMode(test, 'a failure, its cause in words, and the undos', async place => {
  makeImage(place);
  const file = join(place.home, 'f.ndjson');
  const run = ['run', '--record', file, '--fail-at', 'pivot-root', 'c1'];
  assert.is((await tinydocker(place, run)).status, 125);
  const recording = read(file);
  assert.equal(endingOf(recording), { ending: 'failed', status: 125 });
  for (const type of ['step-failed', 'undo-done', 'plan-ended'])
    assert.ok(types(recording).includes(type as never), type);
  const said = recording.lines.map(({ event }) => (event.type === 'message' ? event.text : ''));
  assert.match(said.join('\n'), /--fail-at asked for it/);
});

eachMode(
  test,
  'a file that exists is not replaced; an empty one is taken',
  async place => {
    makeImage(place);
    const [full, empty, link] = ['full', 'empty', 'link'].map(name => join(place.home, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(full, 'mine\n');
    writeFileSync(empty, '');
    symlinkSync('nowhere', link);
    for (const taken of [full, link, place.home, '/dev/null'])
      await refused(
        place,
        ['run', '--record', taken, 'c1', 'true'],
        /exists already, and a recording replaces nothing/,
      );
    assert.is(readFileSync(full, 'utf8'), 'mine\n');
    assert.not.ok(existsSync(join(place.home, 'nowhere')));
    await refused(
      place,
      ['run', '--record', 'no/x', 'c1', 'true'],
      /can not be made: there is no such directory/,
    );
    await refused(place, ['run', '--dry-run', '--record', 'x', 'c1'], /contradict each other/, 2);
    assert.is((await tinydocker(place, ['run', '--record', empty, 'c1', 'true'])).status, 0);
    assert.is(endingOf(read(empty)).ending, 'succeeded');
  },
  ['root'],
);

eachMode(
  test,
  'kill -9 leaves what was there',
  async place => {
    makeImage(place);
    const file = join(place.home, 'k.ndjson');
    const running = startTinydocker(place, ['run', '--record', file, 'c1', ...sh('sleep 60')]);
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('"container-started"'));
    running.kill('SIGKILL');
    await running.ended;
    const recording = read(file);
    assert.is(endingOf(recording).ending, 'no end');
    assert.is(plansOf(recording)[0]?.plan.subject, 'c1');
    await tinydocker(place, ['prune', '-f']);
  },
  ['root', 'range'],
);

eachMode(
  test,
  'a full disk does not stop the run, and is said once',
  async place => {
    makeImage(place);
    const disk = join(place.dir, 'disk');
    mkdirSync(disk);
    const { status, stdout, stderr } = await runAs(place, [
      ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
      'mount -t tmpfs -o size=16k tmpfs "$1"; shift; "$@"; wc -c <"$0"',
      ...[join(disk, 'r'), disk, ...tinydockerProgram()],
      ...['run', '--record', join(disk, 'r'), 'c1', ...sh('echo ran')],
    ]);
    assert.equal([status, stdout.split('\n')[0]], [0, 'ran'], stderr);
    assert.ok(Number(stdout.split('\n')[1]) > 0, 'what there was room for is there');
    assert.is(
      stderr.match(/note: The recording .* could not be written to its end: no space left on the device\./g)
        ?.length,
      1,
      stderr,
    );
  },
  ['root'],
);

eachMode(test, 'in the background, whoever watches the container goes on with it', place =>
  withContainers(place, async () => {
    makeImage(place);
    const file = join(place.home, 'b.ndjson');
    const run = ['run', '-d', '--record', 'b.ndjson', 'c1', ...sh('sleep 0.2; exit 4')];
    assert.is((await tinydocker(place, run)).status, 0);
    await ended(place, 'c1');
    await until(() => endingOf(read(file)).ending !== 'no end');
    const recording = read(file);
    assert.equal(endingOf(recording), { ending: 'succeeded', status: 4 });
    assert.is(types(recording).filter(type => type === 'plan-started').length, 1);
    assert.ok((recording.lines.at(-1)?.time ?? 0) > 0.2);
    const again = ['start', '--record', 's.ndjson', 'c1'];
    assert.is((await tinydocker(place, again)).status, 0);
    await killMonitor(place, 'c1');
    assert.ok(types(read(join(place.home, 's.ndjson'))).includes('container-started'));
  }),
);

eachMode(
  test,
  'one recording for all plans of a command line, nested ones too',
  async place => {
    makeImage(place);
    const file = join(place.home, 'c.ndjson');
    const run = ['run', '--record', file, '--commit', 'mine', 'c1', ...sh('echo x >/file')];
    const { status, stderr } = await tinydocker(place, run);
    assert.is(status, 0, stderr);
    const plans = plansOf(read(file));
    assert.equal(
      plans.map(({ number, plan, outcome }) => [number, plan.kind, outcome?.type]),
      [
        [1, 'run', 'succeeded'],
        [2, 'commit', 'succeeded'],
      ],
    );
  },
  ['root'],
);

eachMode(
  test,
  'the debugger is recorded, too, with what was taken back',
  async place => {
    makeImage(place);
    const file = join(place.home, 'd.ndjson');
    const run = ['run', '--step', '--record', file, 'c1', 'true'];
    const { status, stderr } = await tinydocker(place, run, { input: 'n\nn\nN\nc\n' });
    assert.is(status, 0, stderr);
    const recording = read(file);
    assert.equal([recording.unknown, endingOf(recording).ending], [0, 'succeeded']);
    for (const type of ['back-started', 'back-done', 'snapshot'] as const)
      assert.ok(types(recording).includes(type), type);
    const replayed = await tinydocker(place, ['replay', file]);
    assert.match(replayed.stdout, /^back: make-fifos \(make the gate\), in \d+ ms$/m);
  },
  ['root'],
);

test.run();
