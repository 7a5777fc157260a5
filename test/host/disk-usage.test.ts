import { linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diskUsage } from '../../src/host/disk-usage.ts';
import { withTempDir } from '../support/dirs.ts';

test('what du counts: blocks, a file with two names once, names of any bytes', () =>
  withTempDir(dir => {
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a/one'), Buffer.alloc(10_000));
    linkSync(join(dir, 'a/one'), join(dir, 'two'));
    const latin = Buffer.concat([Buffer.from(`${dir}/latin`), Buffer.from([0xe9])]);
    writeFileSync(latin, Buffer.alloc(5_000));
    const paths = [dir, join(dir, 'a'), join(dir, 'two'), latin];
    const expected = paths.reduce((sum, path) => sum + statSync(path).blocks * 512, 0);
    assert.equal(diskUsage(dir), { bytes: expected, complete: true });
  }));

test('what is not there takes nothing, and that is said', () => {
  assert.equal(diskUsage('/nonexistent'), { bytes: 0, complete: false });
});

test.run();
