/** Why a container's changes could not become a layer: what find, touch and tar said, in a sentence about the container. */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { UserError } from '../errors.ts';
import { C, type Values } from '../plan/arg.ts';
import { shown } from '../plan/names.ts';
import type { Step } from '../plan/step.ts';
import type { Diagnosis } from './causes/scene.ts';
import { changedMeanwhile, reservedName } from './changes/goes-in.ts';

/** What a name in a message of tar's or touch's looks like: relative to the container's root. */
const NAMED =
  /^(?:tar|touch|mkdir|find|stat|\/.*): (?:cannot (?:touch|create directory|stat) )?'?\.?(\/.*?)\/?'?: /m;

/** A step of a commit that reads the container, or counts on its layers. */
export function commitCause({ id }: Step, values: Values, said: string): Diagnosis | undefined {
  if (/^use-layer-\d+$/.test(id))
    return {
      cause: 'A layer that the container stands on was removed a moment ago; nothing was changed.',
      hint: 'Import its image again.',
    };
  if (!/^(find-changes|mark-deletions|pack)-\d+$/.test(id)) return undefined;
  const directory = values.get(C.var) ?? '';
  const name = shown(basename(directory));
  if (!existsSync(`${directory}/upper`))
    return {
      cause: `The container ${name} ended meanwhile, or was removed, and took its changes with it.`,
      hint: 'run --keep keeps them.',
    };
  if (/^forked meanwhile$/m.test(said))
    return { cause: `The container ${name} was forked meanwhile; nothing was changed.`, hint: 'Try again.' };
  const [, reserved] = /^reserved name: \.(.*)$/m.exec(said) ?? [];
  if (reserved !== undefined) return diagnosisOf(reservedName(shown(reserved)));
  if (/nosymfollow/.test(said))
    return {
      cause:
        'This machine can not keep the links of a container from being followed, so its files can not be packed safely.',
      hint: 'It takes Linux 5.10 and util-linux 2.37, or newer.',
    };
  const path = NAMED.exec(said)?.[1];
  const what = path === undefined ? 'A path' : shown(path);
  const leaveOut = path === undefined ? 'Leave it out with --except.' : `Leave it out: --except ${what}.`;
  if (/File name too long/.test(said))
    return id.startsWith('mark')
      ? {
          cause: `The container ${name} deleted a file whose name is too long to be marked as deleted in a layer: the mark takes 4 bytes, and a name has at most 255.`,
          hint: 'Leave it out with --except; it will be there again in the image.',
        }
      : {
          cause: `${what} of the container ${name} lies too deep: its path is longer than 4096 bytes.`,
          hint: leaveOut,
        };
  if (
    /changed as we read it|removed before we read it|shrank by|No such file or directory|Too many levels of symbolic links/.test(
      said,
    )
  )
    return diagnosisOf(changedMeanwhile(basename(directory), path));
  return undefined;
}

function diagnosisOf({ message, hint }: UserError): Diagnosis {
  return { cause: message, ...(hint === undefined ? {} : { hint }) };
}
