/** The layers that a container stands on, as its overlay is mounted. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import type { StoredContainer } from './containers.ts';
import type { StorePaths } from './store-paths.ts';

/**
 * The short links of the layers, lowest first. Overlay takes a directory once: the same layer further up hides all of the one below. Throws a UserError
 * when a layer is gone.
 */
export function layerLinks(
  paths: StorePaths,
  { name, layers }: Pick<StoredContainer, 'name' | 'layers'>,
): readonly string[] {
  const directories = layers.map(link => directoryOf(join(paths.links, link)));
  const missing = directories.indexOf(undefined);
  if (missing >= 0)
    throw new UserError(
      `The layer ${join(paths.links, layers[missing] ?? '')} of the container ${shown(name)} is gone.`,
      { hint: 'Import its image again.' },
    );
  return layers.filter((_, index) => !directories.includes(directories[index], index + 1));
}

/** The directories of the layers that are there, lowest first. */
export function layersOf(paths: StorePaths, { layers }: Pick<StoredContainer, 'layers'>): readonly string[] {
  return layers.flatMap(link => directoryOf(join(paths.links, link)) ?? []);
}

function directoryOf(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}
