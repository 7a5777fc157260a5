/** The same edits committed by podman: the members of its layer and of ours. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage } from '../support/image.ts';
import { linesOf, membersOf, type PackedLayer, packedLayer } from '../support/layer.ts';
import { CELLS, editsOf, fill } from '../support/matrix.ts';
import { MODES, type Place, withPlace } from '../support/modes.ts';
import { inPodman, whyNoContainers } from '../support/podman.ts';
import { skipUnless } from '../support/skip.ts';
import { editIn } from '../support/trees.ts';

const [root] = MODES;
const name = 'podman packs the same';
const reason = await whyNoContainers();
if (reason !== undefined || root === undefined) skipUnless(test, name, false, reason ?? '', () => undefined);
else
  test(name, () =>
    withPlace(root, async place => {
      const image = makeImage(place, { change: fill });
      await editIn(place, 'c1', editsOf(CELLS));
      const ours = await packedLayer(place, ['c1', 'mine']);
      const theirs = podmanCommit(place, image, editsOf(CELLS));
      assert.ok(theirs, 'podman ran a container a moment ago');
      assert.ok(comparable(theirs).length > 80);
      assert.equal(comparable(ours.members), comparable(theirs));
    }),
  );

/** Sorted, below /m, with the types that tar shows; a mark has none. */
function comparable(members: PackedLayer['members']): readonly string[] {
  const lines = linesOf(members);
  return members
    .map(({ type }, index) => {
      const line = lines[index] ?? '';
      return line.startsWith('+') ? `${type} ${line.slice(2)}` : line;
    })
    .filter(line => /^. \/m(\/|$)/.test(line))
    .toSorted();
}

function podmanCommit(place: Place, image: ImageRecord, edits: string): PackedLayer['members'] | undefined {
  return inPodman(place, image, edits, (call, container) => {
    const committed = call(['commit', '--quiet', container, 'committed']);
    assert.is(committed.status, 0, committed.stderr);
    const file = join(place.dir, 'saved.tar');
    const saved = call(['save', '--quiet', '--format', 'docker-archive', '-o', file, 'committed']);
    assert.is(saved.status, 0, saved.stderr);
    const directory = join(place.dir, 'saved');
    mkdirSync(directory);
    assert.is(spawnSync('tar', ['-C', directory, '-xf', file]).status, 0);
    const [manifest] = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as readonly {
      readonly Layers: readonly string[];
    }[];
    return membersOf(join(directory, manifest?.Layers.at(-1) ?? ''));
  });
}

test.run();
