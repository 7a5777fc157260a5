/** Forks: what both containers see, what each changes, and what is left when they go. */

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { edits } from '../support/edits.ts';
import { treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker, withoutNotes } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { applied, changesOf, editIn, editKept, sorted } from '../support/trees.ts';

const hasBusybox = staticBusybox() !== undefined;

function eachWithBusybox(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (hasBusybox) eachMode(test, name, body, only);
  else skipUnless(test, name, false, 'there is no static busybox', () => undefined);
}

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** What was said, for a command line that fails. */
async function refused(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await tinydocker(place, args);
  assert.is(status, 1, stderr);
  return withoutNotes(stderr);
}

const frozen = (place: Place) =>
  readdirSync(join(place.store, 'layers')).filter(name => name.startsWith('frozen-'));
const links = (place: Place) => readdirSync(join(place.store, 'l')).length;

/** What a file of the container holds, by cp. */
async function fileIn(place: Place, name: string, path: string): Promise<string | undefined> {
  const out = join(place.home, 'file.out');
  const { status } = await tinydocker(place, ['cp', '-q', `${name}:${path}`, out]);
  if (status !== 0) return undefined;
  const text = readFileSync(out, 'utf8');
  await runAs(place, ['sh', '-c', 'mv -f -- "$1" "$1.old"', 'away', out]);
  return text;
}

async function put(place: Place, text: string, target: string): Promise<void> {
  const { status, stderr } = await runAs(place, ['sh', '-ec', 'printf %s "$1" >in', 'write', text]);
  assert.is(status, 0, stderr);
  await done(place, 'cp', '-q', 'in', target);
}

eachMode(
  test,
  'both start from the same files, neither sees what the other does; rm rewinds',
  async place => {
    makeImage(place);
    const command = `${GUARD}echo one >/etc/one; rm /etc/group; mkdir /d; echo a >/d/a; chmod 711 /`;
    await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', command);
    const before = await done(place, 'diff', '--stat', 'c1');
    const seen = join(place.store, 'layers');
    const image = treeOf(seen);
    assert.is(await done(place, 'fork', 'c1', 'c2'), '');
    for (const name of ['c1', 'c2']) assert.is(await done(place, 'diff', '--stat', name), before, name);
    assert.is(frozen(place).length, 1);
    const record = JSON.parse(readFileSync(join(place.store, 'containers/c2/container.json'), 'utf8'));
    assert.is(record.hostname, 'c2');
    assert.ok(record.process.env.includes('HOSTNAME=c2'));

    await put(place, 'two', 'c2:/d/a');
    await put(place, 'new', 'c2:/d/new');
    assert.is(await fileIn(place, 'c2', '/d/a'), 'two');
    assert.is(await fileIn(place, 'c1', '/d/a'), 'a\n');
    assert.is(await fileIn(place, 'c1', '/d/new'), undefined);
    assert.match(await done(place, 'diff', 'c2'), /^A \/d\/new$/m);
    assert.is(await done(place, 'diff', '--stat', 'c1'), before);
    const why = await done(place, 'why', 'c2', '/d/a');
    assert.match(why, /^> writable layer +file, 3 B/m);
    assert.match(why, /^ {2}frozen layer 1 of 1 {2}by a fork .*hidden by the copy in the writable layer$/m);
    assert.match(
      await done(place, 'why', 'c2', '/etc/group'),
      /is not seen: frozen layer 1 of 1 deletes it\.$/m,
    );

    // In c1 nothing has changed since, so that nothing is frozen; in c2 something has.
    await done(place, 'fork', 'c1', 'c3');
    assert.is(frozen(place).length, 1);
    await done(place, 'fork', 'c2', 'c4');
    assert.is(frozen(place).length, 2);
    assert.is(await fileIn(place, 'c3', '/d/a'), 'a\n');
    assert.is(await fileIn(place, 'c4', '/d/new'), 'new');

    await done(place, 'rm', '-q', 'c2');
    assert.is(frozen(place).length, 2, 'c4 stands on both');
    await done(place, 'rm', '-q', 'c4');
    assert.is(frozen(place).length, 1);
    assert.is(await fileIn(place, 'c1', '/d/a'), 'a\n');
    await done(place, 'rm', '-q', 'c1');
    assert.is(await fileIn(place, 'c3', '/etc/one'), 'one\n');
    assert.is(await done(place, 'prune', '-f'), 'Nothing is left over.\n');
    await done(place, 'rm', '-q', 'c3');
    assert.is(links(place), 1);
    assert.equal(treeOf(seen).length, image.length);
  },
);

const SEED = Number(process.env['SEED'] ?? 20_261_125);

eachWithBusybox(`base and diff are what each sees, whatever they do (SEED=${SEED})`, async place => {
  makeImage(place, { change: root => mkdirSync(join(root, 'm/a/b/c'), { recursive: true }) });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(edits, edits, edits, edits, async (first, left, right, last) => {
      count += 1;
      const [one, two, three] = ['one', 'two', 'three'].map(name => `${name}${count}`) as [
        string,
        string,
        string,
      ];
      const { before: base, after: shared } = await editIn(place, one, first);
      await done(place, 'fork', '-q', one, two);
      const inOne = await editKept(place, one, left);
      const inTwo = await editKept(place, two, right);
      assert.equal(sorted(inOne.before), sorted(shared), 'the first sees its files');
      assert.equal(sorted(inTwo.before), sorted(shared), 'so does the second, and not what the first did');
      await done(place, 'fork', '-q', two, three);
      const inThree = await editKept(place, three, last);
      assert.equal(sorted(inThree.before), sorted(inTwo.after));
      for (const [name, { after }] of [
        [one, inOne],
        [two, inTwo],
        [three, inThree],
      ] as const)
        assert.equal(sorted(applied(base, await changesOf(place, name))), sorted(after), name);
      await done(place, 'commit', '-q', three, three);
      const made = await editIn(place, `made${count}`, ':', ['--image', three]);
      assert.equal(sorted(made.before), sorted(inThree.after), 'an image of it has the same files');
    }),
    { seed: SEED, numRuns: 2, endOnFailure: true },
  );
});

eachWithBusybox(
  'parts of what was changed before and after a fork become an image',
  async place => {
    makeImage(place, {
      change: root => {
        mkdirSync(join(root, 'm/d'), { recursive: true });
        for (const name of ['a', 'b', 'c']) writeFileSync(join(root, 'm/d', name), name);
      },
    });
    await editIn(place, 'c1', 'echo 1 >/m/d/a; echo 1 >/m/x; rm /m/d/b');
    await done(place, 'fork', '-q', 'c1', 'c2');
    const { after } = await editKept(place, 'c2', 'rm -r /m/d; mkdir /m/d; echo 2 >/m/d/a; echo 2 >/m/y');
    const all = 'C /m\nC /m/d\nC /m/d/a\nD /m/d/b\nD /m/d/c\nA /m/x\nA /m/y\n';
    assert.is(await done(place, 'diff', 'c2', '/m'), all);
    const listed = await done(place, 'commit', '--dry-run', '--only', '/m', 'c2', 'mine');
    assert.is([...listed.matchAll(/^# {3}(.*)$/gm)].map(([, line]) => `${line}\n`).join(''), all);
    assert.match(
      await refused(place, 'commit', '--only', '/m/d/c', 'c2', 'mine'),
      /^tinydocker: The deletion of "\/m\/d\/c" can not be taken alone/,
    );
    await done(place, 'commit', '-q', '--except', '/m/d', 'c2', 'some');
    const some = await editIn(place, 'some', ':', ['--image', 'some']);
    assert.equal([...some.before.keys()].filter(path => path !== '/m').sort(), [
      '/m/d',
      '/m/d/a',
      '/m/d/b',
      '/m/d/c',
      '/m/x',
      '/m/y',
    ]);
    await done(place, 'commit', '-q', 'c2', 'whole');
    assert.equal(sorted((await editIn(place, 'whole', ':', ['--image', 'whole'])).before), sorted(after));
    assert.match(await done(place, 'history', 'whole'), /tinydocker fork/);
  },
  ['root', 'range'],
);

eachMode(
  test,
  'volumes that the image declares are copied',
  async place => {
    makeImage(place, {
      config: { Volumes: { '/data': {} } },
      change: root => {
        mkdirSync(join(root, 'data'));
        writeFileSync(join(root, 'data/f'), 'image');
      },
    });
    await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', `${GUARD}echo mine >/data/f; echo x >/x`);
    await done(place, 'fork', '-q', 'c1', 'c2');
    const volume = (name: string) => join(place.store, 'containers', name, 'volumes/1/f');
    assert.is(readFileSync(volume('c2'), 'utf8'), 'mine\n');
    await runAs(place, ['sh', '-c', 'echo other >"$1"', 'write', volume('c1')]);
    assert.is(readFileSync(volume('c2'), 'utf8'), 'mine\n');
    assert.is(await done(place, 'diff', 'c2'), 'A /x\n');
  },
  ['root', 'range'],
);

eachMode(test, 'both start again, each with its own files over the shared ones', async place => {
  makeImage(place);
  const command = `${GUARD}echo x >>/n; wc -l </n; hostname`;
  await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', command);
  await done(place, 'fork', '-q', 'c1', 'c2');
  assert.is(await done(place, 'start', '-q', '-a', 'c2'), '2\nc2\n');
  assert.is(await done(place, 'start', '-q', '-a', 'c2'), '3\nc2\n');
  assert.is(await done(place, 'start', '-q', '-a', 'c1'), '2\nc1\n');
  await done(place, 'fork', '-q', 'c2', 'c3');
  assert.is(await done(place, 'start', '-q', '-a', 'c3'), '4\nc3\n');
  for (const name of ['c1', 'c2', 'c3']) assert.is(await done(place, 'diff', name), 'A /n\n', name);
  // A fork and a start at the same time: the container runs with its files, or it is forked.
  const [fork, start] = await Promise.all([
    tinydocker(place, ['fork', '-q', 'c1', 'c4']),
    tinydocker(place, ['start', '-q', '-a', 'c1']),
  ]);
  assert.ok(fork.status === 0 || start.status === 0, `${fork.stderr}${start.stderr}`);
  if (start.status === 0) assert.is(start.stdout, '3\nc1\n');
  else assert.match(start.stderr, /was forked meanwhile|is being forked at this moment/);
  if (fork.status !== 0) assert.match(fork.stderr, /runs, so its|in use|changed meanwhile|started meanwhile/);
  assert.is(await done(place, 'diff', 'c1'), 'A /n\n');
});

eachMode(
  test,
  'what can not be forked, in one sentence',
  async place => {
    makeImage(place);
    await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', `${GUARD}echo x >/x`);
    await whileRuns(place, 'up', ':', async () => {
      assert.is(
        await refused(place, 'fork', 'up', 'c2'),
        `tinydocker: The container "up" runs, so its writable layer is in use and can not become a layer of another.
End it first, if it was run with --keep; or make an image of it as it is now: tinydocker commit up IMAGE.
`,
      );
      assert.match(await refused(place, 'fork', 'c1', 'up'), /The name up is in use: .*is running/);
    });
    assert.match(await refused(place, 'fork', 'c1', 'c1'), /The name c1 is in use: .*was kept/);
    assert.match(await refused(place, 'fork', 'c9', 'c2'), /There is no container "c9"/);
    assert.is((await tinydocker(place, ['fork', 'c1', '-x'])).status, 2);
    assert.is((await tinydocker(place, ['fork', 'c1', 'a/b'])).status, 2);
    assert.is((await tinydocker(place, ['fork', 'c1'])).status, 2);
    // As many layers as an overlay can join.
    const file = join(place.store, 'containers/c1/container.json');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    const many = Array.from({ length: 350 }, (_, index) => `L${String(index).padStart(7, '0')}`);
    for (const link of many) {
      ownDirectory(place.mode, join(place.store, 'layers', link));
      symlinkSync(`../layers/${link}`, join(place.store, 'l', link));
    }
    writeFileSync(file, JSON.stringify({ ...record, layers: many }));
    assert.match(
      await refused(place, 'fork', 'c1', 'c2'),
      /stands on 350 layers, and one overlay can join 350/,
    );
    assert.not.ok(existsSync(join(place.store, 'containers/c2')));
  },
  ['root'],
);

eachMode(
  test,
  'a look at a container that was forked since it began',
  async place => {
    makeImage(place);
    ownDirectory(place.mode, join(place.store, 'tmp'));
    await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', `${GUARD}echo x >/x`);
    await runAs(place, ['sh', '-c', 'echo y >y']);
    const scripts: [string, string][] = [];
    for (const args of [
      ['export', 'c1', '-o', 'c1.tar'],
      ['cp', 'y', 'c1:/y'],
      ['commit', 'c1', 'mine'],
      ['fork', 'c1', 'c3'],
      ['start', '-a', 'c1'],
    ])
      scripts.push([args[0] ?? '', await done(place, ...args.toSpliced(1, 0, '--dry-run'))]);
    const removal = await done(place, 'rm', '--dry-run', 'c1');
    await done(place, 'fork', '-q', 'c1', 'c2');
    // A mount leaves something in overlay's scratch space.
    const store = () => treeOf(place.store).filter(line => !line.includes('/work'));
    const before = store();
    for (const [verb, input] of scripts) {
      const { status, stderr } = await runAs(place, ['sh'], { input });
      assert.is(status, 125, verb);
      assert.match(stderr, /forked meanwhile|changed meanwhile/, verb);
      assert.equal(store(), before, verb);
    }
    assert.match((await runAs(place, ['sh'], { input: removal })).stderr, /has changed meanwhile/);
    assert.equal(store(), before);
    for (const name of ['c1', 'c2']) assert.is(await fileIn(place, name, '/x'), 'x\n');
  },
  ['root', 'range'],
);

test.run();
