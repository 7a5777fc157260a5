/** What is told of images, and giving them names: tag, history, image inspect, images. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { type Layout, makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';

const HISTORY = [
  { created: '2020-01-01T00:00:00Z', created_by: 'ADD file:abc in /' },
  { created: '2020-01-01T00:00:01Z', created_by: 'ENV A=b', empty_layer: true },
  { created: '2020-01-01T00:00:02Z', created_by: `RUN \u001b[2J${'long '.repeat(20)}`, comment: 'buildkit' },
];

/** An image of two layers with a history, loaded as x:1. */
async function loaded(place: Place): Promise<Layout> {
  const made = makeLayout(join(place.dir, 'layout'), {
    layers: [[{ name: '.tinydocker-image', text: 'low' }], [{ name: 'high', text: 'high' }]],
    config: config => ({
      ...config,
      config: { Cmd: ['sh'], Volumes: { '/data': {} }, Labels: { a: 'b' }, StopSignal: 'SIGUSR1' },
      history: HISTORY,
    }),
  });
  assert.is((await tinydocker(place, ['load', '-q', made.path])).status, 0);
  return made;
}

async function json(place: Place, ...args: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

eachMode(
  test,
  'image inspect tells what the configuration says, under the id that docker gives it',
  async place => {
    const { config, layers } = await loaded(place);
    assert.is((await tinydocker(place, ['tag', '-q', 'x:1', 'other'])).status, 0);
    const [image] = (await json(place, 'image', 'inspect', 'other')) as readonly Record<string, unknown>[];
    const { Size: size, History: history, ...rest } = image ?? {};
    assert.type(size, 'number');
    assert.equal(history, HISTORY);
    assert.equal(rest, {
      Id: `sha256:${config}`,
      RepoTags: ['other:latest', 'x:1'],
      ...{ Created: '2020-01-01T00:00:00Z', Architecture: 'amd64', Os: 'linux' },
      Config: { Cmd: ['sh'], Volumes: { '/data': {} }, Labels: { a: 'b' }, StopSignal: 'SIGUSR1' },
      RootFS: { Type: 'layers', Layers: layers.map(digest => `sha256:${digest}`) },
    });
    const { stdout } = await tinydocker(place, ['images']);
    assert.match(stdout, /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n/);
    assert.match(stdout, new RegExp(`^x +1 +${config.slice(0, 12)} +\\d+ years ago +[\\d.]+ kB$`, 'm'));
  },
);

eachMode(test, 'history tells each layer with what made it, newest first', async place => {
  const { layers } = await loaded(place);
  const { stdout } = await tinydocker(place, ['history', 'x:1']);
  const lines = stdout.trim().split('\n');
  assert.is(lines.length, 4);
  assert.match(
    lines[1] ?? '',
    new RegExp(`^${layers[1]?.slice(0, 12)} .* RUN \\\\x1b\\[2Jlong .*\\.\\.\\. +[\\d.]+ kB +buildkit$`),
  );
  assert.match(lines[2] ?? '', /^- .* ENV A=b +0 B$/);
  assert.match(lines[3] ?? '', new RegExp(`^${layers[0]?.slice(0, 12)} .* ADD file:abc in /`));
  const entries = (await tinydocker(place, ['history', '--format', 'json', 'x:1'])).stdout.trim().split('\n');
  assert.equal(
    entries.map(line => (JSON.parse(line) as { readonly layer: string | null }).layer),
    [`sha256:${layers[1]}`, null, `sha256:${layers[0]}`],
  );
});

eachMode(
  test,
  'tag: the printed plan and the run give the same second name, and rmi keeps what the other needs',
  async place => {
    await loaded(place);
    const before = treeOf(place.store).map(line => line.replace(/\/l\/\w{8}/, '/l/LINK'));
    const { stdout } = await tinydocker(place, ['tag', '--dry-run', 'x:1', 'a/b:2']);
    assert.is((await runAs(place, ['sh'], { input: stdout })).status, 0);
    assert.equal(readdirSync(join(place.store, 'images')).toSorted(), ['a%2Fb:2.json', 'x:1.json']);
    assert.is((await tinydocker(place, ['rmi', '-q', 'a/b:2'])).status, 0);
    const after = treeOf(place.store).map(line => line.replace(/\/l\/\w{8}/, '/l/LINK'));
    assert.equal(after, before);

    assert.is((await tinydocker(place, ['image', 'tag', '-q', 'x:1', 'y'])).status, 0);
    assert.is((await tinydocker(place, ['rmi', '-q', 'x:1'])).status, 0);
    assert.is(readdirSync(join(place.store, 'layers')).length, 2);
    assert.is((await tinydocker(place, ['rmi', '-q', 'y'])).status, 0);
    assert.equal(readdirSync(join(place.store, 'layers')), []);
  },
);

eachMode(
  test,
  'what goes wrong with tag, history and image inspect is said in a sentence',
  async place => {
    await loaded(place);
    const before = hostState(place.store);
    for (const [args, status, says] of [
      [['tag', 'x:1'], 2, /tag needs an image and a name/],
      [['tag', 'x:1', '../y'], 2, /can not be an image's name/],
      [['tag', 'x:2', 'y'], 1, /There is no image "x:2"\./],
      [['tag', 'x:1', 'y', 'z'], 2, /and got "z" too/],
      [['history'], 2, /history needs an image/],
      [['history', 'z'], 1, /There is no image "z"/],
      [['history', '--format', 'xml', 'x:1'], 2, /--format "xml" is not known/],
      [['image', 'inspect'], 2, /image inspect needs the name/],
      [['image', 'inspect', 'x:1', 'z'], 1, /There is no image "z"/],
      [['image', 'tga'], 2, /Did you mean image tag\?/],
      [['tag', '-q', '--fail-at', 'name-image', 'x:1', 'y'], 1, /failed because --fail-at/],
    ] as const) {
      const result = await tinydocker(place, args);
      assert.is(result.status, status, result.stderr);
      assert.match(result.stderr, says);
      assert.is(result.stdout, '');
    }
    await assertUnchanged(before, place.store);
  },
  ['root', 'single'],
);

test.run();
