/** How the files of a container can be reached at this moment. */

import { UserError } from '../errors.ts';
import type { ContainerView } from '../plan/files/view.ts';
import { shown } from '../plan/names.ts';
import { inodeOf } from '../plan/prune.ts';
import { layerLinks, noWritableLayer } from './container-layers.ts';
import { recordedInit } from './init-process.ts';
import { requireContainer } from './no-container.ts';
import type { StorePaths } from './store-paths.ts';

/** Throws a UserError when there is no such container, or none that could be reached. */
export async function containerView(paths: StorePaths, name: string): Promise<ContainerView> {
  const container = await requireContainer(paths, name);
  if (container.state === 'leftover')
    throw new UserError(`The container ${shown(name)} is what a killed run left behind.`, {
      hint: 'tinydocker prune removes it.',
    });
  if (container.state === 'kept') {
    const links = layerLinks(paths, container);
    if (container.upper === undefined) throw noWritableLayer(container);
    return { name, type: 'kept', links, upper: inodeOf(container.upper) };
  }
  const init = recordedInit(container.directory);
  if (init === undefined)
    throw new UserError(`The container ${shown(name)} is just being made, or just ending.`, {
      hint: 'Try again in a moment.',
    });
  return { name, type: 'running', init };
}
