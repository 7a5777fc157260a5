/** What a pull fetches, told by the registry's side: the layers that the store lacks, once; and how far it is. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readImageArchive } from '../../src/archive/image-archive.ts';
import { archiveImport } from '../../src/archive/import-archive.ts';
import { inspectRemote } from '../../src/archive/registry.ts';
import { valueOf } from '../../src/errors.ts';
import type { PlanEvent } from '../../src/events.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { planPull } from '../../src/plan/image/plan-pull.ts';
import { parseReference } from '../../src/plan/image/reference.ts';
import { newTempDir, removeTree, withTempDir } from '../support/dirs.ts';
import { failEach, succeed } from '../support/faults.ts';
import { emptyStore, hasProgram } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import type { Member } from '../support/tar.ts';
import { until } from '../support/until.ts';

const test = suite('pull-layers');
const missing = ['docker-registry', 'skopeo'].filter(name => !hasProgram(name));

const layer = (name: string, bytes = 30): readonly Member[] => [
  { name, text: randomBytes(bytes).toString('base64') },
];
const LOW = layer('low');
const HIGH = layer('high');
/** Takes a slow registry a second. */
const LARGE = layer('large', 1_000_000);

interface Registered {
  readonly registry: Registry;
  readonly proxy: Proxy;
  readonly slow: Proxy;
}

let dir = '';
let registered: Registered;

test.before(async () => {
  if (missing.length > 0) return;
  dir = newTempDir();
  const registry = await startRegistry(dir);
  registered = {
    registry,
    proxy: await startProxy(registry.host),
    slow: await startProxy(registry.host, 60),
  };
  const push = (name: string, ...layers: (readonly Member[])[]) =>
    registry.push(makeLayout(join(dir, name), { layers }).path, `td/${name}:1`);
  push('two', LOW, HIGH);
  push('four', LOW, layer('between'), HIGH, layer('top'));
  push('large', LOW, LARGE);
});

test.after(async () => {
  if (dir === '') return;
  for (const server of [registered.proxy, registered.slow, registered.registry]) await server.stop();
  removeTree(dir);
});

function withRegistry(
  name: string,
  body: (place: Place, registered: Registered) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (missing.length === 0) eachMode(test, name, place => body(place, registered), only);
  else skipUnless(test, name, false, `${missing.join(', ')} is not installed`, () => undefined);
}

const PULL = ['pull', '-q', '--tls-verify=false'];

/** The blobs of an image's layers, lowest first, and of its configuration. */
async function blobsOf(place: Place, image: string) {
  const looked = await runAs(place, [
    'skopeo',
    'inspect',
    '--raw',
    '--tls-verify=false',
    `docker://${image}`,
  ]);
  const manifest = JSON.parse(looked.stdout) as {
    readonly config: { readonly digest: string };
    readonly layers: readonly { readonly digest: string; readonly size: number }[];
  };
  const digits = ({ digest }: { readonly digest: string }) => digest.slice('sha256:'.length);
  return {
    config: digits(manifest.config),
    layers: manifest.layers.map(digits),
    sizes: manifest.layers.map(({ size }) => size),
  };
}

withRegistry(
  'only the layers that the store lacks are fetched, by the printed plan too',
  async (place, { proxy }) => {
    const [two, four] = [`${proxy.host}/td/two:1`, `${proxy.host}/td/four:1`];
    const blobs = await blobsOf(place, four);
    const [low = '', between = '', high = '', top = ''] = blobs.layers;
    const { config } = await blobsOf(place, two);
    const fetched = () => new Set(proxy.taken().filter(digest => ![config, blobs.config].includes(digest)));
    proxy.taken();

    assert.is((await tinydocker(place, [...PULL, two])).status, 0);
    assert.equal(fetched(), new Set([low, high]));

    const more = await tinydocker(place, [...PULL, four]);
    assert.is(more.status, 0, more.stderr);
    assert.equal(fetched(), new Set([between, top]));
    const layers = readdirSync(join(place.store, 'layers')).toSorted();
    assert.is(layers.length, 4);

    assert.is((await tinydocker(place, [...PULL, four])).status, 0);
    assert.equal(fetched(), new Set());

    assert.is((await tinydocker(place, ['rmi', '-q', four])).status, 0);
    const { stdout } = await tinydocker(place, [...PULL, '--dry-run', four]);
    assert.equal(fetched(), new Set());
    const script = await runAs(place, ['sh'], { input: stdout });
    assert.is(script.status, 0, script.stderr);
    assert.equal(fetched(), new Set([between, top]));
    assert.equal(readdirSync(join(place.store, 'layers')).toSorted(), layers);
    assert.equal(readdirSync(join(place.store, 'tmp')), []);
  },
);

withRegistry(
  'a layer that was imported, not pulled, is not fetched either',
  async (place, { proxy }) => {
    const { layers } = await blobsOf(place, `${proxy.host}/td/two:1`);
    const layout = makeLayout(join(place.dir, 'low'), { layers: [LOW], name: 'low:1' });
    assert.is((await tinydocker(place, ['load', layout.path])).status, 0);
    proxy.taken();
    assert.is((await tinydocker(place, [...PULL, `${proxy.host}/td/two:1`])).status, 0);
    const taken = proxy.taken();
    assert.ok(!taken.includes(layers[0] ?? ''));
    assert.ok(taken.includes(layers[1] ?? ''));
  },
  ['root', 'single'],
);

withRegistry(
  "docker's manifests, and layers that are not compressed",
  async (place, { registry, proxy }) => {
    const layout = makeLayout(join(place.dir, 'low'), { layers: [LOW], name: 'low:1' });
    assert.is((await tinydocker(place, ['load', layout.path])).status, 0);
    const { path } = makeLayout(join(place.dir, 'more'), { layers: [LOW, HIGH] });
    for (const [tag, ...options] of [
      ['docker', '--format=v2s2'],
      ['plain', '--preserve-digests'],
    ] as const) {
      registry.push(path, `td/more:${tag}`, ...options);
      const image = `${proxy.host}/td/more:${tag}`;
      const { layers, config } = await blobsOf(place, image);
      proxy.taken();
      const { status, stderr } = await tinydocker(place, [...PULL, image]);
      assert.is(status, 0, stderr);
      assert.equal(new Set(proxy.taken()), new Set([config, layers[1]]), tag);
      assert.is((await tinydocker(place, ['rmi', image])).status, 0);
    }
  },
  ['root'],
);

withRegistry(
  'how far it is: bytes that have come, of those that the manifest names',
  async (place, { slow }) => {
    const image = `${slow.host}/td/large:1`;
    const layout = makeLayout(join(place.dir, 'low'), { layers: [LOW], name: 'low:1' });
    assert.is((await tinydocker(place, ['load', layout.path])).status, 0);
    const { sizes } = await blobsOf(place, image);
    const pulled = await tinydocker(place, ['pull', '--progress=json', '--tls-verify=false', image]);
    assert.is(pulled.status, 0, pulled.stderr);
    const reports = pulled.stderr
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as PlanEvent)
      .flatMap(event => (event.type === 'step-progress' && event.step === 'fetch' ? [event] : []));
    assert.ok(reports.length > 5, `${reports.length} reports`);
    assert.equal(new Set(reports.map(({ total }) => total)), new Set([sizes[1]]));
    const done = reports.map(report => report.done);
    assert.equal(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.ok(new Set(done).size > 4, done.join(' '));
  },
  ['root', 'range'],
);

withRegistry(
  'killed while it fetches: skopeo ends as well, and prune leaves nothing',
  async (place, { slow }) => {
    const before = await emptyStore(place);
    const running = startTinydocker(place, [...PULL, `${slow.host}/td/large:1`]);
    const fetching = () =>
      readdirSync(join(place.store, 'tmp')).some(id => existsSync(join(place.store, 'tmp', id, 'pulled')));
    await until(fetching);
    running.kill('SIGKILL');
    await running.ended;
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.is(pruned.status, 0, pruned.stderr);
    assert.equal(readdirSync(join(place.store, 'tmp')), []);
    assert.is(readdirSync(place.store).filter(name => name !== 'ops').length, before.length - 1);
  },
);

withRegistry(
  'a store whose path has what the transport would take for a tag',
  async (place, { proxy }) => {
    const store = ownDirectory(place.mode, join(place.home, 'a:b, "c"'));
    const pulled = await tinydocker(place, [...PULL, `${proxy.host}/td/two:1`], { store });
    assert.is(pulled.status, 0, pulled.stderr);
    assert.is(readdirSync(join(store, 'layers')).length, 2);
  },
  ['root', 'single'],
);

withRegistry(
  'a pull fails at each step in turn, into a store that has a layer',
  (_, { registry }) =>
    withTempDir(async scratch => {
      const facts = { ...probeFacts(), storeRoot: join(scratch, 'store') };
      const reference = valueOf(parseReference(`${registry.host}/td/two:1`));
      const image = await inspectRemote(reference, false);
      const { reference: pinned, blobs } = image;
      const pulling = () =>
        planPull({
          ...archiveImport(reference.source, { images: [image] }, facts, reference.name),
          ...{ reference: pinned, blobs, tlsVerify: false },
        });
      const low = makeLayout(join(scratch, 'low'), { layers: [LOW], name: 'low:1' }).path;
      const archive = await readImageArchive(low, facts.storeRoot);
      await succeed(planImport(archiveImport(low, archive, facts)));
      assert.ok(pulling().steps.some(({ id }) => id === 'leave-out-layers'));
      await failEach(pulling, facts.storeRoot);
    }),
  ['root'],
);

test.run();
