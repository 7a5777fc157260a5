/** What can be told of an image beyond its record: its id, its configuration, what its layers take. */

import { UserError } from '../errors.ts';
import type { ImageRecord } from '../plan/image/image.ts';
import { type OciConfig, ociConfigText, parseOciConfig } from '../plan/image/oci-config.ts';
import { shown } from '../plan/names.ts';
import { architecture } from './architecture.ts';
import { diskUsage, type Usage } from './disk-usage.ts';
import { layerDirectories } from './images.ts';
import { sha256 } from './sha256.ts';
import type { StorePaths } from './store-paths.ts';

/** Digits of an id that are shown, as docker does. */
export const SHORT_ID = 12;

/** sha256 of the image's configuration, 64 hexadecimal digits: what docker and podman call its id. */
export function imageId(image: ImageRecord): string {
  return sha256(ociConfigText(image, architecture()));
}

/** The image's configuration. Throws a UserError when the record holds one that can't be used. */
export function imageConfig(image: ImageRecord): OciConfig {
  const parsed = parseOciConfig(ociConfigText(image, architecture()));
  if (!parsed.ok)
    throw new UserError(`The record of ${shown(image.name)} is damaged: ${parsed.failures[0]?.message}`);
  return parsed.value;
}

/** What each layer takes on disk, lowest first. */
export function layerUsages(paths: StorePaths, image: ImageRecord): readonly Usage[] {
  return layerDirectories(paths, image).map(diskUsage);
}
