/** A container that runs, as somebody needs it who wants to enter it: its init, what was written down about it, and its files as they are now. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { failureError, UserError, valueOf } from '../errors.ts';
import { completeSpec } from '../plan/create-spec.ts';
import { shown } from '../plan/names.ts';
import type { ContainerRecord } from '../plan/run/record.ts';
import type { Spec } from '../plan/spec.ts';
import { type ResolvedUser, resolveUser } from '../plan/user.ts';
import { checkCommand, coveredPaths } from './command-check.ts';
import { layerLinks } from './container-layers.ts';
import { LARGEST_TABLE } from './images.ts';
import { findInLayers } from './in-root.ts';
import type { Init } from './init-process.ts';
import { readInContainer } from './live-root.ts';
import { runningContainer } from './running-container.ts';
import type { StorePaths } from './store-paths.ts';

export interface EnteredContainer {
  readonly name: string;
  readonly init: Init;
  readonly record: ContainerRecord;
  /** The container's own specification. */
  readonly spec: Spec;
  /** The directories that overlay joins, lowest first, the writable one last. */
  readonly layers: readonly string[];
  /** Paths on which something else is mounted. */
  readonly covered: readonly string[];
}

/** Throws a UserError when there is no such container, or it does not run (yet, or any more). */
export async function containerToEnter(paths: StorePaths, name: string): Promise<EnteredContainer> {
  const { container, status } = await runningContainer(paths, name);
  const { directory, record } = container;
  const { init } = status;
  if (record === undefined)
    throw new UserError(`Nobody knows what the container ${shown(name)} is: its record is damaged.`, {
      hint: 'tinydocker export reaches its files.',
    });
  const spec = completeSpec(record);
  const layers = [
    ...layerLinks(paths, container).map(link => realpathSync(join(paths.links, link))),
    join(directory, 'upper'),
  ];
  const volumes = record.imageVolumes.map(destination => ({
    destination,
    type: '',
    source: '',
    options: [],
  }));
  const covered = coveredPaths({ mounts: [...spec.mounts, ...volumes] }, layers);
  return { name, init, record, spec, layers, covered };
}

/** `user[:group]` in the container's own passwd(5) and group(5), as they are now. Throws a UserError when it is not there. */
export function userIn({ init }: Pick<EnteredContainer, 'init'>, text: string): ResolvedUser {
  const table = (path: string) => readInContainer(init, path, LARGEST_TABLE)?.toString('utf8') ?? '';
  return valueOf(resolveUser(text, table('/etc/passwd'), table('/etc/group'), 'The container'));
}

/** Whether a program of that name is in one of the directories of PATH. What can not be seen from here is taken to be there. */
export function hasProgram(
  { layers, covered }: Pick<EnteredContainer, 'layers' | 'covered'>,
  path: string,
  name: string,
): boolean {
  return path.split(':').some(directory => {
    const found = findInLayers(layers, `${directory}/${name}`, covered);
    return found.type === 'unknown' || (found.type === 'found' && (found.stats.mode & 0o111) !== 0);
  });
}

/** Throws a UserError, with docker's exit status, when the command can be seen not to be executable. */
export function checkCommandIn({ layers }: Pick<EnteredContainer, 'layers'>, spec: Spec): void {
  const failure = checkCommand(spec, layers, 'the container');
  if (failure !== undefined) throw failureError([failure]);
}
