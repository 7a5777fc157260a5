/** What the planners of an import start from. */

import type { Arg } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { ImageConfig } from './image.ts';
import type { Compression, LayerSource } from './layer-source.ts';

/** An image that an import makes. */
export interface ImportedImage {
  /** With its tag. */
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  /** Numbers of the layers in ImportInput.sources, from 1, lowest first, at least one. */
  readonly layers: readonly number[];
  readonly config: ImageConfig;
  /** See ImageRecord; the digest of a layer of its own is known only when that has been read. */
  readonly source?: Arg;
}

export interface ImportInput {
  /** At least one. */
  readonly images: readonly ImportedImage[];
  /** What the layers come from, each once, at least one. */
  readonly sources: readonly LayerSource[];
  /** One for each source: the name of its short link, 8 characters [A-Z0-9] that nobody else uses. */
  readonly links: readonly string[];
  /** The archive that holds layers of type `member`, if it is compressed as a whole: it is decompressed into the workspace first. */
  readonly archive?: { readonly path: string; readonly compression: Compression };
  /** The most that an archive may become when it is decompressed, and a file when it is unpacked, in bytes; without it there is no limit. */
  readonly maxSize?: number;
  /** Unique name of the workspace: letters and digits. */
  readonly id: string;
  readonly facts: Facts;
}
