/** What the planners of an import start from. */

import type { Facts } from '../facts.ts';
import type { ImageConfig } from './image.ts';
import type { ImportSource } from './layer.ts';

export interface ImportInput {
  /** The image's name with its tag. */
  readonly name: string;
  /** Lowest first, at least one. */
  readonly sources: readonly ImportSource[];
  /** One for each source: the name of its short link, 8 characters [A-Z0-9] that nobody else uses. */
  readonly links: readonly string[];
  /** Unique name of the workspace: letters and digits. */
  readonly id: string;
  /** ISO 8601. */
  readonly created: string;
  readonly config: ImageConfig;
  readonly facts: Facts;
}
