/** A container, and an image, as stacks of directories to look at. */

import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Entry } from '../../plan/changes/change.ts';
import { shown } from '../../plan/names.ts';
import { layerLinks } from '../container-layers.ts';
import type { StoredContainer } from '../containers.ts';
import { findInLayers } from '../in-root.ts';
import type { StorePaths } from '../store-paths.ts';
import { entryIn, withDirectory } from './directory.ts';

/** A container's directories. */
export interface Stack {
  readonly upper: string;
  /** Topmost first. */
  readonly lower: readonly string[];
  /** Where the container sees mounts of the user's, as paths without links. */
  readonly mounts: readonly string[];
  /** How its root directory was made. */
  readonly root: Entry | undefined;
}

/** The container's directories. Throws a UserError when there is no such container, or nothing to look at yet. */
export async function containerStack(
  paths: StorePaths,
  name: string,
  container: Pick<StoredContainer, 'name' | 'directory' | 'state' | 'layers' | 'mounts'>,
): Promise<Stack> {
  const upper = join(container.directory, 'upper');
  if (!existsSync(upper))
    throw new UserError(
      `The container ${shown(name)} has no writable layer: it is being made, or was being made when it died.`,
      {
        hint:
          container.state === 'leftover'
            ? 'tinydocker prune removes what is left of it.'
            : 'Try again in a moment.',
      },
    );
  const directories = layerLinks(paths, container).map(link => realpathSync(join(paths.links, link)));
  return {
    upper,
    lower: directories.toReversed(),
    mounts: mountPlaces(directories, container.mounts),
    root: withDirectory(container.directory, [], directory => entryIn(directory, Buffer.from('merged'))),
  };
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

/** Whether the container is the one that was looked at, with everything that it wrote. */
export function stillThere({ upper }: Stack): boolean {
  return lstatSync(upper, { throwIfNoEntry: false }) !== undefined;
}
