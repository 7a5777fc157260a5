/** What the planner of a save starts from. */

import type { Facts } from '../facts.ts';
import type { Compression } from './layer-source.ts';

/** As podman names them. A docker-archive of ours is an OCI image layout as well: docker itself writes that since its release 25. */
export const SAVE_FORMATS = ['docker-archive', 'oci-archive', 'oci-dir'] as const;
export type SaveFormat = (typeof SAVE_FORMATS)[number];

/** An image under all the names by which it is saved. */
export interface SavedImage {
  /** With their tags, at least one. */
  readonly names: readonly string[];
  /** The OCI image configuration, byte for byte, and its sha256. */
  readonly config: string;
  readonly id: string;
  /** Numbers of the layers in SaveInput.layers, from 1, lowest first. */
  readonly layers: readonly number[];
}

/** A layer of the store. */
export interface SavedLayer {
  /** sha256 of its plain archive. */
  readonly digest: string;
  /** The archive as the store keeps it; without it, the layer's files are packed again. */
  readonly archive?: { readonly compression?: Compression };
}

export interface SaveInput {
  /** Each once, at least one. */
  readonly images: readonly SavedImage[];
  /** Each once, whichever images have it. */
  readonly layers: readonly SavedLayer[];
  readonly format: SaveFormat;
  /** Absolute path of what is written, without links; without it an archive goes to stdout. */
  readonly output?: string;
  /** Unique name of the workspace: letters and digits. */
  readonly id: string;
  readonly facts: Facts;
}
