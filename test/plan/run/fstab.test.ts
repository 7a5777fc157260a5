/** What is written into an fstab, libmount reads back unchanged. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { resolve } from '../../../src/plan/arg.ts';
import { fstabLine, mountLine, relative } from '../../../src/plan/run/fstab.ts';
import { withTempDir } from '../../support/dirs.ts';

const path = fc
  .array(fc.constantFrom(...'ab \t\n\\#"\'$,:=-ü'), { minLength: 1, maxLength: 12 })
  .map(characters => `/${characters.join('')}`);

test('libmount reads back what was written', () =>
  withTempDir(dir => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, path), { minLength: 1, maxLength: 20 }), pairs => {
        const file = join(dir, 'fstab');
        writeFileSync(
          file,
          pairs
            .map(([source, target]) =>
              resolve(fstabLine({ source, target, type: 'none', options: ['bind', 'ro'] }), new Map()),
            )
            .join(''),
        );
        const { stdout, status } = spawnSync(
          'findmnt',
          ['--tab-file', file, '--json', '--output', 'SOURCE,TARGET,OPTIONS', '--list'],
          { encoding: 'utf8' },
        );
        assert.is(status, 0);
        const { filesystems } = JSON.parse(stdout) as {
          filesystems: { source: string; target: string; options: string }[];
        };
        assert.equal(
          filesystems.map(({ source, target, options }) => [source, target, options]),
          pairs.map(([source, target]) => [source, target, 'bind,ro']),
        );
      }),
      { numRuns: 30 },
    );
  }));

test('lines', () => {
  assert.is(
    fstabLine({ source: 'tmpfs', target: 'dev', type: 'tmpfs', options: [] }),
    'tmpfs dev tmpfs defaults 0 0\n',
  );
  assert.is(
    mountLine({ destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid'] }),
    'devpts dev/pts devpts nosuid,X-mount.mkdir 0 0\n',
  );
  assert.is(relative('//a/b'), 'a/b');
});

test.run();
