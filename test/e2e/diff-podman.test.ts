/** The same edits in podman's container: its list of changes and ours. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage } from '../support/image.ts';
import { CELLS, editsOf, fill, SOCKET_CELLS, socketVolume } from '../support/matrix.ts';
import { MODES, type Place, withPlace } from '../support/modes.ts';
import { inPodman, whyNoContainers } from '../support/podman.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { editIn } from '../support/trees.ts';

const [root] = MODES;

const REPLACING = ['create-directory', 'create-same-inside'];
/** podman's diff ends with an error (stat: not a directory) when a directory with something in it took the place of something else. */
const FOR_PODMAN = [...CELLS, ...SOCKET_CELLS].filter(
  ({ below, action }) => below === 'absent' || below === 'directory' || !REPLACING.includes(action),
);

/**
 * Where podman's list is another one, and why. It takes an opaque directory for a deleted one (D), as long as a lower layer has anything of its name,
 * and then does not tell what is missing in it. A parent that is not otherwise changed is listed only for what was added or deleted in it.
 */
function likePodman(list: readonly string[]): readonly string[] {
  const opaque = new Set([...REPLACING, 'rename-and-back'].map(action => `/m/directory-${action}`));
  return list.flatMap(line => {
    const [letter, path] = [line.slice(0, 1), line.slice(2)];
    if (/^\/m\/directory-rename-and-back\/sub(\/deep)?$/.test(path)) return [];
    if (opaque.has(path) && letter === 'C') return `D ${path}`;
    if (letter === 'D' && [...opaque].some(directory => path.startsWith(`${directory}/`))) return [];
    return line;
  });
}

const name = 'podman tells the same, but for what it takes otherwise';
const reason = await whyNoContainers();
if (reason !== undefined || root === undefined) skipUnless(test, name, false, reason ?? '', () => undefined);
else
  test(name, () =>
    withPlace(root, async place => {
      const image = makeImage(place, { change: filledLongAgo });
      const volume = socketVolume(place);
      await editIn(place, 'c1', editsOf(FOR_PODMAN), volume);
      const ours = await tinydocker(place, ['diff', 'c1', '/m']);
      const theirs = podmanDiff(place, image, editsOf(FOR_PODMAN), volume);
      assert.ok(theirs, 'podman ran a container a moment ago');
      assert.equal(
        likePodman(ours.stdout.trimEnd().split('\n')),
        theirs.filter(line => /^. \/m(\/|$)/.test(line)),
      );
    }),
  );

/** podman takes a directory for unchanged when it was changed within the second of its time stamp, because a tar may have whole seconds only. */
function filledLongAgo(directory: string): void {
  fill(directory);
  const touched = spawnSync('find', [
    join(directory, 'm'),
    '-exec',
    'touch',
    '-h',
    '-d',
    '@1000000000',
    '{}',
    '+',
  ]);
  assert.is(touched.status, 0);
}

/** podman's list of the same edits. */
function podmanDiff(
  place: Place,
  image: ImageRecord,
  edits: string,
  options: readonly string[],
): readonly string[] | undefined {
  return inPodman(
    place,
    image,
    edits,
    (call, name) => {
      const listed = call(['diff', name]);
      assert.is(listed.status, 0, listed.stderr);
      return listed.stdout.trimEnd().split('\n');
    },
    options,
  );
}

test.run();
