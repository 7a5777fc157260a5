/** A volume, or the working directory, can not be made: the mount program has found out why itself. */

import { MOUNT_SH, variablesIn } from '../../plan/arg.ts';
import type { Cause } from './scene.ts';
import { saidLine, valueOf } from './scene.ts';

export const volumeRefused: Cause = scene => {
  const { step, failure } = scene;
  if (step.action.type !== 'run') return undefined;
  const { argv } = step.action;
  const program = argv.findIndex(word => variablesIn(word).includes(MOUNT_SH.var));
  if (program < 0) return undefined;
  if (step.id === 'fill-volumes')
    return {
      cause: `A volume that the image declares can not be made: ${saidLine(failure.stderr).replace(/\.$/, '') || `exit status ${failure.exitStatus}`}.`,
      hint: 'tinydocker image inspect shows its volumes. -v or --tmpfs on the same path replaces one.',
      lesson: 'mount-namespace',
    };
  const [kind, source, target] = argv.slice(program + 2).map(word => valueOf(scene, word) ?? '');
  const said = saidLine(failure.stderr).replace(/\.$/, '');
  const what =
    kind === 'directory'
      ? `The working directory ${target} can not be made`
      : `The ${kind === 'bind' ? `volume ${source}:${target}` : `${kind} on ${target}`} can not be mounted`;
  return {
    cause: `${what}: ${said || `exit status ${failure.exitStatus}`}.`,
    ...hintFor(said, kind === 'directory'),
    lesson: 'mount-namespace',
  };
};

function hintFor(said: string, workdir: boolean): { readonly hint?: string } {
  if (workdir) return { hint: 'Choose another directory for -w.' };
  if (/leads out|makes itself|symbolic links|changed while/.test(said))
    return { hint: 'Choose a target that is not behind a symbolic link of the image.' };
  if (/not a directory|not a regular file/.test(said))
    return { hint: 'Mount a directory on a directory, and a file on a file; or choose another target.' };
  if (/does not exist/.test(said)) return { hint: 'Make the source first, or correct the path.' };
  return {};
}
