/** What the store takes on disk, and how much of it could go. Read-only. */

import { join } from 'node:path';
import { listContainers, recordedLinks } from './containers.ts';
import { diskUsage, type Usage } from './disk-usage.ts';
import { filesIn, listImages } from './images.ts';
import { findUnused } from './layer-use.ts';
import { findLeftovers } from './leftovers.ts';
import type { StorePaths } from './store-paths.ts';

export interface KindUsage {
  readonly kind: 'Images' | 'Containers' | 'Operations' | 'Leftovers';
  readonly total: number;
  /** Images that a container stands on; containers that run. */
  readonly active: number;
  readonly size: Usage;
  readonly reclaimable: Usage;
}

const NOTHING: Usage = { bytes: 0, complete: true };

/** Images, with each layer counted once; containers, each with all that lies in its directory, and layers that forks froze; recordings of what was done; and what prune would remove. */
export async function storeUsage(paths: StorePaths): Promise<readonly KindUsage[]> {
  const containers = (await listContainers(paths)).filter(({ state }) => state !== 'leftover');
  const images = listImages(paths);
  const { found } = await findLeftovers(paths);
  const used = new Set(containers.flatMap(({ layers }) => layers));
  const unused = await findUnused(paths, () => true, false);
  const layers = new Set(images.flatMap(image => image.layers.map(({ digest }) => digest)));
  const directories = containers.map(({ directory, state }) => ({ state, usage: diskUsage(directory) }));
  const running = containers.filter(({ state }) => state === 'alive').flatMap(recordedLinks);
  const frozen = [...new Set(containers.flatMap(container => container.frozen))].map(link => ({
    runs: running.includes(link),
    usage: diskUsage(join(paths.links, link)),
  }));
  const operations = filesIn(paths.ops);
  const left = { bytes: found.reduce((sum, { bytes }) => sum + bytes, 0), complete: true };
  return [
    {
      kind: 'Images',
      total: images.length,
      active: images.filter(image => image.layers.some(({ link }) => used.has(link))).length,
      size: sumOf([...layers].map(digest => diskUsage(join(paths.layers, digest)))),
      reclaimable: sumOf(unused.layers.map(({ digest }) => diskUsage(join(paths.layers, digest)))),
    },
    {
      kind: 'Containers',
      total: containers.length,
      active: containers.filter(({ state }) => state === 'alive').length,
      size: sumOf([...directories, ...frozen].map(({ usage }) => usage)),
      reclaimable: sumOf([
        ...directories.flatMap(({ state, usage }) => (state === 'alive' ? [] : [usage])),
        ...frozen.flatMap(({ runs, usage }) => (runs ? [] : [usage])),
      ]),
    },
    {
      kind: 'Operations',
      total: operations.length,
      active: 0,
      size: operations.length === 0 ? NOTHING : diskUsage(paths.ops),
      // They are bounded by themselves.
      reclaimable: NOTHING,
    },
    { kind: 'Leftovers', total: found.length, active: 0, size: left, reclaimable: left },
  ];
}

function sumOf(usages: readonly Usage[]): Usage {
  return {
    bytes: usages.reduce((sum, { bytes }) => sum + bytes, 0),
    complete: usages.every(({ complete }) => complete),
  };
}
