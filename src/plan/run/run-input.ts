/** What the planners of a run start from, and the undos that their steps share. */

import type { Facts } from '../facts.ts';
import type { Layer } from '../image/image.ts';
import type { Spec } from '../spec.ts';
import type { Step, Undo } from '../step.ts';

/** What a run needs to know besides the specification. */
export interface Container {
  readonly name: string;
  /** The image's name, for the record; what is mounted are the layers. */
  readonly image: string;
  /** Keep the writable layer when the container ends. */
  readonly keep: boolean;
  /** Whether the container reads the caller's stdin. */
  readonly stdin: boolean;
  /** Nobody watches: output goes to a log of at most `max` bytes, and the plan goes on in the background. */
  readonly log?: { readonly max: number };
  /** What stops it: `SIGTERM` if left out. */
  readonly stopSignal?: string;
  /** It was kept, and starts once more. The id is unique, and is part of a name; `upper` is the inode number of its writable layer. */
  readonly again?: { readonly id: string; readonly upper: string };
  /** PID 1 is a small init, the machine's or a few lines for the image's sh, and starts the command. */
  readonly init?: boolean;
}

export interface RunInput {
  readonly spec: Spec;
  readonly container: Container;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** Paths of volumes that the image declares; see ImageVolumes. */
  readonly imageVolumes?: readonly string[];
  readonly facts: Facts;
}

/** The undo of everything that lives in the container's namespaces. */
export const DIES_WITH_INIT = (reason: string) =>
  ({ type: 'with', step: 'start-init', reason }) as const satisfies Step['undo'];

/** The undo of every file in the container's directory. */
export const IN_DIRECTORY = {
  type: 'with',
  step: 'reserve-name',
  reason: "it lies in the container's directory",
} as const satisfies Undo;
