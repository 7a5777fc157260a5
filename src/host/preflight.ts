/** What can be seen to be wrong before anything is made: a layer that is gone, a command that is not there, a name that is taken. */

import { diagnosisError, failureError, UserError } from '../errors.ts';
import type { Facts } from '../plan/facts.ts';
import type { Layer } from '../plan/image/image.ts';
import type { Spec } from '../plan/spec.ts';
import { nameInUse } from './causes/name-taken.ts';
import { missingLayer } from './causes/overlay.ts';
import { checkCommand } from './command-check.ts';
import { findContainer, type StoredContainer } from './containers.ts';
import { programHint } from './packages.ts';
import type { StorePaths } from './store-paths.ts';

/** Throws a UserError when the image lacks a layer or the command. `directories` are the layers', lowest first. */
export function checkImage(
  paths: StorePaths,
  layers: readonly Layer[],
  spec: Spec,
  directories: readonly string[],
): void {
  const missing = missingLayer(paths.root, `lowerdir=${layers.map(({ link }) => `l/${link}`).join(':')}`);
  if (missing !== undefined) throw diagnosisError(missing);
  const failure = checkCommand(spec, directories);
  if (failure !== undefined) throw failureError([failure]);
}

/** Throws a UserError when there is nothing that could be the PID 1 of --init. */
export function checkInit(
  { staticInit }: Pick<Facts, 'staticInit'>,
  spec: Spec,
  directories: readonly string[],
): void {
  if (staticInit !== undefined) return;
  const shell: Spec = { ...spec, process: { ...spec.process, args: ['/bin/sh'] } };
  if (checkCommand(shell, directories) === undefined) return;
  throw new UserError('There is no init for --init: the machine has none, and the image has no /bin/sh.', {
    hint: programHint('catatonit'),
  });
}

/** Throws a UserError when a container of that name runs or is kept. Returns a leftover of one that died, which is to be cleaned up first. */
export async function checkName(paths: StorePaths, name: string): Promise<StoredContainer | undefined> {
  const container = await findContainer(paths, name);
  if (container === undefined || container.state === 'leftover') return container;
  throw diagnosisError(nameInUse(name, container.state));
}
