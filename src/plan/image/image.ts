/** What an image is to the planner: its layers, its configuration, and the files that say who its users are. */

import { shown } from '../names.ts';
import type { PlanFailure } from '../result.ts';

/**
 * What one image may have. mount(2) takes a page of options (4096 bytes at least, with the NUL at the end), and cuts off the rest without a word; a layer takes
 * 11 of them, the names of the container's own directories at most 227. The kernel's own limit, OVL_MAX_STACK, is 500.
 */
export const MOST_LAYERS = 350;

/** The part of the OCI image configuration that we honour; see "Image Configuration" in the OCI image specification. */
export interface ImageConfig {
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
}

export interface Layer {
  /** sha256 of the uncompressed tar ("diffID"), 64 hexadecimal digits. */
  readonly digest: string;
  /** Name of the short link `l/NAME`: an option string of mount(2) has to fit in one page, whatever the number of layers. */
  readonly link: string;
}

/** What a layer's directory in the store holds: its files; its archive, plain or compressed, for whoever wants the very bytes back; the paths of its opaque directories. */
export const LAYER_FILES = 'files';
export const LAYER_ARCHIVE = 'archive';
export const LAYER_OPAQUE = 'opaque';

/** An image as the store records it. */
export interface ImageRecord {
  readonly version: 1;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
  /** The OCI image configuration that the image came with, byte for byte; its sha256 is what docker and podman call the image's id. */
  readonly source?: string;
}

export interface Image extends ImageRecord {
  /** The image's /etc/passwd and /etc/group, empty when it has none. */
  readonly passwd: string;
  readonly group: string;
}

/** What is wrong with an image of so many different layers, or undefined. */
export function tooManyLayers(name: string, layers: readonly string[]): PlanFailure | undefined {
  const count = new Set(layers).size;
  if (count <= MOST_LAYERS) return undefined;
  return {
    code: 'too-many-layers',
    message: `The image ${shown(name)} has ${count} layers, and one overlay can join ${MOST_LAYERS}.`,
    hint: 'As one layer it can be used: podman export makes a tar of its root file system, for tinydocker image import.',
  };
}
