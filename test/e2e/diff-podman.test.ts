/** The same edits in podman's container: its list of changes and ours. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { CELLS, editsOf, fill } from '../support/matrix.ts';
import { MODES, type Place, withPlace } from '../support/modes.ts';
import { hasPodman, withPodman } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { editIn } from '../support/trees.ts';

const hasBusybox = staticBusybox() !== undefined;
const [root] = MODES;

const REPLACING = ['create-directory', 'create-same-inside'];
/** podman's diff ends with an error (stat: not a directory) when a directory with something in it took the place of something else. */
const FOR_PODMAN = CELLS.filter(
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
const reason = await whyNot();
if (reason !== undefined || root === undefined) skipUnless(test, name, false, reason ?? '', () => undefined);
else
  test(name, () =>
    withPlace(root, async place => {
      const image = makeImage(place, { change: filledLongAgo });
      await editIn(place, 'c1', editsOf(FOR_PODMAN));
      const ours = await tinydocker(place, ['diff', 'c1', '/m']);
      const theirs = podmanDiff(place, image, editsOf(FOR_PODMAN));
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

async function whyNot(): Promise<string | undefined> {
  if (!hasPodman) return 'podman is not installed';
  if (!hasBusybox || root === undefined || root.unavailable !== undefined || process.getuid?.() !== 0)
    return 'podman is compared as root, with a static busybox';
  const tried = await withPlace(root, place => podmanDiff(place, makeImage(place), ''));
  return tried === undefined ? 'podman runs no container on this machine' : undefined;
}

/** podman's list of the same edits, in a store of its own; undefined when it runs no container on this machine. */
function podmanDiff({ dir, store }: Place, image: ImageRecord, edits: string): readonly string[] | undefined {
  const rootfs = join(store, 'layers', image.layers[0]?.digest ?? '', 'files');
  return withPodman(dir, call => {
    const tar = spawnSync('tar', ['-C', rootfs, '-cf', join(dir, 'root.tar'), '.']);
    assert.is(tar.status, 0);
    assert.is(call(['import', join(dir, 'root.tar'), 'matrix']).status, 0);
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
    for (const [index, runtime] of [[], ['--runtime', 'runc']].entries()) {
      const name = `matrix${index}`;
      const command = `${GUARD}umask 022; { ${edits}\n:; } 2>/dev/null`;
      const run = ['run', '--name', name, '--network', 'none', ...limits, 'matrix', 'sh', '-c', command];
      if (call([...runtime, ...run]).status !== 0) continue;
      const listed = call([...runtime, 'diff', name]);
      assert.is(listed.status, 0, listed.stderr);
      return listed.stdout.trimEnd().split('\n');
    }
    return undefined;
  });
}

test.run();
