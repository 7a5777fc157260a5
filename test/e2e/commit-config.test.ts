// @long
/** The configuration of an image that is made of a container: its base's, with what the user changed. */

import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';

interface Inspected {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly History: readonly Readonly<Record<string, unknown>>[];
}

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function inspected(place: Place, name: string): Promise<Inspected> {
  const [image] = JSON.parse(await done(place, 'image', 'inspect', name)) as readonly Inspected[];
  assert.ok(image);
  return image;
}

/** The OCI configuration as the record has it. */
function sourceOf(place: Place, name: string): Record<string, unknown> {
  const record = readFileSync(join(place.store, 'images', `${name}:latest.json`), 'utf8');
  return JSON.parse((JSON.parse(record) as { readonly source: string }).source) as Record<string, unknown>;
}

const BASE = {
  ...{
    Cmd: ['/bin/base', '$HOME `x` "q" \\'],
    Entrypoint: ['/bin/wrap'],
    Env: ['A=1', 'B=two'],
    WorkingDir: '/srv',
  },
  ...{ Labels: { kept: 'yes', made: 'base' }, Volumes: { '/data': {} }, StopSignal: 'SIGUSR1', User: '' },
  ...{ Healthcheck: { Test: ['CMD', 'true'], Interval: 30_000_000_000 }, ExposedPorts: { '80/tcp': {} } },
};
const HISTORY = [
  { created: '2020-01-01T00:00:00Z', created_by: 'ADD file in /' },
  { created_by: 'ENV A=1', empty_layer: true },
];

/** A container c1, kept, that changed a file, of an image with a configuration of its own; it has run nothing of the image. */
async function kept(place: Place, config: object = { config: BASE, history: HISTORY }): Promise<void> {
  const { path } = makeLayout(join(place.dir, 'layout'), {
    layers: [[{ name: '.tinydocker-image', text: 'x' }]],
    name: 'fancy:latest',
    config: given => ({ ...given, author: 'them', 'x-unknown': { deep: [1, null, '@digest@'] }, ...config }),
  });
  await done(place, 'load', '-q', path);
  // The image has no programs: the script starts the container, which ends at once, and is kept all the same.
  const args = ['run', '--dry-run', '--keep', '--image', 'fancy', '-w', '/made', 'c1', '/none', 'a b'];
  const run = await runAs(place, ['sh'], { input: await done(place, ...args) });
  assert.is(run.status, 127, run.stderr);
}

eachMode(
  test,
  'what is not changed stays, known or not; history gets one entry, which tells the command',
  async place => {
    await kept(place);
    const before = sourceOf(place, 'fancy');
    await done(place, 'commit', '-m', 'why "it" is', '-a', 'Ann <a@b>', 'c1', 'mine');
    const { rootfs, history, created, ...after } = sourceOf(place, 'mine');
    const { rootfs: low, history: _, created: old, ...rest } = before;
    assert.equal(after, { ...rest, author: 'Ann <a@b>' });
    assert.ok(Date.parse(String(created)) > Date.parse(String(old)));
    const ids = (rootfs as { readonly diff_ids: readonly string[] }).diff_ids;
    assert.equal(ids.slice(0, -1), (low as { readonly diff_ids: readonly string[] }).diff_ids);
    assert.ok(readdirSync(join(place.store, 'layers')).includes(ids.at(-1)?.slice(7) ?? ''));
    assert.equal(history, [
      ...HISTORY,
      { created, created_by: '/bin/wrap /none a b', author: 'Ann <a@b>', comment: 'why "it" is' },
    ]);
    const { Config: config, RootFS: layers } = await inspected(place, 'mine');
    const { Healthcheck: _h, ExposedPorts: _e, User: _u, ...known } = BASE;
    assert.equal(config, known);
    assert.equal(layers.Layers, ids);
    assert.match(await done(place, 'history', 'mine'), /\/bin\/wrap \/none a b .* why "it" is$/m);
  },
);

eachMode(test, 'what is changed is honoured by the next container', async place => {
  makeImage(place, { config: { Env: ['A=1', 'B=two'], Cmd: ['false'], Labels: { made: 'base' } } });
  await done(place, 'run', '-q', '--keep', 'c1', 'sh', '-c', `${GUARD}mkdir /work; chmod 755 /work`);
  const user = place.mode.name === 'single' ? 'root' : 'ann';
  await done(
    place,
    ...[
      'commit',
      '--cmd',
      '["sh", "-c", "echo $A $B $C; pwd; id -u; exit 3"]',
      '-e',
      'A=new value',
      '--env',
      'C=',
    ],
    ...[
      '-w',
      '/work',
      '-u',
      user,
      '-l',
      'who=me',
      '--label',
      'made=here',
      '--stop-signal',
      'SIGINT',
      'c1',
      'mine',
    ],
  );
  const run = await tinydocker(place, ['run', '-q', '--name', 'c2', 'mine']);
  assert.is(run.stdout, `new value two\n/work\n${user === 'ann' ? 1000 : 0}\n`);
  assert.is(run.status, 3);
  const { Config: config } = await inspected(place, 'mine');
  assert.equal(config, {
    Cmd: ['sh', '-c', 'echo $A $B $C; pwd; id -u; exit 3'],
    Env: ['A=new value', 'B=two', 'C='],
    ...{ WorkingDir: '/work', User: user, Labels: { made: 'here', who: 'me' }, StopSignal: 'SIGINT' },
  });
  for (const [options, expected] of [
    // Text is for the shell; a new entrypoint drops the command that was meant for the old one.
    [['--cmd', 'echo a  b'], { Cmd: ['/bin/sh', '-c', 'echo a  b'] }],
    [['--entrypoint', '/bin/echo'], { Entrypoint: ['/bin/echo'] }],
    [['--entrypoint', '["a b"]', '--cmd', '["c"]'], { Entrypoint: ['a b'], Cmd: ['c'] }],
    [['--cmd', ''], {}],
  ] as const) {
    await done(place, 'commit', ...options, 'c1', 'next');
    const { Config: next } = await inspected(place, 'next');
    assert.equal(next, { Env: ['A=1', 'B=two'], Labels: { made: 'base' }, ...expected });
  }
});

eachMode(test, 'an image that has another name by now, that others share, or that is gone', async place => {
  await kept(place);
  await done(place, 'tag', '-q', 'fancy', 'other');
  const { path } = makeLayout(join(place.dir, 'second'), {
    layers: [[{ name: 'x', text: 'y' }]],
    name: 'fancy:latest',
  });
  await done(place, 'load', '-q', path);
  await done(place, 'commit', 'c1', 'mine');
  assert.equal(sourceOf(place, 'mine')['x-unknown'], { deep: [1, null, '@digest@'] });
  // The records are gone, and the layers are still there.
  for (const name of ['other', 'mine']) rmSync(join(place.store, `images/${name}:latest.json`));
  const { stderr } = await tinydocker(place, ['commit', '--progress', 'plain', 'c1', 'bare']);
  assert.match(
    stderr,
    /^tinydocker: note: the image "fancy" that c1 stands on is gone: its command, variables and so on are not known$/m,
  );
  const bare = await inspected(place, 'bare');
  assert.equal(bare.Config, {});
  assert.is(bare.RootFS.Layers.length, 2);
  assert.is(bare.History.length, 2);
});

eachMode(
  test,
  'an image without history, or with a short one, tells of the new layer as the last',
  async place => {
    await kept(place, { config: null, history: null });
    await done(place, 'commit', 'c1', 'mine');
    const { History: history, Config: config } = await inspected(place, 'mine');
    assert.equal(config, {});
    assert.is(history.length, 2);
    assert.is(history[1]?.['created_by'], '/none a b');
    const [first = ''] = (await done(place, 'history', '--format', 'json', 'mine')).split('\n');
    assert.is((JSON.parse(first) as { readonly createdBy: string }).createdBy, '/none a b');
  },
  ['root'],
);

eachMode(
  test,
  'what can not be done is said in a sentence, before anything is made',
  async place => {
    makeImage(place);
    await done(place, 'run', '-q', '--keep', 'c1', 'true');
    await tinydocker(place, ['commit', '--fail-at', 'name-image', 'c1', 'mine']);
    const store = treeOf(place.store);
    for (const [args, status, says] of [
      [['c1'], 2, /commit needs a container and a name for the image/],
      [['c1', 'mine', 'x'], 2, /and got "x" too/],
      [['c1', '../x'], 2, /can not be an image's name/],
      [['c2', 'mine'], 1, /There is no container "c2"\.\nDid you mean c1\?/],
      [['../c1', 'mine'], 1, /There is no container "\.\.\/c1"/],
      [
        ['-c', 'CMD x', 'c1', 'mine'],
        2,
        /-c is not supported: each instruction has an option of its own here: --cmd, /,
      ],
      [['--change', 'CMD x', 'c1', 'mine'], 2, /--change is not supported/],
      [['--pause', 'c1', 'mine'], 2, /--pause is not supported: a container that runs goes on running/],
      [['-w', 'work', 'c1', 'mine'], 2, /The working directory "work" is not an absolute path/],
      [['-e', '=x', 'c1', 'mine'], 2, /"=x" is not a variable/],
      [['-e', 'x', 'c1', 'mine'], 2, /"x" is not a variable/],
      [['-l', '=', 'c1', 'mine'], 2, /"=" is not a label/],
      [['-u', '', 'c1', 'mine'], 2, /The user of the image is an empty word/],
      [['--cmd', '[1]', 'c1', 'mine'], 2, /"\[1\]" is not a list of words/],
      [['--cmd', '["a"', 'c1', 'mine'], 2, /is not a list of words/],
      [['--stop-signal', 'kill it', 'c1', 'mine'], 2, /is not a signal/],
      [['--only', '', 'c1', 'mine'], 2, /A path of --only or --except is an empty word/],
      [
        ['--only', '/etc', 'c1', 'mine'],
        1,
        /The container "c1" changed nothing at "\/etc"\.\ntinydocker diff c1 lists/,
      ],
      [['--max-size', 'x', 'c1', 'mine'], 2, /"x" is not a size/],
      [['--fail-at', 'pack-2', 'c1', 'mine'], 1, /The step pack-2 failed because --fail-at asked for it/],
    ] as const) {
      const { status: ended, stderr, stdout } = await tinydocker(place, ['commit', ...args]);
      assert.match(stderr, says);
      assert.is(ended, status, stderr);
      assert.is(stdout, '');
      assert.equal(treeOf(place.store), store);
    }
    // Nothing changed: an image all the same, with an empty layer, as docker and podman make one.
    const empty = await tinydocker(place, ['commit', '--progress', 'plain', 'c1', 'same']);
    assert.is(empty.status, 0, empty.stderr);
    assert.match(empty.stderr, /^tinydocker: note: nothing changed goes in: the new layer is empty$/m);
    await done(place, 'commit', 'c1', 'same2');
    assert.is(readdirSync(join(place.store, 'layers')).length, 2);
    await done(place, 'run', '-q', '--image', 'same', 'c2', 'true');
    // Its layer is gone, or it was never finished.
    const [link = ''] = readdirSync(join(place.store, 'l'));
    for (const each of readdirSync(join(place.store, 'l'))) rmSync(join(place.store, 'l', each));
    symlinkSync('../layers/none', join(place.store, 'l', link));
    const gone = await tinydocker(place, ['commit', 'c1', 'mine']);
    assert.match(gone.stderr, /^tinydocker: The layer .* of the container "c1" is gone/m);
    rmSync(join(place.store, 'containers/c1/upper'), { recursive: true });
    const unmade = await tinydocker(place, ['commit', 'c1', 'mine']);
    assert.match(unmade.stderr, /^tinydocker: The container "c1" has no writable layer/m);
  },
  ['root', 'range'],
);

test.run();
