/** `tinydocker image inspect`: everything that is known of images, as JSON. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { imageConfig, imageId, layerUsages } from '../host/image-details.ts';
import { listImages, requireImage } from '../host/images.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import type { ImageRecord } from '../plan/image/image.ts';
import { parseImageName } from '../plan/names.ts';
import { parseOptions } from './options.ts';

export const help = `Show everything that is known of images, as JSON.

Examples
  tinydocker image inspect debian
  tinydocker image inspect debian | jq -r '.[0].Config.Env[]'

Usage
  tinydocker image inspect IMAGE[:TAG]...

The output is one JSON array, with docker's names.

Options
  -h, --help  print this text

Exit status
  0  done
  1  there is no such image, or the store can not be read
  2  the command line is wrong
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'image inspect', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length === 0)
    throw usageError('image inspect needs the name of an image.', 'tinydocker images lists them.');
  const paths = storePaths(probeFacts().storeRoot);
  const images = positionals.map(name => requireImage(paths, valueOf(parseImageName(name))));
  const all = listImages(paths);
  process.stdout.write(
    `${JSON.stringify(
      images.map(image => imageDescription(paths, image, all)),
      undefined,
      2,
    )}\n`,
  );
  return EXIT.ok;
}

/** Everything that is known of an image, in docker's names. `all` are the images among which its other names are found. */
export function imageDescription(
  paths: StorePaths,
  image: ImageRecord,
  all: readonly ImageRecord[] = listImages(paths),
) {
  const id = imageId(image);
  const config = imageConfig(image);
  return {
    Id: `sha256:${id}`,
    RepoTags: all.filter(other => imageId(other) === id).map(({ name }) => name),
    Created: image.created,
    Architecture: config.architecture,
    Os: config.os,
    Config: config.config,
    RootFS: { Type: 'layers', Layers: image.layers.map(({ digest }) => `sha256:${digest}`) },
    Size: layerUsages(paths, image).reduce((sum, { bytes }) => sum + bytes, 0),
    History: config.history,
  };
}
