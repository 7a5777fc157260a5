/** From what an archive holds to what an import is planned from. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { newLinkName, newOperationId, timestamp } from '../host/operation.ts';
import { storePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import { tooManyLayers } from '../plan/image/image.ts';
import type { ImportInput } from '../plan/image/import-input.ts';
import type { LayerSource } from '../plan/image/layer-source.ts';
import { parseImageName, shown } from '../plan/names.ts';
import type { ArchivedImage } from './archived-image.ts';
import type { ImageArchive } from './image-archive.ts';

/**
 * The import of all images of an archive under their own names, or of its only one under `name`. A layer that several of them have, or that the store has
 * already, is read once or not at all. Throws a UserError when an image has no name, or one that can not be used.
 */
export function archiveImport(
  path: string,
  { images, compressed }: ImageArchive,
  facts: Facts,
  name?: string,
): ImportInput {
  if (name !== undefined && images.length > 1)
    throw new UserError(
      `${shown(path)} holds ${images.length} images, and ${shown(name)} can name only one.`,
      {
        hint: `tinydocker load ${path} loads them all under their own names: ${images.flatMap(({ names }) => names).join(', ')}.`,
      },
    );
  for (const { names, config } of images) {
    const tooMany = tooManyLayers(name ?? names[0] ?? path, config.diffIds);
    if (tooMany !== undefined) throw new UserError(tooMany.message, tooMany);
  }
  const layers = new Map<string, LayerSource>();
  for (const image of images)
    for (const [index, diffId] of image.config.diffIds.entries())
      layers.set(diffId, stored(facts, diffId) ?? layers.get(diffId) ?? layerOf(image, index));
  const numbers = new Map([...layers.keys()].map((diffId, index) => [diffId, index + 1]));
  const sources = [...layers.values()];
  return {
    images: images.flatMap(image =>
      (name === undefined ? ownNames(path, image) : [name]).map(each => ({
        name: each,
        created: image.config.created ?? timestamp(),
        layers: image.config.diffIds.map(diffId => numbers.get(diffId) ?? 0),
        config: image.config.config,
        source: image.text,
      })),
    ),
    sources,
    links: sources.map(newLinkName),
    id: newOperationId(),
    facts,
    ...(compressed === undefined ? {} : { archive: compressed }),
  };
}

function stored({ storeRoot }: Facts, diffId: string): LayerSource | undefined {
  return existsSync(join(storePaths(storeRoot).layers, diffId))
    ? { type: 'stored', digest: diffId }
    : undefined;
}

function layerOf({ layers }: ArchivedImage, index: number): LayerSource {
  const layer = layers[index];
  if (layer === undefined) throw new RangeError(`an image without its layer ${index + 1}`);
  return layer;
}

function ownNames(path: string, { names, config }: ArchivedImage): readonly string[] {
  if (names.length === 0)
    throw new UserError(
      `${shown(path)} holds an image without a name${config.created === undefined ? '' : `, made ${config.created}`}.`,
      { hint: `Give it one: tinydocker image import NAME ${path}` },
    );
  return names.map(name => {
    const parsed = parseImageName(name.replace(/^docker\.io\/(library\/)?/, ''));
    if (parsed.ok) return parsed.value;
    throw new UserError(`${shown(path)}: ${parsed.failures[0]?.message}`, {
      hint: `Give the image another one: tinydocker image import NAME ${path}`,
    });
  });
}
