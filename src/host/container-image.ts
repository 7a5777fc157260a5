/** Which image a container stands on: by its layers, because a name may mean another image by now. Read-only. */

import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRecord } from '../plan/image/image.ts';
import { ociConfigText } from '../plan/image/oci-config.ts';
import { architecture } from './architecture.ts';
import type { StoredContainer } from './containers.ts';
import { imageConfig } from './image-details.ts';
import { listImages } from './images.ts';
import { digestOfLayer, type StorePaths } from './store-paths.ts';

export interface ContainerImage {
  /** Digests of its layers, lowest first. */
  readonly layers: readonly string[];
  /** Names in the store of the layers above these that forks froze, lowest first. */
  readonly frozen: readonly string[];
  /** Its OCI configuration. */
  readonly config: string;
  /** Whether an image with these layers is still there. Without one, the configuration names the layers and nothing else. */
  readonly known: boolean;
}

/**
 * The image of the container: the one that it was made of, if that still has the same layers, else any that has them. The container's layers have to be there.
 * Throws a UserError when the image's record holds a configuration that can't be used.
 */
export function imageOfContainer(
  paths: StorePaths,
  { image, layers: links, frozen }: Pick<StoredContainer, 'image' | 'layers' | 'frozen'>,
  created: string,
): ContainerImage {
  const layerOf = (link: string) => digestOfLayer(readlinkSync(join(paths.links, link)));
  const layers = links.map(link => ({ digest: layerOf(link), link }));
  const digests = layers.map(({ digest }) => digest);
  const candidates = listImages(paths).filter(
    record => record.layers.map(({ digest }) => digest).join() === digests.join(),
  );
  const found = candidates.find(({ name }) => name === image) ?? candidates[0];
  const record: ImageRecord = found ?? { version: 1, name: 'unknown', created, layers, config: {} };
  if (found !== undefined) imageConfig(found);
  return {
    layers: digests,
    frozen: frozen.map(layerOf),
    config: ociConfigText(record, architecture()),
    known: found !== undefined,
  };
}
