/** Archives that were made to fill the disk. */

import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, emptyStore, file, refused } from '../support/imports.ts';
import { eachMode } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';
import { tarOf } from '../support/tar.ts';

eachMode(
  test,
  'what decompresses to more than the limit is refused, and the rest of the disk stays free',
  async place => {
    await emptyStore(place);
    const bomb = file(
      place,
      'bomb.tar.gz',
      gzipSync(Buffer.concat([tarOf([{ name: 'x', text: 'x' }]), Buffer.alloc(64 << 20)])),
    );
    await refused(
      place,
      ['image', 'import', '--max-size', '1m', 'x', bomb],
      /bomb\.tar\.gz" becomes larger than the limit when it is decompressed or unpacked: .*\n.*--max-size 100g/,
    );
    const plain = archive(place, [{ name: 'x', text: 'x'.repeat(2 << 20) }]);
    await refused(
      place,
      ['image', 'import', '--max-size', '1m', 'x', plain],
      /a\.tar" becomes larger than the limit/,
    );
    const { status, stderr } = await tinydocker(place, ['image', 'import', '--max-size', 'much', 'x', plain]);
    assert.is(status, 2);
    assert.match(stderr, /"much" is not a size: write bytes, or 500m, or 32g\./);
    assert.is((await tinydocker(place, ['image', 'import', '-q', '--max-size', '4M', 'x', plain])).status, 0);
  },
  ['root', 'single'],
);

test.run();
