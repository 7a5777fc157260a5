/** Why a step of an image operation failed: what the tools said, in a sentence about the user's source. */

import type { StepFailure } from '../events.ts';
import { type Arg, resolve, type Values } from '../plan/arg.ts';
import { shown } from '../plan/names.ts';
import type { Plan, PlanKind, Step } from '../plan/step.ts';
import {
  AGAIN,
  checkCause,
  decompressCause,
  listCause,
  packCause,
  unpackCause,
  whiteoutCause,
} from './archive-causes.ts';
import { type Cause, type Diagnosis, lastLine } from './causes/scene.ts';
import { commitCause } from './commit-causes.ts';
import { registryCause } from './registry-cause.ts';

const KINDS: ReadonlySet<PlanKind> = new Set<PlanKind>(['import', 'base', 'tag', 'commit', 'remove-image']);

/** A step of an import, of the default image's making or of an image's removal. */
export const imageOperationFailed: Cause = ({ plan, step, failure, values, store }) => {
  if (!KINDS.has(plan.kind)) return undefined;
  return (
    storeCause(plan, shown(store), failure.stderr) ??
    (plan.kind === 'commit' ? commitCause(step, values, failure.stderr) : undefined) ??
    sizeCause(sourceName(plan, step, values), failure) ??
    sourceCause(step, sourceName(plan, step, values), failure)
  );
};

function storeCause(plan: Plan, store: string, said: string): Diagnosis | undefined {
  // tar(1) tells of a disk that became full in the middle of a block only what it could write of it.
  if (/no space left on device|ENOSPC|wrote only \d+ of \d+ bytes/i.test(said))
    return {
      cause:
        plan.kind === 'remove-image'
          ? `The disk of the store ${store} is full, and removing an image takes a few kilobytes until it is done, so nothing was changed.`
          : `The disk of the store ${store} became full, so nothing was changed: an import needs room for the archive and for its files at the same time.`,
      hint:
        plan.kind === 'remove-image'
          ? 'Remove something else there first: tinydocker prune and tinydocker rm need no room.'
          : `df -h ${store} shows how much there is, df -i ${store} how many files it can hold. TINYDOCKER_ROOT names a store on another disk.`,
    };
  if (/disk quota exceeded|EDQUOT/i.test(said))
    return {
      cause: `Your disk quota for the store ${store} is used up, so nothing was changed.`,
      hint: 'TINYDOCKER_ROOT names a store on another disk.',
    };
  if (/read-only file system|EROFS/i.test(said))
    return {
      cause: `The store ${store} is on a file system that is mounted read-only.`,
      hint: 'TINYDOCKER_ROOT names another store.',
    };
  return undefined;
}

/** prlimit(1) before the command says how large a file of it may become; the kernel sends it SIGXFSZ then, setrlimit(2). */
function sizeCause(source: string, { signal, stderr }: StepFailure): Diagnosis | undefined {
  if (signal !== 'SIGXFSZ' && !/File too large/.test(stderr)) return undefined;
  return {
    cause: `${source} becomes larger than the limit when it is decompressed or unpacked: it may have been made to fill the disk.`,
    hint: 'If you trust it, --max-size sets another limit: --max-size 100g.',
  };
}

/** By the part of the step's id before the layer's number. */
function sourceCause(step: Step, source: string, failure: StepFailure): Diagnosis | undefined {
  const said = failure.stderr;
  switch (step.id.replace(/-\d+$/, '')) {
    case 'decompress':
    case 'decompress-archive':
      return decompressCause(source, said);
    case 'list':
      return listCause(source, said);
    case 'check':
      return checkCause(source, said);
    case 'unpack':
      return unpackCause(source, said);
    case 'fetch': {
      const reference = step.action.type === 'run' ? step.action.argv.find(isReference) : undefined;
      return registryCause(reference?.replace('docker://', '') ?? '', said);
    }
    case 'extract':
      return /Not found in archive|Unexpected EOF/i.test(said)
        ? { cause: `${source} changed, or is truncated: a layer that it lists is not there.`, hint: AGAIN }
        : undefined;
    case 'verify':
      return {
        cause: `${source} is damaged: layer ${numberOf(step)} does not have the digest that the image's configuration names.`,
        hint: AGAIN,
      };
    case 'use-layer':
      return {
        cause: `Layer ${numberOf(step)} was in the store, and somebody removed it a moment ago; nothing was changed.`,
        hint: 'Try again: it will be read from the archive then.',
      };
    case 'whiteouts':
      return whiteoutCause(source, said);
    case 'pack':
      return packCause(source, said);
    case 'copy':
      return /permission denied/i.test(said) ? { cause: `${source} is not readable for you.` } : undefined;
    case 'make-store':
    case 'reserve-workspace':
      return storeNotMade(said);
    case 'take-names':
    case 'take-links':
      if (/ is another one by now/.test(said))
        return {
          cause: 'Nothing was removed: the name of an image was given to another one a moment ago.',
          hint: 'Try again.',
        };
      return /cannot stat/.test(said)
        ? {
            cause: 'Nothing was removed: somebody else removed the same a moment ago.',
            hint: 'tinydocker images lists what is still there.',
          }
        : undefined;
    case 'take-layers':
      return / is used by /.test(said)
        ? { cause: `Nothing was removed: ${lastLine(said)}, since a moment ago.`, hint: 'Try again.' }
        : undefined;
    default:
      return undefined;
  }
}

function storeNotMade(said: string): Diagnosis | undefined {
  const [, inTheWay] = /cannot create directory '(.*)': (?:Not a directory|File exists)$/m.exec(said) ?? [];
  if (inTheWay !== undefined)
    return {
      cause: `The store can not be made: ${shown(inTheWay)} is there, and is not a directory.`,
      hint: 'TINYDOCKER_ROOT names another store.',
    };
  if (/permission denied/i.test(said))
    return {
      cause: `The store can not be written by you: ${lastLine(said)}.`,
      hint: 'TINYDOCKER_ROOT names a store of your own.',
    };
  return undefined;
}

/** How the user knows the source of a layer's step. */
function sourceName(plan: Plan, step: Step, values: Values): string {
  if (plan.kind === 'commit') return 'What the container changed';
  const number = numberOf(step);
  const first = plan.steps.find(
    ({ id }) =>
      id === 'decompress-archive' ||
      ['fetch', 'pack', 'copy', 'extract', 'decompress'].some(verb => id === `${verb}-${number}`),
  );
  const word = first === undefined ? undefined : sourcePath(first);
  if (word === undefined) return 'The source';
  try {
    return shown(resolve(word, values));
  } catch {
    return 'The source';
  }
}

function isReference(word: Arg): word is string {
  return typeof word === 'string' && word.startsWith('docker://');
}

function numberOf({ id }: Step): string {
  return /-(\d+)$/.exec(id)?.[1] ?? '';
}

function sourcePath({ action }: Step): Arg | undefined {
  if (action.type !== 'run') return undefined;
  const directory = action.argv.indexOf('--directory');
  return action.reads ?? (directory < 0 ? undefined : action.argv[directory + 1]);
}
