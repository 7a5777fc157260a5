/** The plan of a save as a value: its steps, and what its archive says of itself. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Arg, partsOf } from '../../../src/plan/arg.ts';
import { planSave } from '../../../src/plan/image/plan-save.ts';
import { isReference, withRegistry } from '../../../src/plan/image/reference.ts';
import type { SaveInput } from '../../../src/plan/image/save-input.ts';
import { quoteArgv } from '../../../src/plan/quote.ts';
import type { Plan, Step } from '../../../src/plan/step.ts';
import { factsOf, saveInput } from '../../support/plans.ts';

const PREPARED = ['make-store', 'reserve-workspace', 'make-alive', 'hold-alive', 'use-layers'];
const A = 'a'.repeat(64);

/** The input without an output: to stdout. */
function toStdout(changes: Partial<SaveInput> = {}): SaveInput {
  const { output: _, ...input } = saveInput(changes);
  return input;
}

function ids(plan: Plan): readonly string[] {
  return plan.steps.map(({ id }) => id);
}

function step(plan: Plan, id: string): Step {
  const found = plan.steps.find(candidate => candidate.id === id);
  if (found === undefined) throw new Error(`no step ${id} among ${ids(plan).join(' ')}`);
  return found;
}

function command(plan: Plan, id: string): string {
  const { action } = step(plan, id);
  if (action.type !== 'run') throw new Error(`${id} runs no command`);
  return quoteArgv(action.argv);
}

/** The JSON of a file that a step writes; a number that is not known yet is a 7, a digest its variable's name. */
function written(plan: Plan, id: string): unknown {
  const { action } = step(plan, id);
  if (action.type !== 'write') throw new Error(`${id} writes nothing`);
  const text = partsOf(action.text as Arg)
    .map(part => (typeof part === 'string' ? part : part.var.includes('SIZE') ? '7' : part.var))
    .join('');
  assert.match(text, /\n$/);
  return JSON.parse(text);
}

test('the steps, in order: each layer once, each image its configuration and manifest', () => {
  const plan = planSave(saveInput());
  const describing = (number: number) => [
    ...[`write-config-${number}`, `write-manifest-${number}`, `digest-manifest-${number}`],
    ...[`measure-manifest-${number}`, `name-manifest-${number}`],
  ];
  assert.equal(ids(plan), [
    ...PREPARED,
    'make-layout',
    ...['decompress-1', 'verify-1', 'measure-1', 'copy-2', 'verify-2', 'measure-2'],
    ...['pack-3', 'verify-3', 'measure-3'],
    ...describing(1),
    ...describing(2),
    ...['write-index', 'write-oci-layout', 'write-manifest', 'write-archive', 'sync', 'name-output'],
  ]);
  assert.is(plan.summary, "save low:1, high:1, a.b/c:2 to /home/ann/it's.tar");
  assert.equal(plan.notes, []);
});

test('to stdout nothing is made beside anything, and the archive is the only thing that is printed', () => {
  const plan = planSave(toStdout());
  assert.ok(!ids(plan).includes('sync') && !ids(plan).includes('name-output'));
  assert.ok(!plan.variables.some(({ name }) => name === 'PART'));
  const printing = plan.steps.filter(({ action }) => action.type === 'run' && action.callersStdout);
  assert.equal(
    printing.map(({ id }) => id),
    ['write-archive'],
  );
});

test('a directory is put together beside its place, and a plain archive is copied into it, not linked', () => {
  const plan = planSave(saveInput({ format: 'oci-dir' }));
  assert.ok(!ids(plan).includes('write-archive') && !ids(plan).includes('write-manifest'));
  assert.is(command(plan, 'name-output'), `mv -f -T -- "$PART" '/home/ann/it'\\''s.tar'`);
  assert.match(command(plan, 'copy-2'), /cp --reflink=auto -- /);
  assert.match(command(planSave(saveInput()), 'copy-2'), /^ln -- /);
});

test('what is beside the output is on its file system, and goes away when the plan fails', () => {
  const plan = planSave(saveInput());
  assert.is(plan.variables.find(({ name }) => name === 'PART')?.value, '/home/ann/.tinydocker-abc123.part');
  const top = planSave(saveInput({ output: '/x.tar' }));
  assert.is(top.variables.find(({ name }) => name === 'PART')?.value, '/.tinydocker-abc123.part');
  const undo = {
    type: 'command',
    argv: ['rm', '-rf', '--one-file-system', '--', [{ var: 'PART' }]],
    when: 'failure',
  };
  assert.equal(step(plan, 'write-archive').undo, undo);
  const directory = step(planSave(saveInput({ format: 'oci-dir' })), 'make-layout');
  assert.equal(directory.undo, undo);
  // Were it one, a kill between the mkdir and its record would leave the directory for ever.
  assert.is(directory.reserves, undefined);
});

test('the layers are named in a record, which keeps removals from taking them', () => {
  assert.equal(written(planSave(saveInput()), 'use-layers'), {
    layers: [A, 'b'.repeat(64), 'c'.repeat(64)],
  });
});

test('an ordinary user packs files of other ids inside a user namespace', () => {
  assert.match(command(planSave(saveInput({ facts: factsOf('range') })), 'pack-3'), /^unshare --user /);
});

test('manifest, index and manifest.json name the same blobs', () => {
  const plan = planSave(saveInput());
  const layer = (digest: string) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${digest.repeat(64)}`,
    size: 7,
  });
  assert.equal(written(plan, 'write-manifest-2'), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    // Bytes, not characters.
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${'2'.repeat(64)}`,
      size: 8,
    },
    layers: [layer('a'), layer('b'), layer('c'), layer('a')],
  });
  const manifest = (number: number, name: string, whole: string) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:MANIFEST${number}`,
    size: 7,
    annotations: { 'io.containerd.image.name': whole, 'org.opencontainers.image.ref.name': name },
  });
  assert.equal(written(plan, 'write-index'), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      manifest(1, 'low:1', 'docker.io/library/low:1'),
      manifest(2, 'high:1', 'docker.io/library/high:1'),
      manifest(2, 'a.b/c:2', 'a.b/c:2'),
    ],
  });
  const blob = (digest: string) => `blobs/sha256/${digest.repeat(64)}`;
  assert.equal(written(plan, 'write-manifest'), [
    { Config: blob('1'), RepoTags: ['low:1'], Layers: [blob('a')] },
    { Config: blob('2'), RepoTags: ['high:1', 'a.b/c:2'], Layers: ['a', 'b', 'c', 'a'].map(blob) },
  ]);
  const oci = planSave(saveInput({ format: 'oci-archive' }));
  assert.ok(!ids(oci).includes('write-manifest'));
  assert.not.match(JSON.stringify(written(oci, 'write-index')), /containerd/);
});

test('a name without a registry means that of docker', () => {
  const names = ['x:1', 'a/b:1', 'localhost/x:1', 'h.org/x:1', 'h:5000/x:1', 'Host/x:1', 'a/b/c:1'];
  assert.equal(names.map(withRegistry), [
    ...['docker.io/library/x:1', 'docker.io/a/b:1', 'localhost/x:1', 'h.org/x:1', 'h:5000/x:1', 'Host/x:1'],
    'docker.io/a/b/c:1',
  ]);
});

test('a name that docker and podman do not take is told', () => {
  const taken = [
    'base:latest',
    'a/b:1',
    'localhost/x:1',
    'h.example:5000/team/app_x:1.0-A',
    'Host/x:1',
    'a__b:1',
  ];
  for (const name of taken) assert.ok(isReference(name), name);
  for (const name of ['Mine:latest', 'a..b:1', 'a-:1', 'localhost/X:1', 'a___b:1', 'x'])
    assert.not.ok(isReference(name), name);
  const [low, high] = saveInput().images;
  assert.ok(low && high);
  const plan = planSave(saveInput({ images: [{ ...low, names: ['Mine:1', 'mine:1'] }, high] }));
  assert.is(plan.notes.length, 1);
  assert.match(plan.notes[0] ?? '', /^docker and podman take no image by the name "Mine:1"/);
});

test.run();
