/** Why a step of a save failed: the store's archive of a layer, or the place of the output. */

import { variablesIn } from '../plan/arg.ts';
import { shown } from '../plan/names.ts';
import { PART } from '../plan/output.ts';
import type { Step } from '../plan/step.ts';
import { type Cause, type Diagnosis, lastLine, type Scene, says, valueOf } from './causes/scene.ts';

const AGAIN = 'Import, load or pull the image again.';

/** A step of a save. What the store itself may be short of is told by others. */
export const saveFailed: Cause = scene => {
  const { plan, step } = scene;
  if (plan.kind !== 'save') return undefined;
  const number = /-(\d+)$/.exec(step.id)?.[1] ?? '';
  switch (step.id.replace(/-\d+$/, '')) {
    case 'decompress':
    case 'copy':
      return fullCause(scene) ?? archiveCause(scene, number);
    case 'pack':
      return fullCause(scene) ?? goneCause(scene, number);
    case 'verify':
      return digestCause(scene, number);
    case 'name-output':
      return nameCause(scene);
    default:
      return fullCause(scene) ?? (atOutput(scene.step) ? placeCause(scene) : undefined);
  }
};

function archiveCause(scene: Scene, number: string): Diagnosis {
  return (
    goneCause(scene, number) ?? {
      cause: `The store's archive of layer ${number} is damaged: ${lastLine(scene.failure.stderr).replace(/\.$/, '')}.`,
      hint: AGAIN,
    }
  );
}

/** The claim was written before the archive was opened, so whoever removed it did so just before. */
function goneCause(scene: Scene, number: string): Diagnosis | undefined {
  if (!says(scene, 'ENOENT')) return undefined;
  return {
    cause: `Layer ${number} was in the store, and somebody removed it a moment ago; nothing was written.`,
    hint: AGAIN,
  };
}

function digestCause({ plan }: Scene, number: string): Diagnosis {
  const packed = plan.steps.some(({ id }) => id === `pack-${number}`);
  return packed
    ? {
        cause: `The archive of layer ${number} was not kept, and its files alone do not give the same bytes again, so nothing was written.`,
        hint: 'Import, load or pull the image again: its archives are kept then.',
      }
    : {
        cause: `The store's archive of layer ${number} is damaged: it does not have the digest that names the layer, so nothing was written.`,
        hint: AGAIN,
      };
}

/** The last step puts the output in its place: something is there that does not give way. */
function nameCause(scene: Scene): Diagnosis | undefined {
  const said = scene.failure.stderr;
  const output = shown(outputOf(scene));
  const hint = 'Name another output: -o FILE.';
  if (/not empty|is a directory|cannot overwrite/i.test(said))
    return { cause: `${output} came into being while the image was saved, and is not replaced.`, hint };
  if (/busy/i.test(said)) return { cause: `${output} is a mount point, which can not be replaced.`, hint };
  if (says(scene, 'EACCES') || says(scene, 'EPERM'))
    return {
      cause: `You may not replace ${output}: it is not yours, and its directory lets only owners do that (the sticky bit).`,
      hint,
    };
  return undefined;
}

function placeCause(scene: Scene): Diagnosis | undefined {
  const directory = directoryOf(scene);
  if (says(scene, 'EACCES') || says(scene, 'EPERM'))
    return { cause: `You may not write in the directory ${shown(directory)}.`, hint: ELSEWHERE };
  if (says(scene, 'EROFS'))
    return { cause: `${shown(directory)} is on a file system that is mounted read-only.`, hint: ELSEWHERE };
  if (says(scene, 'ENOENT')) return { cause: `The directory ${shown(directory)} is gone.`, hint: ELSEWHERE };
  return undefined;
}

const ELSEWHERE = '-o names another place.';

/** Which of the two disks is full: that of the store, where the layers are put together, or that of the output. */
function fullCause(scene: Scene): Diagnosis | undefined {
  const full = says(scene, 'ENOSPC') || /wrote only \d+ of \d+ bytes/i.test(scene.failure.stderr);
  if (!full && !says(scene, 'EDQUOT')) return undefined;
  const { action } = scene.step;
  if (action.type === 'run' && action.callersStdout)
    return { cause: 'The archive is not whole: there is no space left where stdout leads.' };
  const place = atOutput(scene.step) ? directoryOf(scene) : scene.store;
  return {
    cause: `${full ? `The disk of ${shown(place)} became full` : `Your disk quota on ${shown(place)} is used up`}, so nothing was written: the layers are saved uncompressed.`,
    hint: atOutput(scene.step)
      ? `df -h ${shown(place)} shows how much there is. ${ELSEWHERE}`
      : `df -h ${shown(place)} shows how much there is. With --format oci-dir the layers are put together at the output.`,
  };
}

/** Whether the step writes beside the output, and not in the store. */
function atOutput({ action }: Step): boolean {
  const words =
    action.type === 'run'
      ? [...action.argv, action.stdout ?? '']
      : action.type === 'write'
        ? [action.path]
        : [];
  return words.flatMap(variablesIn).includes(PART.var);
}

function directoryOf(scene: Scene): string {
  const part = scene.values.get(PART.var) ?? '';
  return part.slice(0, part.lastIndexOf('/')) || '/';
}

function outputOf(scene: Scene): string {
  const { action } = scene.step;
  const word = action.type === 'run' ? action.argv.at(-1) : undefined;
  return word === undefined ? '' : (valueOf(scene, word) ?? '');
}
