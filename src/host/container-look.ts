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

/** Milliseconds since 1970; one of which nobody knows is the oldest. */
export function createdTime({ created }: Pick<ContainerLook, 'created'>): number {
  return created?.getTime() ?? 0;
}
