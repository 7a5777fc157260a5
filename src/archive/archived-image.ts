/** One image of an archive: its configuration, and where its layers are. */

import { UserError } from '../errors.ts';
import type { LayerSource } from '../plan/image/layer-source.ts';
import { type OciConfig, parseOciConfig } from '../plan/image/oci-config.ts';
import { shown } from '../plan/names.ts';

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

/**
 * The image of a configuration and of what its manifest names as layers, lowest first; `layerOf` says where one of them is. Throws a UserError, which calls
 * where they come from `origin`, when they do not fit together.
 */
export async function archivedImage<Named>(
  origin: string,
  names: readonly string[],
  text: string,
  named: readonly Named[],
  layerOf: (layer: Named, diffId: string) => LayerSource | Promise<LayerSource>,
): Promise<ArchivedImage> {
  const parsed = parseOciConfig(text);
  if (!parsed.ok) throw new UserError(`${shown(origin)}: ${parsed.failures[0]?.message}`);
  const config = parsed.value;
  if (config.diffIds.length !== named.length)
    throw new UserError(
      `${shown(origin)} is damaged: an image's manifest names ${named.length} layers, its configuration ${config.diffIds.length}.`,
    );
  const layers: LayerSource[] = [];
  for (const [index, layer] of named.entries())
    layers.push(await layerOf(layer, config.diffIds[index] ?? ''));
  return { names, text, config, layers };
}
