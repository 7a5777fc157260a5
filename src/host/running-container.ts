/** A container that has to run for what is asked. */

import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { type ContainerLook, lookAt } from './container-look.ts';
import type { ContainerStatus } from './container-status.ts';
import { requireContainer } from './no-container.ts';
import type { StorePaths } from './store-paths.ts';

export type RunningContainer = Omit<ContainerLook, 'status'> & {
  readonly status: Extract<ContainerStatus, { type: 'running' }>;
};

/** Throws a UserError when there is no such container. */
export async function existingContainer(paths: StorePaths, name: string): Promise<ContainerLook> {
  const container = await requireContainer(paths, name);
  return lookAt(container);
}

/** Throws a UserError when there is no such container, or when it does not run. */
export async function runningContainer(paths: StorePaths, name: string): Promise<RunningContainer> {
  const look = await existingContainer(paths, name);
  const { status } = look;
  if (status.type === 'running') return { ...look, status };
  if (look.container.state === 'alive')
    throw new UserError(`The container ${shown(name)} is just being made, or just ending.`, {
      hint: 'Try again in a moment.',
    });
  throw new UserError(`The container ${shown(name)} does not run.`, {
    hint:
      look.container.state === 'kept'
        ? `It has ended, and was kept: tinydocker start ${name} starts it again.`
        : 'It is what a killed run left behind: tinydocker prune removes it.',
  });
}
