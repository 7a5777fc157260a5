/** One image of an archive: its configuration, and where its layers are. */

import { UserError } from '../errors.ts';
import type { LayerSource } from '../plan/image/layer-source.ts';
import { type OciConfig, parseOciConfig } from '../plan/image/oci-config.ts';
import { shown } from '../plan/names.ts';
import type { Members } from './members.ts';

/** An image as an archive describes it. */
export interface ArchivedImage {
  /** As the archive spells them; none for an image without a name. */
  readonly names: readonly string[];
  /** The configuration, byte for byte. */
  readonly text: string;
  readonly config: OciConfig;
  /** Lowest first. */
  readonly layers: readonly LayerSource[];
}

/** The image of a configuration and of the files that hold its layers. Throws a UserError when they do not fit together. */
export async function archivedImage(
  members: Members,
  names: readonly string[],
  text: string,
  files: readonly string[],
): Promise<ArchivedImage> {
  const parsed = parseOciConfig(text);
  if (!parsed.ok) throw new UserError(`${shown(members.archive)}: ${parsed.failures[0]?.message}`);
  const config = parsed.value;
  if (config.diffIds.length !== files.length)
    throw new UserError(
      `${shown(members.archive)} is damaged: an image's manifest names ${files.length} layers, its configuration ${config.diffIds.length}.`,
    );
  const layers: LayerSource[] = [];
  for (const [index, file] of files.entries())
    layers.push(await members.layer(file, config.diffIds[index] ?? ''));
  return { names, text, config, layers };
}
