/** The mount table, real and in parts that are hard to make. */

import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { coveredPart } from '../../src/host/causes/covered-proc.ts';
import { isBelow, isShared, type MountEntry, mountOf, mountTable } from '../../src/host/mount-table.ts';
import { skipUnless } from '../support/skip.ts';

const TEXT = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:5 / /proc rw,nosuid,nodev,noexec shared:2 - proc proc rw
24 22 0:30 / /mnt/a\\040b\\134c rw - nfs4 server:/x rw,vers=4
25 22 0:31 / /mnt/a\\040b\\134c ro,nosuid master:1 propagate_from:2 - tmpfs tmpfs rw,size=1k
garbage
`;

test('reads points, types and options, with any number of optional fields', () => {
  const table = mountTable(TEXT);
  assert.is(table.length, 4);
  assert.equal(table.map(isShared), [true, true, false, false]);
  assert.equal(table[3], {
    id: 25,
    parent: 22,
    root: '/',
    source: 'tmpfs',
    propagation: ['master:1', 'propagate_from:2'],
    mountPoint: '/mnt/a b\\c',
    type: 'tmpfs',
    options: ['ro', 'nosuid'],
    superOptions: ['rw', 'size=1k'],
  });
});

test('finds the topmost mount of a path, also of one that does not exist', () => {
  const table = mountTable(TEXT);
  assert.is(mountOf('/nonexistent/path', table)?.type, 'ext4');
  assert.is(mountOf('/proc/self', table)?.mountPoint, '/proc');
});

test('a path is below a directory by whole names', () => {
  assert.ok(isBelow('/a/b', '/a') && isBelow('/a', '/a') && isBelow('/a', '/'));
  assert.not(isBelow('/ab', '/a'));
});

test('what the kernel keeps empty for mounts covers nothing', () => {
  const entry = (mountPoint: string): MountEntry => ({
    ...{ id: 1, parent: 1, root: '/', mountPoint, source: 'tmpfs', propagation: [] },
    ...{ type: 'tmpfs', options: ['rw'], superOptions: [] },
  });
  assert.is(coveredPart([entry('/proc/sys/fs/binfmt_misc'), entry('/sys/fs/cgroup')]), undefined);
  assert.is(coveredPart([entry('/sys/fs/cgroup'), entry('/proc/acpi')])?.mountPoint, '/proc/acpi');
});

skipUnless(test, 'this machine has a root', process.platform === 'linux', 'not Linux', () => {
  assert.ok(mountOf('/') !== undefined);
});

test.run();
