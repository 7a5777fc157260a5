/** What is written down about a container, `container.json` in its directory: enough to start it again, and for other commands to know what it is. Pure. */

import type { SpecParts } from '../create-spec.ts';
import { userMounts } from './mounts.ts';
import type { RunInput } from './run-input.ts';

/** What is left out of its specification is the same for every container: `completeSpec` puts it back. */
export interface ContainerRecord extends SpecParts {
  readonly version: 1;
  /** The name of the image that it was made of; what counts are the layers. */
  readonly image: string;
  /** Short links of the image's layers, lowest first. */
  readonly layers: readonly string[];
  /** Short links of writable layers that were frozen by a fork, above the image's, lowest first. */
  readonly frozen?: readonly string[];
  /** Its writable layer stays when it ends. */
  readonly keep: boolean;
  /** It reads what its caller types. */
  readonly stdin: boolean;
  /** What stops it, by the image or the user: `SIGTERM` if left out. */
  readonly stopSignal?: string;
  /** Its PID 1 is a small init. */
  readonly init?: boolean;
  /** The most bytes of output that are kept, when it goes to a log. */
  readonly logMax?: number;
  /** Paths of volumes that the image declares. */
  readonly imageVolumes: readonly string[];
}

/** What is written down about the container of a run. */
export function containerRecord({ spec, container, layers, imageVolumes = [] }: RunInput): ContainerRecord {
  const { terminal, user, args, env, cwd } = spec.process;
  return {
    version: 1,
    image: container.image,
    layers: layers.map(({ link }) => link),
    keep: container.keep,
    stdin: container.stdin,
    ...(container.stopSignal === undefined ? {} : { stopSignal: container.stopSignal }),
    ...(container.init ? { init: true } : {}),
    ...(container.log === undefined ? {} : { logMax: container.log.max }),
    process: { terminal, user, args, env, cwd },
    hostname: spec.hostname,
    readonly: spec.root.readonly,
    mounts: userMounts(spec),
    imageVolumes,
  };
}

/** Where something of the user's, or a volume of the image, is mounted: absolute paths in the container. */
export function mountPoints({
  mounts,
  imageVolumes,
}: Pick<ContainerRecord, 'mounts' | 'imageVolumes'>): readonly string[] {
  return [...mounts.map(({ destination }) => destination), ...imageVolumes];
}
