/** df: docker's system df, with what prune would remove in a row of its own. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, killMonitor, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { untilAbandoned } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('df');

async function df(place: Place): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const { status, stdout, stderr } = await tinydocker(place, ['df', '--format', 'json']);
  assert.equal([status, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  return Object.fromEntries(
    lines
      .map(line => JSON.parse(line) as Record<string, string>)
      .map(({ Type = '', ...rest }) => [Type, rest]),
  );
}

eachMode(test, 'df counts images, containers and leftovers, and what could go', place =>
  withContainers(place, async () => {
    const empty = { TotalCount: '0', Active: '0', Size: '0 B', Reclaimable: '0 B' };
    assert.equal(await df(place), { Images: empty, Containers: empty, Operations: empty, Leftovers: empty });

    const base = makeImage(place);
    // Of its own it has one layer, and shares the other.
    makeImage(place, {
      ...{ name: 'more:latest', on: base.layers, empty: true },
      change: root => writeFileSync(join(root, 'big'), Buffer.alloc(3_000_000, 1)),
    });
    await background(place, ['up', 'sleep', '60']);
    await background(place, ['--rm', 'lost', 'sleep', '60']);
    await killMonitor(place, 'lost');
    await untilAbandoned(place.store, 'lost');
    await tinydocker(place, ['run', '--keep', 'kept', 'true']);
    const { Images, Containers, Operations, Leftovers } = await df(place);
    assert.equal([Images?.['TotalCount'], Images?.['Active']], ['2', '2'], 'they share a layer');
    assert.match(Images?.['Reclaimable'] ?? '', /^0 B \(0%\)$/);
    assert.equal([Containers?.['TotalCount'], Containers?.['Active']], ['2', '1']);
    assert.match(Containers?.['Reclaimable'] ?? '', /^\d.* [kM]B\+? \([1-9]\d?%\)$/);
    assert.equal([Operations?.['TotalCount'], Operations?.['Reclaimable']], ['3', '0 B (0%)']);
    assert.equal([Leftovers?.['TotalCount'], Leftovers?.['Active']], ['1', '0']);
    assert.match(Leftovers?.['Reclaimable'] ?? '', /\(100%\)$/);
  }),
);

eachMode(
  test,
  'an image that no container stands on is reclaimable, and df refuses what it does not know',
  async place => {
    makeImage(place, {
      empty: true,
      change: root => writeFileSync(join(root, 'big'), Buffer.alloc(3_000_000, 1)),
    });
    assert.match((await df(place))['Images']?.['Reclaimable'] ?? '', /^3\.0 MB \(100%\)$/);
    const { stdout } = await tinydocker(place, ['df']);
    assert.match(
      stdout,
      /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 +0 +3\.0 MB +3\.0 MB \(100%\)\n/,
    );
    const refused = await tinydocker(place, ['df', '--verbose']);
    assert.is(refused.status, 2);
    assert.match(refused.stderr, '--verbose is not supported: tinydocker images and');
  },
  ['root'],
);

test.run();
