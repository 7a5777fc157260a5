/** What a save starts from: images of the store by name, each with its configuration and layers, and what the store has of the layers. */

import { existsSync, lstatSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { ImageRecord } from '../plan/image/image.ts';
import { ociConfigText } from '../plan/image/oci-config.ts';
import type { SavedImage, SavedLayer, SaveInput } from '../plan/image/save-input.ts';
import { shown } from '../plan/names.ts';
import { architecture } from './architecture.ts';
import { imageConfig } from './image-details.ts';
import { requireImage } from './images.ts';
import { compressionOf } from './import-source.ts';
import { sha256 } from './sha256.ts';
import { layerArchive, layerFiles, type StorePaths } from './store-paths.ts';

/** The images with these names. Names of one image, and layers that several have, are put together. Throws a UserError for what is not there, or damaged. */
export function savedImages(
  paths: StorePaths,
  names: readonly string[],
): Pick<SaveInput, 'images' | 'layers'> {
  const numbers = new Map<string, number>();
  const images = new Map<string, SavedImage>();
  for (const name of new Set(names)) {
    const image = requireImage(paths, name);
    const digests = checkedLayers(image);
    const config = ociConfigText(image, architecture());
    const id = sha256(config);
    const same = images.get(id);
    if (same !== undefined) {
      images.set(id, { ...same, names: [...same.names, name] });
      continue;
    }
    for (const digest of digests) if (!numbers.has(digest)) numbers.set(digest, numbers.size + 1);
    images.set(id, { names: [name], config, id, layers: digests.map(digest => numbers.get(digest) ?? 0) });
  }
  return {
    images: [...images.values()],
    layers: [...numbers.keys()].map(digest => savedLayer(paths, digest)),
  };
}

/** The image's layers, which its configuration names as well. */
function checkedLayers(image: ImageRecord): readonly string[] {
  const digests = image.layers.map(({ digest }) => digest);
  if (imageConfig(image).diffIds.join() === digests.join()) return digests;
  throw new UserError(
    `The record of ${shown(image.name)} is damaged: its configuration names other layers than it has.`,
    { hint: 'Import, load or pull the image again.' },
  );
}

function savedLayer(paths: StorePaths, digest: string): SavedLayer {
  const archive = layerArchive(paths, digest);
  const stats = lstatSync(archive, { throwIfNoEntry: false });
  if (stats?.isFile()) {
    const compression = compressionOf(archive, archive);
    return { digest, archive: compression === undefined ? {} : { compression } };
  }
  if (stats !== undefined)
    throw new UserError(`The archive of the layer ${digest} in the store is not a regular file.`, {
      hint: 'Somebody changed the store. Remove the image, and import, load or pull it again.',
    });
  if (existsSync(layerFiles(paths, digest))) return { digest };
  throw new UserError(`The layer ${digest} is not in the store any more.`, {
    hint: 'Import, load or pull the image again.',
  });
}
