/** Why a container could not be forked: what the program that freezes its writable layer said. */

import { basename } from 'node:path';
import { shown } from '../../plan/names.ts';
import { type Cause, type Diagnosis, says } from './scene.ts';

export const forkRefused: Cause = scene => {
  const { plan, step, failure, values } = scene;
  if (plan.kind !== 'fork') return undefined;
  const name = basename(values.get('FROM') ?? '');
  switch (step.id) {
    case 'freeze':
    case 'look-again':
      return refused(shown(name), failure.stderr.trim().split('\n').at(-1) ?? '');
    case 'copy-volumes':
      return says(scene, 'ENOSPC') || says(scene, 'EDQUOT')
        ? {
            cause: `There is no room for a copy of the volumes of ${shown(name)}, so nothing was changed.`,
            hint: 'A fork copies what lies in volumes that the image declares; its other files are shared.',
          }
        : undefined;
    default:
      return undefined;
  }
};

function refused(name: string, said: string): Diagnosis | undefined {
  switch (said) {
    case 'the container is gone':
      return { cause: `The container ${name} was removed meanwhile.` };
    case 'the container is in use':
      return {
        cause: `The container ${name} was started meanwhile, so its writable layer is in use.`,
        hint: 'End it, then try again.',
      };
    case 'the container changed meanwhile':
      return {
        cause: `The container ${name} changed meanwhile: somebody else forked it, or copied files into it.`,
        hint: 'Try again.',
      };
    case 'files are being copied into the container':
      return {
        cause: `Files are just being copied into the container ${name}, or a copy was killed.`,
        hint: 'Try again in a moment. If it stays so, tinydocker prune undoes the killed copy.',
      };
    case 'the layers are on another file system':
      return {
        cause: `The container ${name} and the layers of the store are on different file systems, so nothing can be shared without copying it.`,
        hint: 'Keep the whole store on one file system.',
      };
    default:
      return undefined;
  }
}
