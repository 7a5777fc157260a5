/** The layers that a container stands on, as its overlay is mounted. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { recordedLinks, type StoredContainer } from './containers.ts';
import type { StorePaths } from './store-paths.ts';

/**
 * The short links of all layers below the writable one, the image's and those that forks froze, lowest first. Overlay takes a directory once: the same layer
 * further up hides all of the one below. Throws a UserError when a layer is gone.
 */
export function layerLinks(
  paths: StorePaths,
  container: Pick<StoredContainer, 'name' | 'layers' | 'frozen'>,
): readonly string[] {
  const links = recordedLinks(container);
  const directories = links.map(link => directoryOf(join(paths.links, link)));
  const missing = directories.indexOf(undefined);
  if (missing >= container.layers.length) throw forkBrokenOff(container.name);
  if (missing >= 0)
    throw new UserError(
      `The layer ${join(paths.links, links[missing] ?? '')} of the container ${shown(container.name)} is gone.`,
      { hint: 'Import its image again.' },
    );
  return links.filter((_, index) => !directories.includes(directories[index], index + 1));
}

/** The error about a container without a writable layer. */
export function noWritableLayer({
  name,
  frozen,
  state,
}: Pick<StoredContainer, 'name' | 'frozen' | 'state'>): UserError {
  // A fork writes down which layer it becomes before it takes it away.
  if (state === 'kept' && frozen.length > 0) return forkBrokenOff(name);
  return new UserError(
    `The container ${shown(name)} has no writable layer: it is being made, or was being made when it died.`,
    {
      hint: state === 'leftover' ? 'tinydocker prune removes what is left of it.' : 'Try again in a moment.',
    },
  );
}

/** The error about a container whose files are on their way between its writable layer and a frozen one. */
function forkBrokenOff(name: string): UserError {
  return new UserError(
    `The container ${shown(name)} is being forked at this moment, or a fork of it was killed while it moved its files.`,
    { hint: 'Try again in a moment. If it stays so, tinydocker prune puts the files back.' },
  );
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
