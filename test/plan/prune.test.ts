/** The plan of prune, as a value and as a script that is run. */

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { identityOf } from '../../src/host/containers.ts';
import {
  planPrune,
  planRemoveContainers,
  REMOVE_TEXT,
  type Removable,
  removableIndex,
} from '../../src/plan/prune.ts';
import { renderScript } from '../../src/plan/script.ts';
import { withTempDir } from '../support/dirs.ts';

const test = suite('plan/prune');

const THINGS: readonly Removable[] = [
  { type: 'container', name: 'c1', identity: '7 1.000000000' },
  {
    type: 'workspace',
    name: 'w1',
    identity: '8 1.000000000',
    undos: [
      { step: 'b', argv: ['rm', '-f', '--', '/x y'] },
      { step: 'a', argv: ['true'] },
    ],
  },
  { type: 'layer', digest: 'a'.repeat(64) },
  { type: 'link', name: 'ABCD2345' },
];

test('one step for each leftover, a workspace after its undos, ids unique', () => {
  const { steps, phases, variables } = planPrune(THINGS, { mapping: 'host', storeRoot: '/s' });
  assert.equal(
    steps.map(({ id }) => id),
    [
      'remove-container-1',
      'undo-workspace-2-b',
      'undo-workspace-2-a',
      'remove-workspace-2',
      'remove-layer-3',
      'remove-link-4',
    ],
  );
  assert.equal(
    steps.map(({ id }) => removableIndex(id)),
    [0, 1, 1, 1, 2, 3],
  );
  assert.equal(
    phases.map(({ id }) => id),
    ['containers', 'workspaces', 'layers'],
  );
  assert.equal(
    variables.map(({ name }) => name),
    ['STORE', 'REMOVE_SH', 'REMOVE_LAYER_SH', 'REMOVE_LINK_SH'],
  );
  assert.ok(steps.every(({ where, undo }) => where.type === 'host' && undo.type === 'nothing'));
});

test('an ordinary user removes as root of the same mapping', () => {
  for (const [mapping, words] of [
    ['single', ['unshare', '--user', '--map-root-user', '--', 'flock']],
    ['range', ['unshare', '--user', '--map-root-user', '--map-auto', '--', 'flock']],
  ] as const) {
    const { steps } = planRemoveContainers([{ type: 'container', name: 'c1', identity: '7 1' }], {
      mapping,
      storeRoot: '/s',
    });
    const [action] = steps.map(step => step.action);
    assert.equal(action?.type === 'run' ? action.argv.slice(0, words.length) : [], words);
  }
});

test('nothing left over is a plan without steps', () => {
  const plan = planPrune([], { mapping: 'host', storeRoot: '/s' });
  assert.equal(plan.steps, []);
  assert.is(spawnSync('sh', ['-c', renderScript([plan], 'x')]).status, 0);
});

test('the script removes the directory that was judged', () =>
  withStore(store => {
    const identity = container(store, 'c1');
    assert.is(remove(store, 'c1', identity).status, 0);
    assert.equal(readdirSync(join(store, 'containers')), []);
    assert.is(remove(store, 'c1', identity).status, 0, 'it is gone, which is what was wanted');
  }));

test('another directory of that name is left alone', () =>
  withStore(store => {
    const identity = container(store, 'c1');
    renameSync(join(store, 'containers/c1'), join(store, 'containers/c2'));
    container(store, 'c1');
    assert.match(remove(store, 'c1', identity).stderr, 'left alone');
    assert.ok(existsSync(join(store, 'containers/c1/upper/file')));
  }));

test('a directory that has changed since is left alone', () =>
  withStore(store => {
    const identity = container(store, 'c1');
    writeFileSync(join(store, 'containers/c1/new'), '');
    assert.match(remove(store, 'c1', identity).stderr, 'left alone');
    assert.ok(existsSync(join(store, 'containers/c1/new')));
  }));

test('a symbolic link in its place leads nowhere', () =>
  withStore(store => {
    const identity = container(store, 'c1');
    renameSync(join(store, 'containers/c1'), join(store, 'elsewhere'));
    mkdirSync(join(store, 'precious'));
    writeFileSync(join(store, 'precious/file'), '');
    symlinkSync('../precious', join(store, 'containers/c1'));
    remove(store, 'c1', identity);
    assert.ok(existsSync(join(store, 'precious/file')));
  }));

test('a directory whose fifo somebody holds is left alone', () =>
  withStore(store => {
    container(store, 'c1');
    const directory = join(store, 'containers/c1');
    spawnSync('mkfifo', [join(directory, 'gate')]);
    const identity = identityOf(lstatSync(directory, { bigint: true }));
    const held = remove(store, 'c1', identity, `exec 7<>${directory}/gate; `);
    assert.match(held.stderr, 'in use');
    assert.ok(existsSync(join(directory, 'upper/file')));
    assert.is(remove(store, 'c1', identity).status, 0);
    assert.not.ok(existsSync(directory));
  }));

test('links inside are removed, not followed', () =>
  withStore(store => {
    mkdirSync(join(store, 'precious'));
    writeFileSync(join(store, 'precious/file'), '');
    container(store, 'c1');
    const directory = join(store, 'containers/c1');
    symlinkSync(join(store, 'precious'), join(directory, 'upper/link'));
    symlinkSync(join(store, 'precious'), join(directory, '-rf'));
    const identity = identityOf(lstatSync(directory, { bigint: true }));
    assert.is(remove(store, 'c1', identity).status, 0);
    assert.not.ok(existsSync(directory));
    assert.ok(existsSync(join(store, 'precious/file')));
  }));

test('a layer is removed only when no record and no container names it', () =>
  withStore(store => {
    const digest = 'b'.repeat(64);
    const layer = join(store, 'layers', digest);
    const sweep = () => run(store, [{ type: 'layer', digest }]);
    mkdirSync(layer);
    writeFileSync(join(layer, 'file'), '');
    symlinkSync(`../layers/${digest}/files`, join(store, 'l/ABCD2345'));
    const record = join(store, 'images/x.json');
    writeFileSync(record, JSON.stringify({ layers: [{ digest }] }));
    assert.is(sweep().status, 0);
    assert.ok(existsSync(join(layer, 'file')), 'an image has it');
    spawnSync('rm', [record]);
    container(store, 'c1');
    writeFileSync(join(store, 'containers/c1/container.json'), JSON.stringify({ layers: ['ABCD2345'] }));
    assert.is(sweep().status, 0);
    assert.ok(existsSync(join(layer, 'file')), 'a container stands on it');
    run(store, [{ type: 'link', name: 'ABCD2345' }]);
    assert.ok(lstatSync(join(store, 'l/ABCD2345')).isSymbolicLink(), 'a container names the link');
    spawnSync('rm', ['-r', join(store, 'containers/c1')]);
    assert.is(sweep().status, 0);
    assert.not.ok(existsSync(layer));
    assert.equal(readdirSync(join(store, 'tmp')), []);
    run(store, [{ type: 'link', name: 'ABCD2345' }]);
    assert.equal(readdirSync(join(store, 'l')), []);
  }));

function withStore(use: (store: string) => void): Promise<void> {
  return withTempDir(dir => {
    const store = join(dir, "st o're");
    mkdirSync(store);
    for (const name of ['containers', 'images', 'layers', 'l', 'tmp']) mkdirSync(join(store, name));
    use(store);
  });
}

/** A directory as a killed run leaves it; returns its identity. */
function container(store: string, name: string): string {
  const directory = join(store, 'containers', name);
  mkdirSync(join(directory, 'upper'), { recursive: true });
  writeFileSync(join(directory, 'upper/file'), '');
  return identityOf(lstatSync(directory, { bigint: true }));
}

function remove(
  store: string,
  name: string,
  identity: string,
  before = '',
): { status: number | null; stderr: string } {
  return run(store, [{ type: 'container', name, identity }], before);
}

function run(
  store: string,
  things: readonly Removable[],
  before = '',
): { status: number | null; stderr: string } {
  const script = renderScript([planPrune(things, { mapping: 'host', storeRoot: store })], 'test');
  return spawnSync('sh', ['-c', before.replace(store, `'${store.replaceAll("'", `'\\''`)}'`) + script], {
    encoding: 'utf8',
  });
}

test('what a start that comes too late puts into the directory goes with it', () =>
  withTempDir(dir => {
    const [container, mark] = [join(dir, 'c1'), join(dir, 'mark')];
    mkdirSync(container);
    writeFileSync(join(container, 'file'), '');
    // As if somebody made a gate of his own at the worst moment.
    const late = `rmdir() { [ -e "${mark}" ] || { : >"${mark}"; mkfifo "${container}/gate.1"; }; command rmdir "$@"; }`;
    const identity = String(statSync(container).ino);
    const { status, stderr } = spawnSync(
      'sh',
      ['-ec', `${late}\n${REMOVE_TEXT}`, 'remove', container, identity, 'gate'],
      { encoding: 'utf8' },
    );
    assert.equal([status, stderr], [0, '']);
    assert.ok(existsSync(mark));
    assert.not.ok(existsSync(container));
  }));

test.run();
