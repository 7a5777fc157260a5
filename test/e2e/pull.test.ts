/** Images from a real registry on loopback, fetched by skopeo. */

import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newTempDir, removeTree } from '../support/dirs.ts';
import { emptyStore, hasProgram, refused } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('pull');
const missing = ['docker-registry', 'skopeo'].filter(name => !hasProgram(name));
let dir = '';
let registry: Registry;

test.before(async () => {
  if (missing.length > 0) return;
  dir = newTempDir();
  registry = await startRegistry(dir);
  const layout = makeLayout(join(dir, 'layout'), {
    layers: [[{ name: '.tinydocker-image', text: 'low' }], [{ name: 'high', text: 'high' }]],
  });
  registry.push(layout.path, 'td/app:1');
});

test.after(async () => {
  if (dir === '') return;
  await registry.stop();
  removeTree(dir);
});

function withRegistry(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (missing.length === 0) eachMode(test, name, body, only);
  else skipUnless(test, name, false, `${missing.join(', ')} is not installed`, () => undefined);
}

const PULL = ['pull', '-q', '--tls-verify=false'];

withRegistry('an image by its tag, by its digest, and by the printed plan', async place => {
  const name = `${registry.host}/td/app:1`;
  const pulled = await tinydocker(place, [...PULL, name]);
  assert.equal([pulled.status, pulled.stdout], [0, `${name}\n`], pulled.stderr);
  const store = (directory: string) => readdirSync(join(place.store, directory)).toSorted();
  const layers = store('layers');
  assert.is(layers.length, 2);
  const plan = JSON.parse(
    (await tinydocker(place, ['pull', '--tls-verify=false', '--dry-run', '--format', 'json', name])).stdout,
  ) as { readonly summary: string; readonly steps: readonly { readonly id: string }[] };
  // What the store has is not fetched again.
  assert.ok(!plan.steps.some(({ id }) => id === 'fetch'));
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(plan.summary)?.[1] ?? '';

  assert.is((await tinydocker(place, ['rmi', '-q', name])).status, 0);
  const dry = await tinydocker(place, ['pull', '--tls-verify=false', '--dry-run', name]);
  assert.equal(store('layers'), []);
  const script = await runAs(place, ['sh'], { input: dry.stdout });
  assert.is(script.status, 0, script.stderr);
  assert.equal(store('layers'), layers);
  assert.equal(store('tmp'), []);
  assert.is((await tinydocker(place, ['rmi', '-q', name])).status, 0);

  const byDigest = await tinydocker(place, [...PULL, `docker://${registry.host}/td/app@${digest}`]);
  const other = `${registry.host}/td/app:sha256-${digest.slice(7, 19)}`;
  assert.equal([byDigest.status, byDigest.stdout], [0, `${other}\n`], byDigest.stderr);
  assert.equal(store('layers'), layers);
});

withRegistry(
  'what can not be had is said in a sentence, and leaves nothing',
  async place => {
    await emptyStore(place);
    const none = `0${'1'.repeat(63)}`;
    const app = `${registry.host}/td/app`;
    await refused(place, [...PULL, `${app}:2`], /There is no image ".*\/td\/app:2" in its registry\.$/m);
    await refused(
      place,
      [...PULL, `${app}@sha256:${none}`],
      /There is no image ".*@sha256:01+" in its registry\.$/m,
    );
    await refused(
      place,
      ['pull', '-q', `${app}:1`],
      /does not speak TLS, so nobody knows who it is\.\nIf you trust/,
    );
    await refused(
      place,
      [...PULL, '127.0.0.1:9/x'],
      /The registry of "127\.0\.0\.1:9\/x:latest" can not be reached: connection refused\.$/m,
    );
    const { status, stderr } = await tinydocker(place, ['pull', '../x']);
    assert.is(status, 2);
    assert.match(stderr, /"\.\.\/x" can not be an image's reference: it begins with "\."\./);
  },
  ['root', 'single'],
);

withRegistry(
  'a blob that the registry serves damaged is refused',
  async place => {
    await emptyStore(place);
    const layout = makeLayout(join(place.dir, 'layout'), {
      layers: [[{ name: 'only', text: 'here' }]],
      name: 'y:1',
    });
    registry.push(layout.path, 'td/damaged:1');
    const blobs = join(registry.data, 'docker/registry/v2/blobs/sha256');
    const manifest = (
      await runAs(place, [
        'skopeo',
        'inspect',
        '--raw',
        '--tls-verify=false',
        `docker://${registry.host}/td/damaged:1`,
      ])
    ).stdout;
    const { layers } = JSON.parse(manifest) as { readonly layers: readonly { readonly digest: string }[] };
    const digest = layers[0]?.digest.slice(7) ?? '';
    truncateSync(join(blobs, digest.slice(0, 2), digest, 'data'), 20);
    await refused(
      place,
      [...PULL, `${registry.host}/td/damaged:1`],
      /tinydocker: .*(can not be had|can not be reached|damaged)/,
    );
  },
  ['root'],
);

withRegistry(
  'a registry that serves something else under a digest is refused',
  async place => {
    const before = await emptyStore(place);
    const asked = `sha256:${'0'.repeat(64)}`;
    const liar = await startProxy(registry.host, 0, path =>
      path.replace(`/manifests/${asked}`, '/manifests/1'),
    );
    try {
      for (const reference of [`${liar.host}/td/app@${asked}`, `${liar.host}/td/app:1@${asked}`])
        await refused(
          place,
          [...PULL, reference],
          /^tinydocker: The manifest of ".*@sha256:0+" is damaged: its sha256 is not 0+\.\nThe registry has something else there/m,
        );
    } finally {
      await liar.stop();
    }
    assert.equal(await emptyStore(place), before);
  },
  ['root', 'single'],
);

const HIDE = 'for file in $(which -a skopeo); do mount --bind /dev/null "$(realpath "$file")"; done';
eachPreparedMode(
  test,
  'without skopeo, how to get it is said',
  async place => {
    const { status, stderr } = await tinydocker(prepared(place, HIDE), ['pull', 'debian:12']);
    assert.is(status, 1, stderr);
    assert.match(
      stderr,
      /^tinydocker: Images are pulled by skopeo, and skopeo is not installed\.\nInstall it: .*skopeo.*\n$/,
    );
  },
  ['root', 'single'],
);

test.run();
