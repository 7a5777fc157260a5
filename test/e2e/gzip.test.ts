/** Archives compressed with gzip, decompressed by zstd where it can, and by gzip where there is no such zstd: the same layers, the same refusals. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeFacts } from '../../src/host/facts.ts';
import { archive, emptyStore, file, refused } from '../support/imports.ts';
import type { Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { type Member, tarOf } from '../support/tar.ts';

const test = suite('gzip');
const MEMBERS: readonly Member[] = Array.from({ length: 40 }, (_, index) => ({
  name: `f${index}`,
  text: `${index}`.repeat(3000),
}));
const TAR = tarOf(MEMBERS);
const GZIP = gzipSync(TAR);

/** What decompresses, and what the machine is without. */
const MACHINES = [
  { command: 'zstd -dcq', lacks: undefined },
  { command: 'gzip -dc', lacks: 'zstd' },
] as const;

const without = (place: Place, program: string) =>
  prepared(place, `mount --no-mtab --bind /dev/null "$(command -v ${program})"`);

const damaged = (at: number) => {
  const bytes = Buffer.from(GZIP);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

/** By name: the file, and what is said of it. */
const REFUSED: Readonly<Record<string, readonly [content: Buffer, said: RegExp]>> = {
  'cut.gz': [GZIP.subarray(0, GZIP.length / 2), /cut\.gz" is truncated: its compressed data ends too early/],
  'bad.gz': [damaged(GZIP.length >> 1), /bad\.gz" is damaged: its compressed data can not be read/],
  'checksum.gz': [damaged(GZIP.length - 6), /checksum\.gz" is damaged: its compressed data can not be read/],
  'length.gz': [damaged(GZIP.length - 1), /length\.gz" is damaged: its compressed data can not be read/],
  'more.gz': [
    Buffer.concat([GZIP, Buffer.from('something else')]),
    /more\.gz" has something else after its compressed data/,
  ],
};

for (const { command, lacks } of MACHINES) {
  const name = `gzip's data, read by ${command}`;
  if (!probeFacts().zstdReadsGzip) {
    skipUnless(test, name, false, 'there is no zstd that reads gzip', () => undefined);
    continue;
  }
  eachPreparedMode(test, name, async machine => {
    await emptyStore(machine);
    const place = lacks === undefined ? machine : without(machine, lacks);
    const planned = await tinydocker(place, ['image', 'import', '--dry-run', 'x', file(place, 'a.gz', GZIP)]);
    assert.ok(planned.stdout.includes(command), planned.stdout);
    const halves = [TAR.subarray(0, 20_000), TAR.subarray(20_000)].map(half => gzipSync(half));
    const plain = await tinydocker(place, ['image', 'import', 'plain', archive(place, MEMBERS)]);
    assert.is(plain.status, 0, plain.stderr);
    const layers = readdirSync(join(place.store, 'layers'));
    for (const [label, content] of [
      ['one.gz', GZIP],
      ['two.gz', Buffer.concat(halves)],
    ] as const) {
      const imported = await tinydocker(place, ['image', 'import', 'x', file(place, label, content)]);
      assert.is(imported.status, 0, imported.stderr);
      assert.equal(readdirSync(join(place.store, 'layers')), layers, label);
    }
    for (const [label, [content, said]] of Object.entries(REFUSED))
      await refused(place, ['image', 'import', 'x', file(place, label, content)], said);
    await refused(
      place,
      ['image', 'import', '--max-size', '20k', 'x', file(place, 'bomb.gz', GZIP)],
      /bomb\.gz" becomes larger than the limit/,
    );
  });
}

test.run();
