/** The container of a name, and what is said when there is none. */

import { UserError } from '../errors.ts';
import { containerNameFailure, nearNames, shown } from '../plan/names.ts';
import { findContainer, listContainers, type StoredContainer } from './containers.ts';
import type { StorePaths } from './store-paths.ts';

/** Those that the verb could have meant. */
export type Among = 'all' | 'kept';

const THERE_ARE: Readonly<Record<Among, string>> = { all: 'There are', kept: 'Kept are' };
const THERE_IS_NONE: Readonly<Record<Among, string>> = {
  all: 'None runs, and none is kept',
  kept: 'None is kept',
};

/** The container of that name. Throws a UserError when there is none, or when no container could have such a name. */
export async function requireContainer(
  paths: StorePaths,
  name: string,
  among: Among = 'all',
): Promise<StoredContainer> {
  const container = containerNameFailure(name) === undefined ? await findContainer(paths, name) : undefined;
  if (container === undefined) throw await noSuchContainer(paths, name, among);
  return container;
}

/** The error, with similar names, or those that there are, as the way out. */
export async function noSuchContainer(paths: StorePaths, name: string, among: Among): Promise<UserError> {
  const names = (await listContainers(paths))
    .filter(({ state }) => among === 'all' || state === among)
    .map(container => container.name);
  const near = nearNames(name, names);
  return new UserError(`There is no container ${shown(name)}.`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : names.length > 0
          ? `${THERE_ARE[among]}: ${names.slice(0, 8).join(', ')}.`
          : `${THERE_IS_NONE[among]}: without --keep a container takes itself away.`,
  });
}
