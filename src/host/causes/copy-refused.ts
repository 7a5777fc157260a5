/** Files of a container can not be read, or not be put where they should go: what our shell programs, tar and the kernel said about it. */

import { shown } from '../../plan/names.ts';
import type { PlanKind } from '../../plan/step.ts';
import { usesVariable } from '../../plan/uses-variable.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';

const KINDS: ReadonlySet<PlanKind> = new Set<PlanKind>(['export', 'copy']);
/** Steps that concern neither the files nor their place. */
const WORKSPACE_STEPS: ReadonlySet<string> = new Set([
  'make-store',
  'reserve-workspace',
  'make-alive',
  'hold-alive',
]);

export const copyRefused: Cause = scene => {
  if (!KINDS.has(scene.plan.kind) || WORKSPACE_STEPS.has(scene.step.id)) return undefined;
  const inside = ['BARE_SH', 'JOIN_SH'].some(name => usesVariable(scene.step, name));
  return (
    pathCause(scene.failure.stderr, inside ? ` in ${scene.plan.subject}` : '', inside) ??
    (inside ? containerCause(scene) : undefined) ??
    diskCause(scene, inside) ??
    sourceCause(scene.failure.stderr, inside)
  );
};

/** What the programs of src/plan/files/ say: some words, a colon, and the path where it was. */
function pathCause(said: string, where: string, inside: boolean): Diagnosis | undefined {
  const [, complaint, at = ''] =
    /^(no such file|no such directory|not a directory|in the way|is a directory|another file system|changed while it was looked up|too many symbolic links): ([\s\S]*)$/m.exec(
      said.trimEnd(),
    ) ?? [];
  const path = `${shown(at === '' ? '/' : at)}${where}`;
  switch (complaint) {
    case 'no such file':
      return { cause: `There is no file ${path}.` };
    case 'no such directory':
      return { cause: `There is no directory ${path}.`, hint: 'The directory above a target has to exist.' };
    case 'not a directory':
      return { cause: `${path} is not a directory.` };
    case 'in the way':
      return {
        cause: `${path} is not a directory.`,
        hint: 'A directory never takes the place of a file: remove that first, or copy to another name.',
      };
    case 'is a directory':
      return {
        cause: `${path} is a directory.`,
        hint: 'A file never takes the place of a directory: remove that first, or copy to another name.',
      };
    case 'another file system':
      return {
        cause: inside
          ? `${path} is a volume or a tmpfs: nothing can be copied into those from outside.`
          : `${path} is on another file system than the rest of the target.`,
        hint: inside
          ? 'A volume is a directory of the host: copy to that.'
          : 'Copy to that directory itself.',
      };
    case 'changed while it was looked up':
      return {
        cause: `${path} changed while it was looked up, so nothing was copied.`,
        hint: 'Stop what changes it, and try again.',
      };
    case 'too many symbolic links':
      return { cause: `The symbolic links of ${path} lead in a circle.` };
    default:
      return undefined;
  }
}

function containerCause({ plan, failure: { stderr } }: Scene): Diagnosis | undefined {
  if (/^the container has ended$|nsenter: .*(No such file|No such process)/m.test(stderr))
    return { cause: `The container ${plan.subject} has ended meanwhile.` };
  if (/^the container was forked meanwhile$/m.test(stderr))
    return { cause: `The container ${plan.subject} was forked meanwhile.`, hint: 'Try again.' };
  if (/Read-only file system/.test(stderr))
    return {
      cause: `The root file system of ${plan.subject} is read-only, so nothing can be copied into it.`,
      hint: 'It was run with --read-only; its volumes are directories of the host.',
    };
  return undefined;
}

function diskCause(
  { store, step, plan, failure: { stderr } }: Scene,
  inside: boolean,
): Diagnosis | undefined {
  // tar(1) tells of a disk that became full in the middle of a block only what it could write of it.
  const full = /no space left on device|ENOSPC|wrote only \d+ of \d+ bytes/i.test(stderr);
  const quota = /disk quota exceeded|EDQUOT/i.test(stderr);
  if (!full && !quota) return undefined;
  const target = !inside && step.id !== 'pack';
  const disk =
    target || plan.kind === 'export' ? 'The disk of the target' : `The disk of the store ${shown(store)}`;
  return {
    cause: quota
      ? `${disk.replace('The disk', 'Your disk quota')} is used up, so nothing was changed.`
      : `${disk} became full, so nothing was changed.`,
    hint:
      target || plan.kind === 'export'
        ? 'Copy to another disk.'
        : 'A copy needs room for an archive of the files there. TINYDOCKER_ROOT names a store on another disk.',
  };
}

function sourceCause(said: string, inside: boolean): Diagnosis | undefined {
  const [, denied] = /^tar: (.*): Cannot (?:open|read|stat|savedir): Permission denied$/m.exec(said) ?? [];
  if (denied !== undefined)
    return {
      cause: `${shown(denied)} is not readable for you.`,
      ...(inside ? {} : { hint: 'Change its mode, or copy as root.' }),
    };
  if (/does not look like a tar archive|Unexpected EOF in archive|the archive is empty/i.test(said))
    return {
      cause: 'What was to be copied is not a whole tar archive.',
      hint: 'cp - takes a plain one on stdin; gzip -d before it decompresses one.',
    };
  return undefined;
}
