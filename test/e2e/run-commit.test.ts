// @long
/** run --commit: an image when the command has ended, whatever it returned; and when there is none, the container is kept. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostState, treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { untilAbandoned } from '../support/journal.ts';
import { hasStarted, pruneAll } from '../support/killing.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('run-commit');

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

const namesIn = (place: Place, directory: string) => readdirSync(join(place.store, directory)).toSorted();

const COMMAND = ['sh', '-c', `${GUARD}echo x >/etc/new; rm /etc/group; echo said; exit 3`] as const;

/** The same by the run, and by the script that it prints. */
async function bothWays(
  place: Place,
  args: readonly string[],
): Promise<
  readonly { readonly status: number | undefined; readonly stdout: string; readonly stderr: string }[]
> {
  const script = await done(place, 'run', '--dry-run', ...args);
  const bySh = await runAs(place, ['sh'], { input: script });
  return [bySh, await tinydocker(place, ['run', ...args])];
}

eachMode(
  test,
  "the image has what the command changed, the exit status is the command's, and nothing else is left",
  async place => {
    makeImage(place, { config: { Env: ['A=1'], Labels: { kept: 'yes' } } });
    const volume = join(place.home, 'volume');
    mkdirSync(volume);
    writeFileSync(join(volume, 'file'), 'secret');
    await done(place, 'run', '-q', '--commit', 'warm', 'c1', 'true');
    const before = hostState(place.store);
    for (const [index, { status, stdout, stderr }] of (
      await bothWays(place, ['-v', `${volume}:/data/v`, '--commit', 'mine', 'c1', ...COMMAND])
    ).entries()) {
      assert.is(status, 3, stderr);
      assert.is(stdout, 'said\n', String(index));
      assert.not.match(stderr, /device node/);
      assert.is(withoutNotes(stderr), '');
    }
    assert.equal([namesIn(place, 'containers'), namesIn(place, 'tmp')], [[], []]);
    assert.equal(hostState(place.store).mounts, before.mounts);
    assert.equal(hostState(place.store).processes, before.processes);
    const look = 'cat /etc/new; echo "$A"; ls /etc/group /data';
    const used = await tinydocker(place, ['run', '-q', '--image', 'mine', 'c2', 'sh', '-c', look]);
    assert.is(used.stdout, 'x\n1\n');
    const [image] = JSON.parse(await done(place, 'image', 'inspect', 'mine')) as readonly {
      readonly Config: unknown;
      readonly History: readonly { readonly created_by: string }[];
    }[];
    assert.equal(image?.Config, { Env: ['A=1'], Labels: { kept: 'yes' } });
    assert.is(image?.History.at(-1)?.created_by, COMMAND.join(' '));
  },
);

eachMode(
  test,
  'a commit that fails at any step leaves the container, with everything that it wrote',
  async place => {
    makeImage(place);
    const args = ['--commit', 'mine', 'c1', ...COMMAND];
    const { afterwards } = JSON.parse(await done(place, 'run', '--dry-run', '--format', 'json', ...args)) as {
      readonly afterwards: { readonly plan: { readonly steps: readonly { readonly id: string }[] } };
    };
    const steps = afterwards.plan.steps.map(({ id }) => id);
    assert.ok(steps.length > 15);
    for (const step of ['reserve-workspace', 'find-changes-2', 'pack-2', 'publish-layer-2', 'name-image']) {
      assert.ok(steps.includes(step), step);
      const script = await done(place, 'run', '--dry-run', '--fail-at', step, ...args);
      const bySh = await runAs(place, ['sh'], { input: script });
      assert.is(bySh.status, 125, bySh.stderr);
      assert.is(bySh.stdout, 'said\n');
      assert.match(bySh.stderr, /^c1 is kept: the image was not made$/m);
      assert.is(await done(place, 'diff', 'c1'), 'C /etc\nD /etc/group\nA /etc/new\n');
      await done(place, 'rm', '-q', 'c1');
      const { status, stderr } = await tinydocker(place, ['run', '--fail-at', step, ...args]);
      assert.is(status, 125, stderr);
      assert.match(
        withoutNotes(stderr),
        /^tinydocker: The step .* failed because --fail-at asked for it\.\nLesson .*clean-up\ntinydocker: The image mine:latest was not made, so the container c1 is kept\.\ntinydocker commit c1 mine:latest tries again; tinydocker rm c1 removes it\.\n$/,
      );
      assert.is(await done(place, 'diff', 'c1'), 'C /etc\nD /etc/group\nA /etc/new\n');
      assert.equal(namesIn(place, 'images'), ['base:latest.json']);
      assert.equal(namesIn(place, 'tmp'), []);
      if (step === 'name-image') await done(place, 'commit', 'c1', 'mine:latest');
      await done(place, 'rm', '-q', 'c1');
    }
    assert.is(await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/etc/new'), 'x\n');
  },
);

eachMode(
  test,
  'with --keep the container stays too; what ends before the command leaves nothing',
  async place => {
    makeImage(place);
    const script = await done(place, 'run', '--dry-run', '--keep', '--commit', 'mine', 'c1', ...COMMAND);
    assert.is((await runAs(place, ['sh'], { input: script })).status, 3);
    assert.is((await tinydocker(place, ['run', '--keep', '--commit', 'mine', 'c2', ...COMMAND])).status, 3);
    for (const name of ['c1', 'c2']) {
      assert.is(await done(place, 'diff', name), 'C /etc\nD /etc/group\nA /etc/new\n');
      await done(place, 'rm', '-q', name);
    }
    await done(place, 'rmi', '-q', 'mine');
    const store = treeOf(place.store);
    for (const [args, status, says] of [
      [
        ['--fail-at', 'mount-overlay', '--commit', 'mine', 'c1', 'true'],
        125,
        /--fail-at asked for it\.\nLesson .*clean-up\n$/,
      ],
      [['--commit', '../x', 'c1', 'true'], 2, /can not be an image's name/],
      [['--commit', 'mine', 'c1', 'no-such-program'], 127, /no-such-program/],
      [
        ['--fail-at', 'pack', '--commit', 'mine', 'c1', 'true'],
        2,
        /Did you mean pack-2|The plan has no step "pack"/,
      ],
    ] as const) {
      const result = await tinydocker(place, ['run', ...args]);
      assert.is(result.status, status, result.stderr);
      assert.match(result.stderr, says);
      assert.equal(treeOf(place.store), store);
    }
    // What a layer can not hold is not lost either.
    const refused = await tinydocker(place, ['run', '--commit', 'mine', 'c1', 'touch', '/.wh.x']);
    assert.is(refused.status, 125);
    assert.match(
      refused.stderr,
      /^tinydocker: "\/\.wh\.x" can not be part of an image: .*\n.*\ntinydocker: The image mine:latest was not made, so the container c1 is kept\.$/m,
    );
    assert.is(await done(place, 'diff', 'c1'), 'A /.wh.x\n');
  },
);

eachMode(
  test,
  'a command that Ctrl-C ends is committed; a tinydocker that is killed keeps its container',
  async place => {
    makeImage(place);
    const command = [
      'sh',
      '-c',
      `${GUARD}trap "exit 5" INT; echo x >/etc/new; echo up; while :; do sleep 0.1; done`,
    ];
    const running = startTinydocker(place, ['run', '--commit', 'mine', 'c1', ...command]);
    await until(() => running.stdout() === 'up\n');
    running.kill('SIGINT');
    const { status, stderr } = await running.ended;
    assert.is(status, 5, stderr);
    assert.is(await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/etc/new'), 'x\n');
    assert.not.ok(existsSync(join(place.store, 'containers/c1')));

    const killed = startTinydocker(place, ['run', '--commit', 'other', 'c1', ...command]);
    await until(() => killed.stdout() === 'up\n');
    killed.kill('SIGKILL');
    await killed.ended;
    await untilAbandoned(place.store, 'c1');
    await done(place, 'prune', '-f');
    await done(place, 'commit', 'c1', 'other');
    assert.is(await done(place, 'run', '-q', '--image', 'other', 'c2', 'cat', '/etc/new'), 'x\n');
  },
);

eachMode(
  test,
  'kill -9 in the middle of the commit: nothing is lost, and prune takes what is half made',
  async place => {
    makeImage(place);
    for (const step of ['find-changes-2', 'unpack-2', 'publish-layer-2', 'name-image']) {
      const options = ['--progress', 'json', '--pace', '20ms', '--commit', 'mine'];
      const running = startTinydocker(place, ['run', ...options, 'c1', ...COMMAND]);
      await until(() => hasStarted(running.stderr(), step), 30_000);
      running.kill('SIGKILL');
      await running.ended;
      await untilAbandoned(place.store, 'c1');
      await pruneAll(place);
      // The signal may come when the name has been given and the journal says so: then the image is a whole one, and the container is kept all the same.
      if (step === 'name-image' && namesIn(place, 'images').includes('mine:latest.json')) {
        assert.is(await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/etc/new'), 'x\n');
        await done(place, 'rmi', '-q', 'mine');
      }
      assert.equal([namesIn(place, 'tmp'), namesIn(place, 'images')], [[], ['base:latest.json']], step);
      assert.is(namesIn(place, 'layers').length, 1, step);
      assert.is(await done(place, 'diff', 'c1'), 'C /etc\nD /etc/group\nA /etc/new\n');
      await done(place, 'rm', '-q', 'c1');
    }
  },
  ['root', 'range'],
);

eachMode(
  test,
  'the default image is made first; a script has to wait for it',
  async place => {
    const early = await tinydocker(place, ['run', '--dry-run', '--commit', 'mine', 'c1', 'true']);
    assert.is(early.status, 125);
    assert.match(
      early.stderr,
      /^tinydocker: The script can not be printed yet: the image base is made by the first run/m,
    );
    const command = ['sh', '-c', `${GUARD}echo x >/etc/new`];
    await done(place, 'run', '-q', '--commit', 'mine', 'c1', ...command);
    assert.is(await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/etc/new'), 'x\n');
  },
  ['root', 'range'],
);

test.run();
