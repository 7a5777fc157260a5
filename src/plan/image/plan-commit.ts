/** An image of what a container changed: an import of the layers that it stands on, and of one new layer for each of its own. Pure. */

import { arg, C, STORE } from '../arg.ts';
import type { Plan } from '../step.ts';
import { type Commit, committedConfig } from './committed-config.ts';
import { LAYER_FILES } from './image.ts';
import type { ImportInput } from './import-input.ts';
import { digestOf } from './layer.ts';
import type { ChangesSource, LayerSource } from './layer-source.ts';
import { importNotes, importParts } from './plan-import.ts';

export interface CommitInput
  extends Pick<ImportInput, 'links' | 'id' | 'facts' | 'maxSize'>,
    Pick<ChangesSource, 'mounts' | 'only' | 'except'>,
    Commit {
  readonly container: string;
  /** The image's name, with its tag. */
  readonly image: string;
  /** Digests of the image's layers that the container stands on, lowest first, at least one. */
  readonly layers: readonly string[];
  /** Names in the store of the layers above these that forks froze, lowest first. */
  readonly frozen: readonly string[];
  /** The inode number of its writable layer, where it is known; see ChangesSource. */
  readonly inode?: string;
  /** The OCI configuration of the image with these layers. */
  readonly base: string;
  /** What goes in, one line for each change, when that is known. */
  readonly contents?: readonly string[];
  readonly notes: readonly string[];
}

/** The plan that makes an image of a container's changes. `links` has one name for each layer of the image and each that was frozen, and one more. */
export function planCommit(input: CommitInput): Plan {
  const { container, image, layers, frozen, inode, facts, created, contents, mounts, only, except } = input;
  const changes = { type: 'changes', root: arg`${C}/merged`, mounts, only, except } as const;
  const sources: readonly LayerSource[] = [
    ...layers.map(digest => ({ type: 'stored', digest }) as const),
    ...frozen.map(name => ({ ...changes, path: arg`${STORE}/layers/${name}/${LAYER_FILES}` })),
    { ...changes, path: arg`${C}/upper`, ...(inode === undefined ? {} : { inode }) },
  ];
  const numbers = sources.map((_, index) => index + 1);
  const { variables, ...parts } = importParts({
    ...input,
    images: [
      {
        name: image,
        created,
        layers: numbers,
        ...committedConfig(input.base, numbers.slice(layers.length).map(digestOf), input),
      },
    ],
    sources,
  });
  return {
    kind: 'commit',
    subject: image,
    summary: `make the image ${image} of what ${container} changed`,
    ...parts,
    variables: variables.flatMap(variable =>
      variable.name === STORE.var
        ? [
            variable,
            {
              name: C.var,
              value: arg`${STORE}/containers/${container}`,
              meaning: "the container's directory",
            },
          ]
        : [variable],
    ),
    notes: [...importNotes(facts), ...input.notes],
    ...(contents === undefined
      ? {}
      : { contents: { title: 'What goes in: A added, C changed, D deleted.', lines: contents } }),
  };
}
