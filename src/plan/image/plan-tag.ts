/** Another name for an image: an import of layers that the store has. Pure. */

import type { Plan } from '../step.ts';
import type { ImageRecord } from './image.ts';
import type { ImportInput } from './import-input.ts';
import { importParts } from './plan-import.ts';

export interface TagInput extends Pick<ImportInput, 'links' | 'id' | 'facts'> {
  readonly image: ImageRecord;
  /** With its tag. */
  readonly name: string;
}

/** The plan that gives an image another name. */
export function planTag({ image, name, links, id, facts }: TagInput): Plan {
  return {
    kind: 'tag',
    subject: name,
    summary: `give ${image.name} the name ${name}`,
    ...importParts({
      images: [{ ...image, name, layers: image.layers.map((_, index) => index + 1) }],
      sources: image.layers.map(({ digest }) => ({ type: 'stored', digest })),
      links,
      id,
      facts,
    }),
    notes: [],
  };
}
