/** The container that is to be forked, as it is at this moment. Read-only. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { ForkInput } from '../plan/fork/plan-fork.ts';
import { MOST_LAYERS } from '../plan/image/image.ts';
import { shown } from '../plan/names.ts';
import { inodeOf } from '../plan/prune.ts';
import { layerLinks, noWritableLayer } from './container-layers.ts';
import type { StoredContainer } from './containers.ts';
import { requireContainer } from './no-container.ts';
import type { StorePaths } from './store-paths.ts';

export interface ForkSource {
  readonly from: ForkInput['from'];
  /** Something is in its writable layer that the plan of a run did not make. */
  readonly wrote: boolean;
}

/** Made in every writable layer. */
const OWN = ['proc', 'sys', 'dev'];

/** Throws a UserError when there is no such container, or none that could be forked. */
export async function forkSource(paths: StorePaths, name: string): Promise<ForkSource> {
  const container = await requireContainer(paths, name, 'kept');
  const { directory, record, state, upper } = container;
  if (state !== 'kept' || record === undefined) throw notKept(container);
  const links = layerLinks(paths, container);
  if (upper === undefined) throw noWritableLayer(container);
  const wrote = hasEntries(join(directory, 'upper'));
  if (wrote && links.length >= MOST_LAYERS) throw tooMany(name, links.length);
  const volumes = existsSync(join(directory, 'volumes'));
  return { from: { name, record, upper, inode: inodeOf(container.identity), volumes }, wrote };
}

function notKept({ name, state }: StoredContainer): UserError {
  if (state === 'alive')
    return new UserError(
      `The container ${shown(name)} runs, so its writable layer is in use and can not become a layer of another.`,
      {
        hint: `End it first, if it was run with --keep; or make an image of it as it is now: tinydocker commit ${name} IMAGE.`,
      },
    );
  return new UserError(`The container ${shown(name)} is what a killed run left behind.`, {
    hint: 'tinydocker prune removes it.',
  });
}

function tooMany(name: string, count: number): UserError {
  return new UserError(
    `The container ${shown(name)} stands on ${count} layers, and one overlay can join ${MOST_LAYERS}.`,
    {
      hint: `As one layer it can be used: tinydocker export ${name} -o ${name}.tar, then tinydocker image import.`,
    },
  );
}

/** Of a directory that is closed to us, it has to be assumed. */
function hasEntries(upper: string): boolean {
  try {
    return readdirSync(upper).some(name => !OWN.includes(name));
  } catch {
    return true;
  }
}
