import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { variablesIn } from '../../../src/plan/arg.ts';
import type { Facts, IdMapping } from '../../../src/plan/facts.ts';
import { type BaseInput, planBaseImage, plannedBaseImage } from '../../../src/plan/image/base-image.ts';
import type { ImportedImage, ImportInput } from '../../../src/plan/image/import-input.ts';
import { PLAIN_ARCHIVE, planImport } from '../../../src/plan/image/plan-import.ts';
import { planSave } from '../../../src/plan/image/plan-save.ts';
import { planRemoveImage } from '../../../src/plan/image/remove-image.ts';
import { renderJson } from '../../../src/plan/json.ts';
import { quoteArgv } from '../../../src/plan/quote.ts';
import { renderScript } from '../../../src/plan/script.ts';
import type { Plan, Step } from '../../../src/plan/step.ts';
import { saveInput } from '../../support/plans.ts';

const facts = (mapping: IdMapping): Facts => ({
  mapping,
  uid: mapping === 'host' ? 0 : 1000,
  gid: mapping === 'host' ? 0 : 1000,
  storeRoot: '/store',
  bash: true,
  zstdReadsGzip: false,
  ip: true,
  openssl: true,
  zstd: true,
  shellMount: { point: '/', flags: [] },
  kernelPaths: new Map(),
  ...(mapping === 'single' ? { mappingReason: '/etc/subuid has no range for ann' } : {}),
});

const IMAGE: ImportedImage = {
  name: 'debian:12',
  created: '2026-01-01T00:00:00Z',
  layers: [1, 2, 3],
  config: {},
};

const input = (changes: Partial<ImportInput> = {}): ImportInput => ({
  images: [IMAGE],
  sources: [
    { path: '/srv/low.tar', type: 'tar' },
    { path: '/srv/high.tar.xz', type: 'tar', compression: 'xz' },
    { path: '/srv/root fs', type: 'directory' },
  ],
  links: ['AAAAAAA1', 'AAAAAAA2', 'AAAAAAA3'],
  id: 'abc123',
  facts: facts('host'),
  ...changes,
});

const base = (changes: Partial<BaseInput> = {}): BaseInput => ({
  name: 'base:latest',
  link: 'BASE0001',
  tools: { type: 'busybox', path: '/bin/busybox' },
  id: 'abc123',
  created: '2026-01-01T00:00:00Z',
  facts: facts('host'),
  ...changes,
});

const remove = (mapping: IdMapping): Plan =>
  planRemoveImage({
    names: ['debian:12', 'a/b:1'],
    links: ['AAAAAAA1'],
    layers: ['0'.repeat(64)],
    id: 'abc123',
    facts: facts(mapping),
  });

const DIFF_ID = 'd'.repeat(64);
/** Two images of one archive, one of whose layers the store has. */
const loading = (mapping: IdMapping): Plan =>
  planImport(
    input({
      images: [
        { ...IMAGE, name: 'low:1', layers: [1], source: '{"os":"linux"}' },
        { ...IMAGE, name: 'high:1', layers: [1, 2, 3], source: '{}' },
      ],
      sources: [
        { type: 'stored', digest: '5'.repeat(64) },
        {
          type: 'member',
          path: PLAIN_ARCHIVE,
          member: 'blobs/sha256/abc',
          compression: 'gzip',
          diffId: DIFF_ID,
        },
        { type: 'member', path: PLAIN_ARCHIVE, member: 'layer.tar', diffId: DIFF_ID },
      ],
      archive: { path: '/srv/images.tar.xz', compression: 'xz' },
      facts: facts(mapping),
    }),
    '/srv/images.tar.xz',
  );

const MAPPINGS: readonly IdMapping[] = ['host', 'range', 'single'];
const PLANS: readonly Plan[] = MAPPINGS.flatMap(mapping => [
  planImport(input({ facts: facts(mapping) })),
  planBaseImage(base({ facts: facts(mapping) })),
  planBaseImage(base({ facts: facts(mapping), tools: { type: 'programs', paths: ['/bin/sh', '/bin/ls'] } })),
  remove(mapping),
  loading(mapping),
  planSave(saveInput({ facts: facts(mapping) })),
  planSave(saveInput({ facts: facts(mapping), format: 'oci-dir' })),
]);

function step(plan: Plan, id: string): Step {
  const found = plan.steps.find(candidate => candidate.id === id);
  if (found === undefined)
    throw new Error(`no step ${id} among ${plan.steps.map(each => each.id).join(' ')}`);
  return found;
}

function command(plan: Plan, id: string): string {
  const { action } = step(plan, id);
  if (action.type !== 'run') throw new Error(`${id} runs no command`);
  return quoteArgv(action.argv);
}

function undo(plan: Plan, id: string): string {
  const found = step(plan, id).undo;
  return found.type === 'command' ? `${found.when}: ${quoteArgv(found.argv)}` : found.type;
}

test('the steps of an import, in order', () => {
  assert.equal(
    planImport(input()).steps.map(({ id }) => id),
    [
      ...['make-store', 'reserve-workspace', 'make-alive', 'hold-alive'],
      ...['copy-1', 'list-1', 'check-1', 'digest-1'],
      ...['decompress-2', 'list-2', 'check-2', 'digest-2'],
      ...['pack-3', 'list-3', 'check-3', 'digest-3'],
      ...[
        'make-layer-1',
        'unpack-1',
        'keep-1',
        'whiteouts-1',
        'make-layer-2',
        'unpack-2',
        'keep-2',
        'whiteouts-2',
      ],
      ...['make-layer-3', 'unpack-3', 'keep-3', 'whiteouts-3', 'count-losses'],
      'write-record',
      'sync',
      ...[
        'publish-layer-1',
        'link-layer-1',
        'publish-layer-2',
        'link-layer-2',
        'publish-layer-3',
        'link-layer-3',
      ],
      'name-image',
    ],
  );
});

test('the steps of a load: what the store has is not read, and every image gets its record and its name', () => {
  const plan = loading('host');
  assert.equal(
    plan.steps.map(({ id }) => id),
    [
      ...['make-store', 'reserve-workspace', 'make-alive', 'hold-alive', 'decompress-archive'],
      ...['extract-2', 'decompress-2', 'list-2', 'check-2', 'digest-2', 'verify-2'],
      ...['extract-3', 'list-3', 'check-3', 'digest-3', 'verify-3'],
      ...[
        'make-layer-2',
        'unpack-2',
        'keep-2',
        'whiteouts-2',
        'make-layer-3',
        'unpack-3',
        'keep-3',
        'whiteouts-3',
        'count-losses',
      ],
      ...['write-record-1', 'write-record-2', 'sync'],
      ...[
        'use-layer-1',
        'link-layer-1',
        'publish-layer-2',
        'link-layer-2',
        'publish-layer-3',
        'link-layer-3',
      ],
      ...['name-image-1', 'name-image-2'],
    ],
  );
  assert.is(plan.summary, 'import low:1, high:1 from /srv/images.tar.xz');
  assert.match(command(plan, 'extract-2'), /--file "\$T\/archive\.tar" -- blobs\/sha256\/abc$/);
  assert.is(command(plan, 'verify-2'), `test "$DIGEST2" '=' ${DIFF_ID}`);
});

test('every plan is well-formed', () => {
  for (const plan of PLANS) {
    const ids = plan.steps.map(({ id }) => id);
    assert.is(new Set(ids).size, ids.length, plan.summary);
    const known = new Set(plan.variables.filter(({ value }) => value !== undefined).map(({ name }) => name));
    const declared = new Set(plan.variables.map(({ name }) => name));
    for (const { id, phase, action, undo: undoing, why, title } of plan.steps) {
      assert.match(id, /^[a-z][a-z0-9-]*$/);
      assert.ok(
        plan.phases.some(candidate => candidate.id === phase),
        `${id} is in the phase ${phase}`,
      );
      assert.ok(why.length > 20 && title.length > 3, id);
      const words = [
        ...('argv' in action ? action.argv : []),
        ...(action.type === 'run' ? [action.stdin ?? '', action.stdout ?? '', action.reads ?? ''] : []),
        ...(action.type === 'write' ? [action.path, action.text] : []),
      ];
      for (const name of words.flatMap(variablesIn))
        assert.ok(known.has(name), `${id} uses $${name} before it is known`);
      if (undoing.type === 'command')
        for (const name of undoing.argv.flatMap(variablesIn))
          assert.ok(known.has(name), `the undo of ${id} uses $${name}`);
      if (undoing.type === 'with')
        assert.ok(ids.includes(undoing.step), `${id} is undone with ${undoing.step}`);
      if (action.type === 'run' && action.capture !== undefined) {
        assert.ok(declared.has(action.capture));
        known.add(action.capture);
      }
    }
    const programs = plan.variables.filter(({ name }) => name.endsWith('_SH'));
    const script = renderScript([plan], 'test');
    for (const { name } of programs) assert.ok(script.includes(`\n${name}=`), `${name} is in the script`);
    JSON.parse(renderJson(plan));
  }
});

test('only root works without a user namespace', () => {
  const [host, range, single] = MAPPINGS.map(mapping => planImport(input({ facts: facts(mapping) })));
  assert.ok(host && range && single);
  assert.match(command(host, 'unpack-1'), /^setpriv .* --same-owner /);
  assert.match(
    command(range, 'unpack-1'),
    /^unshare --user --map-root-user --map-auto -- setpriv .* --same-owner /,
  );
  assert.match(command(single, 'unpack-1'), /^unshare --user --map-root-user -- setpriv .* --no-same-owner /);
  assert.is(undo(host, 'reserve-workspace'), 'always: rm -rf --one-file-system -- "$T"');
  assert.match(
    undo(range, 'reserve-workspace'),
    /^always: unshare --user --map-root-user --map-auto -- rm -rf /,
  );
  assert.equal(host.notes, []);
  assert.equal(range.notes, []);
  assert.is(single.notes.length, 1);
  assert.match(single.notes[0] ?? '', /^\/etc\/subuid has no range for ann: all files .* belong to its root/);
});

test('overlay attributes are never packed or unpacked', () => {
  for (const plan of PLANS.filter(({ kind }) => kind !== 'remove-image'))
    for (const { id, action } of plan.steps) {
      if (action.type !== 'run' || !/^(un)?pack-/.test(id)) continue;
      const words = action.argv.filter(word => typeof word === 'string' && word.startsWith('--xattrs-'));
      assert.equal(words, [
        '--xattrs-include=security.capability',
        '--xattrs-include=user.*',
        '--xattrs-exclude=user.overlay.*',
        '--xattrs-exclude=trusted.*',
      ]);
    }
});

test('the record names digests that are not known yet, and is written before any layer is published', () => {
  const plan = planImport(
    input({ images: [{ ...IMAGE, config: { Cmd: ['/bin/sh', '-c', '$HOME `id`\n'] } }] }),
  );
  const { action } = step(plan, 'write-record');
  if (action.type !== 'write') throw new Error('write-record does not write');
  assert.equal(variablesIn(action.text), ['DIGEST1', 'DIGEST2', 'DIGEST3']);
  const text = (action.text as readonly (string | { var: string })[])
    .map(part => (typeof part === 'string' ? part : part.var))
    .join('');
  assert.equal(JSON.parse(text), {
    version: 1,
    name: 'debian:12',
    created: '2026-01-01T00:00:00Z',
    layers: [
      { digest: 'DIGEST1', link: 'AAAAAAA1' },
      { digest: 'DIGEST2', link: 'AAAAAAA2' },
      { digest: 'DIGEST3', link: 'AAAAAAA3' },
    ],
    config: { Cmd: ['/bin/sh', '-c', '$HOME `id`\n'] },
  });
});

test('what can be undone by name is undone only on failure, and only when it is ours', () => {
  const plan = planImport(input());
  assert.match(undo(plan, 'publish-layer-1'), /^failure: flock "\$STORE\/layers" sh -ec "\$UNPUBLISH_SH"/);
  assert.is(undo(plan, 'link-layer-1'), 'failure: rm -f -- "$STORE/l/AAAAAAA1"');
  assert.is(step(plan, 'link-layer-1').reserves, true);
  assert.match(
    undo(plan, 'name-image'),
    /^failure: flock .*"\$UNNAME_SH" unname "\$T\/image\.json" "\$STORE\/images\/debian:12\.json"$/,
  );
});

test('a slash in an image name does not become a directory', () => {
  assert.match(
    command(planImport(input({ images: [{ ...IMAGE, name: 'a/b:1' }] })), 'name-image'),
    /"\$STORE\/images\/a%2Fb:1\.json"$/,
  );
  assert.match(command(remove('host'), 'take-names'), /"\$STORE\/images\/a%2Fb:1\.json"$/);
});

test('the default image: what a run needs to know is known before it is made', () => {
  const image = plannedBaseImage(base());
  assert.equal(image.layers, [{ digest: '', link: 'BASE0001' }]);
  assert.match(image.passwd, /^root:x:0:0:root:\/root:\/bin\/sh\n/);
  const plan = planBaseImage(base());
  assert.match(command(plan, 'link-layer-1'), /BASE0001"$/);
  const passwd = step(plan, 'write-passwd').action;
  assert.is(passwd.type === 'write' && passwd.text, image.passwd);
  assert.match(command(plan, 'pack-1'), /--mtime=2020-01-01T00:00:00Z/);
  assert.not.match(command(planImport(input()), 'pack-3'), /--mtime/);
});

test('a removal takes names first, then links, then layers', () => {
  const plan = remove('range');
  assert.equal(
    plan.steps.slice(4).map(({ id }) => id),
    ['make-places', 'take-names', 'take-links', 'take-layers'],
  );
  assert.match(
    undo(plan, 'take-layers'),
    /^failure: unshare --user .* flock "\$STORE\/layers" sh -ec "\$RESTORE_SH"/,
  );
  const nothing = planRemoveImage({ names: ['x:1'], links: [], layers: [], id: 'a', facts: facts('host') });
  assert.is(nothing.steps.at(-1)?.id, 'take-names');
});

test.run();
