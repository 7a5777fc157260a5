/** What differs between two looks, and how it is told. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changesBesidesNumbers, changesBetween } from '../../src/snapshot/compare.ts';
import type { InitSnapshot, MountRow, Snapshot } from '../../src/snapshot/snapshot.ts';

const test = suite('snapshot/compare');

const NOTHING: Snapshot = {
  host: { mounts: 26, digest: 'a' },
  directory: [],
  upper: [],
  upperComplete: true,
};

const row = (id: number, parent: number, target: string, more: Partial<MountRow> = {}): MountRow => ({
  ...{ id, parent, target, root: '/', type: 'ext4', source: '/dev/vda' },
  ...{ options: 'rw,relatime', superOptions: 'rw', propagation: 'private' },
  ...more,
});

const INIT: InitSnapshot = {
  ...{ pid: 700, number: 1, hostname: 'host', cgroups: ['0::/'] },
  processes: [{ pid: 700, number: 1, command: 'sh' }],
  namespaces: [
    { name: 'mount', id: 11, own: true },
    { name: 'user', id: 12, own: false },
  ],
  mounts: [row(1, 0, '/'), row(2, 1, '/proc', { type: 'proc', source: 'proc' })],
  interfaces: [{ name: 'lo', up: false }],
};

const withInit = (init: Partial<InitSnapshot> = {}): Snapshot => ({ ...NOTHING, init: { ...INIT, ...init } });

const told = (before: Snapshot, after: Snapshot, names: Parameters<typeof changesBetween>[2] = []) =>
  changesBetween(before, after, names).map(({ topic, sign, text }) => `${topic} ${sign} ${text}`);

test('what comes with init is told once for each kind', () => {
  assert.equal(told(NOTHING, withInit()), [
    'mounts + a mount table of its own, a copy: 2 mounts',
    'namespaces + mount  11  its own',
    'processes + PID 700 on the host, 1 inside: sh',
  ]);
  assert.equal(told(withInit(), NOTHING)[0], "mounts - the container's mount table: 2 mounts");
});

test('a mount is told with whether it can be written, and where it is bound from', () => {
  const mounts = [
    ...INIT.mounts,
    row(3, 1, '/m/dev/null', { type: 'devtmpfs', source: 'devtmpfs', root: '/null', options: 'ro,nosuid' }),
    row(4, 1, '/m/data', { root: '/srv/data' }),
  ];
  assert.equal(told(withInit(), withInit({ mounts }), [['$M', '/m']]), [
    'mounts + $M/dev/null  devtmpfs  ro  /null',
    'mounts + $M/data  ext4  rw  /srv/data  /dev/vda',
  ]);
});

test('the same id in another place is a move; few are told one by one', () => {
  const moved = INIT.mounts.map(mount => ({
    ...mount,
    target: `/dev/.old${mount.target}`.replace(/\/$/, ''),
  }));
  assert.equal(told(withInit(), withInit({ mounts: moved })), [
    'mounts ~ /  is now  /dev/.old',
    'mounts ~ /proc  is now  /dev/.old/proc',
  ]);
});

test('pivot_root is two lines: the old tree went below, the new one up', () => {
  const old = ['/', '/proc', '/sys', '/dev', '/run'].map((target, index) => row(index + 1, 1, target));
  const own = ['/m', '/m/proc', '/m/sys', '/m/dev'].map((target, index) => row(index + 10, 1, target));
  const after = [
    ...old.map(mount => ({ ...mount, target: `/dev/.old${mount.target}`.replace(/\/$/, '') })),
    ...own.map(mount => ({ ...mount, target: mount.target.slice(2) || '/' })),
  ];
  assert.equal(told(withInit({ mounts: [...old, ...own] }), withInit({ mounts: after }), [['$M', '/m']]), [
    'mounts ~ 5 mounts moved below /dev/.old',
    'mounts ~ 4 mounts moved up from $M',
  ]);
});

test('a tree that goes at once is one line, a few are told one by one', () => {
  const tree = ['/old', '/old/proc', '/old/sys', '/old/sys/fs'].map((target, index) =>
    row(index + 10, index === 0 ? 1 : index === 3 ? 12 : 10, target),
  );
  assert.equal(told(withInit({ mounts: [...INIT.mounts, ...tree] }), withInit()), [
    'mounts - /old  and 3 mounts below it',
  ]);
  assert.equal(told(withInit({ mounts: [...INIT.mounts, ...tree.slice(0, 2)] }), withInit()), [
    'mounts - /old  ext4  rw  /dev/vda',
    'mounts - /old/proc  ext4  rw  /dev/vda',
  ]);
});

test('of a mount that is changed, only what is another is told', () => {
  const mounts = [row(1, 0, '/', { options: 'ro,relatime' }), ...INIT.mounts.slice(1)];
  assert.equal(told(withInit(), withInit({ mounts })), ['mounts ~ /  rw,relatime -> ro,relatime']);
});

test('hostname, interface, processes, files, the host', () => {
  const after: Snapshot = {
    ...withInit({
      hostname: 'box',
      interfaces: [{ name: 'lo', up: true }],
      processes: [{ pid: 700, number: 1, command: 'top' }],
    }),
    host: { mounts: 27, digest: 'b' },
    directory: [
      { path: '', type: 'directory' },
      { path: 'gate', type: 'fifo' },
    ],
    upper: [{ path: 'etc/motd', type: 'whiteout' }],
  };
  assert.equal(told(withInit(), after), [
    'namespaces ~ hostname  host -> box',
    'namespaces ~ interface lo  up',
    'processes ~ PID 700 on the host, 1 inside: top',
    'files + $C  directory',
    'files + $C/gate  fifo',
    'files + upper/etc/motd  whiteout',
    "host ~ the host's mount table changed: 26 mounts before, 27 now",
  ]);
});

test('short names are for whole names of paths only', () => {
  const mounts = [...INIT.mounts, row(3, 1, '/merged2'), row(4, 1, '/merged')];
  assert.equal(told(withInit(), withInit({ mounts }), [['$M', '/merged']]), [
    'mounts + /merged2  ext4  rw  /dev/vda',
    'mounts + $M  ext4  rw  /dev/vda',
  ]);
});

test('made anew, with other numbers, it is the same', () => {
  const again: Snapshot = withInit({
    pid: 900,
    processes: [{ pid: 900, number: 1, command: 'sh' }],
    namespaces: [
      { name: 'mount', id: 21, own: true },
      { name: 'user', id: 12, own: false },
    ],
    mounts: [
      row(31, 30, '/', { propagation: 'master:7' }),
      row(32, 31, '/proc', { type: 'proc', source: 'proc' }),
    ],
  });
  const first = withInit({
    mounts: [row(1, 0, '/', { propagation: 'master:5' }), ...INIT.mounts.slice(1)],
  });
  assert.is.not(changesBetween(first, again).length, 0);
  assert.equal(changesBesidesNumbers(first, again), []);
  assert.equal(
    changesBesidesNumbers(first, { ...again, init: { ...INIT, ...again.init, hostname: 'x' } }).length,
    1,
  );
});

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { maxLength: 3 }).map(names => `/${names.join('/')}`);
const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/')),
  type: fc.constantFrom('file' as const, 'directory' as const, 'whiteout' as const),
});
const files = fc.uniqueArray(file, { selector: entry => entry.path, maxLength: 5 });
const mounts = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 9 }), target: path, rw: fc.boolean() }), {
    selector: ({ id }) => id,
    maxLength: 8,
  })
  .map(rows =>
    rows.map(({ id, target, rw }, index) =>
      row(id, rows[index - 1]?.id ?? 0, target, { options: rw ? 'rw' : 'ro' }),
    ),
  );
const init = fc.record({
  pid: fc.integer({ min: 1, max: 3 }),
  number: fc.constant(1),
  processes: fc.uniqueArray(
    fc
      .record({ pid: fc.integer({ min: 1, max: 5 }), command: name })
      .map(one => ({ ...one, number: one.pid })),
    { selector: ({ pid }) => pid, maxLength: 3 },
  ),
  namespaces: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('uts' as const, 'ipc' as const),
      id: fc.integer({ min: 1, max: 3 }),
      own: fc.constant(true),
    }),
    { selector: one => one.name },
  ),
  mounts,
  hostname: name,
  interfaces: fc.uniqueArray(fc.record({ name, up: fc.boolean() }), { selector: one => one.name }),
  cgroups: fc.array(name, { maxLength: 2 }),
});
const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    host: fc.record({ mounts: fc.nat(3), digest: name }),
    directory: files,
    upper: files,
    upperComplete: fc.constant(true),
    init: fc.option(init, { nil: undefined }),
  })
  .map(({ init, ...rest }) => (init === undefined ? rest : { ...rest, init }));

test('compared with itself, nothing has changed', () =>
  fc.assert(
    fc.property(snapshot, one => {
      assert.equal(changesBetween(one, one), []);
      assert.equal(changesBetween(one, structuredClone(one)), []);
      assert.equal(changesBesidesNumbers(one, structuredClone(one)), []);
    }),
  ));

test('the other way round, what came goes and what went comes', () =>
  fc.assert(
    fc.property(snapshot, snapshot, (one, other) => {
      const count = (before: Snapshot, after: Snapshot, sign: string) =>
        // Mounts that go are told by the tree.
        changesBetween(before, after).filter(change => change.sign === sign && change.topic !== 'mounts')
          .length;
      assert.is(count(one, other, '+'), count(other, one, '-'));
      assert.is(count(one, other, '~'), count(other, one, '~'));
    }),
  ));

test('two looks that differ are never said to be the same', () =>
  fc.assert(
    fc.property(snapshot, snapshot, (one, other) => {
      const seen = ({ host, directory, upper, init }: Snapshot) =>
        JSON.stringify([
          host.digest,
          sorted(directory),
          sorted(upper),
          init === undefined ? '' : [sorted(init.mounts.map(mount => ({ ...mount, parent: 0 })))],
          init === undefined
            ? ''
            : [sorted(init.processes), sorted(init.namespaces), sorted(init.interfaces)],
          init === undefined ? '' : [init.hostname, init.cgroups.join(' ')],
        ]);
      const same = seen(one) === seen(other);
      // A container without anything of its own comes with its mount table all the same.
      assert.is(changesBetween(one, other).length === 0, same);
    }),
  ));

function sorted(values: readonly object[]): readonly string[] {
  return values.map(value => JSON.stringify(value, Object.keys(value).toSorted())).toSorted();
}

test.run();
