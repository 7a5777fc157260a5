/** Previews of commands that no planner made: they are not predicted, or said to be what they are. What is predicted is compared with the kernel in test/e2e. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Arg, Values } from '../../src/plan/arg.ts';
import type { Step } from '../../src/plan/step.ts';
import { knownValues } from '../../src/plan/values.ts';
import { fstabRequests, mounted } from '../../src/snapshot/predict-mounts.ts';
import { previewOf } from '../../src/snapshot/preview.ts';
import type { MountRow, Snapshot } from '../../src/snapshot/snapshot.ts';
import { planOf } from '../support/plans.ts';

const test = suite('snapshot/preview');

const PLAN = planOf('host');
const M = '/var/lib/tinydocker/containers/hello1/merged';
const row = (id: number, parent: number, target: string, more: Partial<MountRow> = {}): MountRow => ({
  ...{ id, parent, target, root: '/', type: 'ext4', source: '/dev/vda' },
  ...{ options: 'rw,relatime', superOptions: 'rw', propagation: 'private' },
  ...more,
});
const TABLE = [row(1, 0, '/'), row(2, 1, M, { type: 'overlay', source: 'overlay' })];
const SNAPSHOT: Snapshot = {
  ...{ host: { mounts: 1, digest: 'a' }, directory: [], upper: [], upperComplete: true },
  init: {
    ...{ pid: 7, number: 1, processes: [], namespaces: [], hostname: 'vm', cgroups: [] },
    ...{ mounts: TABLE, interfaces: [{ name: 'lo', up: false }] },
  },
};
const VALUES = new Map([...knownValues(PLAN), ['INIT', '7']]);

function preview(id: string, argv?: readonly Arg[], snapshot: Snapshot = SNAPSHOT, values: Values = VALUES) {
  const planned = PLAN.steps.find(step => step.id === id) as Step;
  const step: Step = argv === undefined ? planned : { ...planned, action: { type: 'run', argv } };
  return previewOf(step, PLAN, snapshot, values);
}

const NOT_PREDICTED: Readonly<Record<string, readonly [string, readonly Arg[]]>> = {
  'a program that no plan has': ['set-hostname', ['touch', '/x']],
  'a shell program of somebody': ['detach-old-root', ['sh', '-ec', 'umount -l "$1"', 'detach', '/x']],
  'a hostname that is asked for': ['set-hostname', ['hostname']],
  'a directory anywhere': ['make-directories', ['mkdir', '--', '/somewhere/else']],
  'a mount of nobody knows what': ['mount-overlay', ['mount', '--all']],
  'an fstab that no step wrote': ['mount-kernel-filesystems', ['mount', '--all', '--fstab', '/etc/fstab']],
  'a mount point that is none': ['protect-host', ['mount', '-o', 'remount,bind,ro', '--', '/nowhere']],
  'another use of ip': ['raise-loopback', ['ip', 'address', 'flush', 'dev', 'lo']],
};

for (const [name, [id, argv]] of Object.entries(NOT_PREDICTED)) {
  test(`not predicted: ${name}`, () => {
    const { predicted, changes, remark } = preview(id, argv);
    assert.equal({ predicted, changes }, { predicted: false, changes: [] });
    assert.ok(remark);
  });
}

test('a command on the host that belongs inside is not predicted', () => {
  const step = PLAN.steps.find(({ id }) => id === 'set-hostname') as Step;
  assert.not.ok(previewOf({ ...step, where: { type: 'host' } }, PLAN, SNAPSHOT, VALUES).predicted);
});

test('an edited command is predicted as it is now', () => {
  assert.equal(
    preview('set-hostname', ['hostname', 'mine']).changes.map(({ text }) => text),
    ['hostname  vm -> mine'],
  );
  assert.equal(preview('set-hostname', ['hostname', 'vm']).changes, []);
});

test('without init, or without its PID, nothing is said', () => {
  const { init: _, ...before } = SNAPSHOT;
  assert.not.ok(preview('set-hostname', undefined, before).predicted);
  assert.not.ok(preview('detach-old-root', undefined, SNAPSHOT, knownValues(PLAN)).predicted);
});

test('pivot_root is told in one line for each direction, as afterwards', () => {
  const targets = ['/a', '/b', '/c'];
  const many: Snapshot = {
    ...SNAPSHOT,
    init: {
      ...(SNAPSHOT.init as NonNullable<Snapshot['init']>),
      mounts: [...TABLE, ...targets.map((target, index) => row(index + 10, 1, target))],
    },
  };
  assert.equal(
    preview('pivot-root', undefined, many).changes.map(({ text }) => text),
    ['4 mounts moved below /dev/.old', '$M  is now  /'],
  );
});

test('names with blanks in an fstab', () => {
  assert.equal(fstabRequests('/a\\040b dev/x\\134y none bind,ro 0 0\n', '/m'), [
    { source: '/a b', target: '/m/dev/x\\y', type: 'none', options: ['bind', 'ro'] },
  ]);
});

test('a bound tree takes along what is mounted in it, and a bound directory does not', () => {
  const table = [row(1, 0, '/'), row(2, 1, '/srv'), row(3, 2, '/srv/in', { options: 'ro' })];
  const request = { source: '/srv', target: '/m', type: 'none' };
  const text = (options: readonly string[]) =>
    mounted(table, { ...request, options })
      ?.slice(3)
      .map(({ target, options: flags }) => `${target} ${flags}`);
  assert.equal(text(['bind']), ['/m rw,relatime']);
  assert.equal(text(['rbind', 'rw']), ['/m rw,relatime', '/m/in ro']);
  assert.equal(text(['rbind', 'ro']), ['/m ro,relatime', '/m/in ro']);
});

test.run();
