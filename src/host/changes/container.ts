/** A container, and an image, as stacks of directories to look at. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Entry } from '../../plan/changes/change.ts';
import { shown } from '../../plan/names.ts';
import { inodeOf } from '../../plan/prune.ts';
import { layerLinks, noWritableLayer } from '../container-layers.ts';
import { type StoredContainer, upperIdentity } from '../containers.ts';
import { findInLayers } from '../in-root.ts';
import type { StorePaths } from '../store-paths.ts';
import { entryIn, withDirectory } from './directory.ts';

/** A container's directories. */
export interface Stack {
  /** The container's own, topmost first: the writable layer, then those that forks froze. */
  readonly own: readonly string[];
  /** Those of its image, topmost first. */
  readonly lower: readonly string[];
  /** Where the container sees mounts of the user's, as paths without links. */
  readonly mounts: readonly string[];
  /** How its root directory was made. */
  readonly root: Entry | undefined;
  /** The container's directory, and the inode number of its writable layer. */
  readonly directory: string;
  readonly inode: string;
}

/** The container's directories. Throws a UserError when there is no such container, or nothing to look at yet. */
export async function containerStack(
  paths: StorePaths,
  container: Pick<StoredContainer, 'name' | 'directory' | 'state' | 'layers' | 'frozen' | 'upper' | 'mounts'>,
): Promise<Stack> {
  const { directory: at } = container;
  if (container.upper === undefined) throw noWritableLayer(container);
  const real = (link: string) => realpathSync(join(paths.links, link));
  const links = layerLinks(paths, container);
  const directories = links.filter(link => !container.frozen.includes(link)).map(real);
  const frozen = links.filter(link => container.frozen.includes(link)).map(real);
  return {
    own: [join(at, 'upper'), ...frozen.toReversed()],
    lower: directories.toReversed(),
    mounts: mountPlaces(directories, container.mounts),
    root: withDirectory(at, [], directory => entryIn(directory, Buffer.from('merged'))),
    directory: at,
    inode: inodeOf(container.upper),
  };
}

/** All directories that a container sees joined, lowest first. */
export function allLayers({ own, lower }: Pick<Stack, 'own' | 'lower'>): readonly string[] {
  return [...own, ...lower].toReversed();
}

/** Where mounts are in the root that these directories (lowest first) make: links on the way lead somewhere in it. */
export function mountPlaces(directories: readonly string[], mounts: readonly string[]): readonly string[] {
  return mounts.map(mount => {
    const found = findInLayers(directories, mount);
    return found.type === 'unknown' ? mount : found.place;
  });
}

/** Mount points and the directories above them, as keys. */
export function oursOf(mounts: readonly string[]): ReadonlySet<string> {
  return new Set(
    mounts.flatMap(mount => {
      const names = mount.split('/').filter(name => name !== '');
      return names.map((_, index) =>
        Buffer.from(`/${names.slice(0, index + 1).join('/')}`).toString('latin1'),
      );
    }),
  );
}

/**
 * Throws a UserError when the container is no longer the one that was looked at, with everything that it wrote: it ended, or it was forked, and what was
 * found does not belong together.
 */
export function assertStillThere({ directory, inode }: Stack, name: string): void {
  const now = upperIdentity(directory);
  if (now !== undefined && inodeOf(now) === inode) return;
  throw now === undefined
    ? new UserError(`The container ${shown(name)} ended meanwhile, and took its changes with it.`, {
        hint: 'run --keep keeps them.',
      })
    : new UserError(`The container ${shown(name)} was forked meanwhile.`, { hint: 'Try again.' });
}
