/** Containers with what they do at this moment, for the verbs that list and describe them. Read-only. */

import { type ContainerStatus, containerStatus, createdAt } from './container-status.ts';
import { listContainers, type StoredContainer } from './containers.ts';
import type { StorePaths } from './store-paths.ts';

export interface ContainerLook {
  readonly container: StoredContainer;
  readonly status: ContainerStatus;
  /** When it was made, as far as that is known. */
  readonly created: Date | undefined;
}

/** All containers, the newest first, as docker lists them. */
export async function lookAtContainers(paths: StorePaths): Promise<readonly ContainerLook[]> {
  const looks = (await listContainers(paths)).map(lookAt);
  return looks.toSorted((one, other) => createdTime(other) - createdTime(one));
}

export function lookAt(container: StoredContainer): ContainerLook {
  const { directory, state, journal } = container;
  return { container, status: containerStatus(directory, state, journal), created: createdAt(directory) };
}

/** docker's created, running and exited; and lost, when nobody lived to see how it ended. */
export function stateWord(look: ContainerLook): 'created' | 'running' | 'exited' | 'lost' {
  return lossOf(look) === undefined ? look.status.type : 'lost';
}

/** Why nobody knows how the container ended; undefined when that is known, or when it has not. */
export function lossOf({
  container,
  status,
}: Pick<ContainerLook, 'container' | 'status'>): string | undefined {
  // One that was kept and never ran is what a fork makes.
  if (status.type === 'created' && container.state === 'leftover') return 'Lost: its set-up was broken off';
  if (status.type !== 'lost') return undefined;
  return status.cause === 'gone: the machine restarted'
    ? 'Gone: the machine restarted'
    : `Lost: ${status.cause}`;
}

/** Milliseconds since 1970; one of which nobody knows is the oldest. */
export function createdTime({ created }: Pick<ContainerLook, 'created'>): number {
  return created?.getTime() ?? 0;
}
