/** Why a step of an image operation failed: what the tools said, in a sentence about the user's source. */

import type { StepFailure } from '../events.ts';
import { type Arg, resolve, type Values } from '../plan/arg.ts';
import { shown } from '../plan/names.ts';
import type { Plan, PlanKind, Step } from '../plan/step.ts';
import type { Cause, Diagnosis } from './causes/scene.ts';
import { programHint } from './packages.ts';
import { registryCause } from './registry-cause.ts';

const AGAIN =
  'Get it again, or make it again, and compare its checksum with the one that its maker published.';
const REMAKE = 'Make it again with names below one directory: tar -C DIRECTORY -cf FILE.tar .';
const YOURSELF = 'If you trust the archive, unpack it yourself and import the directory.';
const NOWHERE = `Nothing was written there. ${YOURSELF}`;

const KINDS: ReadonlySet<PlanKind> = new Set<PlanKind>(['import', 'base', 'tag', 'remove-image']);

/** A step of an import, of the default image's making or of an image's removal. */
export const imageOperationFailed: Cause = ({ plan, step, failure, values, store }) => {
  if (!KINDS.has(plan.kind)) return undefined;
  return (
    storeCause(plan, shown(store), failure.stderr) ??
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

function decompressCause(source: string, said: string): Diagnosis | undefined {
  if (/unexpected end|premature end|truncated|Read error \(39\)|incomplete/i.test(said))
    return { cause: `${source} is truncated: its compressed data ends too early.`, hint: AGAIN };
  if (/not in .* format|format not recognized|crc|corrupt|checksum|invalid|unsupported/i.test(said))
    return { cause: `${source} is damaged: its compressed data can not be read.`, hint: AGAIN };
  if (/trailing garbage/i.test(said))
    return { cause: `${source} has something else after its compressed data.`, hint: AGAIN };
  return undefined;
}

function listCause(source: string, said: string): Diagnosis | undefined {
  if (/unrecognized option|unknown option|invalid option|illegal option/i.test(said))
    return {
      cause: 'The tar of this machine is not GNU tar, which tinydocker needs.',
      hint: programHint('tar'),
    };
  if (/archive is compressed/i.test(said))
    return {
      cause: `${source} is compressed twice.`,
      hint: 'Decompress it once, and import what comes out.',
    };
  // In this order: what does not begin as an archive is none, whatever else tar says about it.
  if (/does not look like a tar archive/i.test(said))
    return {
      cause: `${source} is not a tar archive: its compression is sound, and what it holds is something else.`,
      hint: 'Give a tar archive of a root directory, or the directory itself.',
    };
  if (/unexpected EOF/i.test(said))
    return { cause: `${source} is truncated: the archive ends in the middle of a member.`, hint: AGAIN };
  if (/skipping to next header/i.test(said))
    return { cause: `${source} is damaged: some of its members can not be read.`, hint: AGAIN };
  return { cause: `${source} can not be read as a tar archive: ${firstComplaint(said)}.`, hint: AGAIN };
}

function checkCause(source: string, said: string): Diagnosis | undefined {
  const [, fault, name] = /^(absolute member|member outside): (.*)$/m.exec(said) ?? [];
  if (fault === 'absolute member')
    return {
      cause: `${source} has a member with an absolute name, ${name}, which would be written over this machine's own files.`,
      hint: REMAKE,
    };
  if (fault === 'member outside')
    return {
      cause: `${source} has a member whose name contains "..", ${name}, which would be written outside of the image.`,
      hint: REMAKE,
    };
  if (said.includes('has no members'))
    return {
      cause: `${source} is an archive without members.`,
      hint: 'Give an archive of a root directory.',
    };
  if (said.includes('no end mark'))
    return { cause: `${source} is truncated: the archive ends without the mark that ends it.`, hint: AGAIN };
  if (said.includes('goes on after'))
    return {
      cause: `${source} has something else after the mark that ends the archive.`,
      hint: 'tar would leave it out without a word. If several archives were joined, import each as a source of its own.',
    };
  return undefined;
}

function unpackCause(source: string, said: string): Diagnosis | undefined {
  const through =
    /^tar: (.*): Cannot (?:open|mkdir|mknod|create symlink.*|hard link.*): Not a directory$/m.exec(said);
  if (through !== null)
    return {
      cause: `${source} has a member, ${shown(through[1] ?? '')}, below a symbolic link of its own that leads out of the image, or below a file.`,
      hint: NOWHERE,
    };
  const link = /^tar: (.*): Cannot hard link to '(.*)': (.*)$/m.exec(said);
  if (link !== null) {
    const [, name = '', target = '', reason = ''] = link;
    const why = reason.startsWith('No such file')
      ? 'is not in the archive before it'
      : `can not be made (${reason})`;
    return {
      cause: `${source} has a hard link, ${shown(name)}, to ${shown(target)}, which ${why}.`,
      hint: NOWHERE,
    };
  }
  const tooLong = /^tar: (.*): Cannot .*: File name too long$/m.exec(said);
  if (tooLong !== null)
    return {
      cause: `${source} has a member whose name is too long for the file system of the store: ${shown(tooLong[1] ?? '')}.`,
      hint: 'Leave it out of the archive (tar --exclude), or give it a shorter name.',
    };
  const taken = /^tar: (.*): Cannot .*: (?:File exists|Is a directory)$/m.exec(said);
  if (taken !== null)
    return {
      cause: `${source} has a member, ${shown(taken[1] ?? '')}, that can not take the place of the directory of that name.`,
      hint: 'tar --recursive-unlink -xf FILE.tar -C DIRECTORY unpacks it all the same; then import the directory.',
    };
  const device = /^tar: (.*): Cannot mknod: Operation not permitted$/m.exec(said);
  if (device !== null)
    return {
      cause: `${source} has a device node outside of /dev, ${shown(device[1] ?? '')}, and an ordinary user can not make one.`,
      hint: 'Leave it out of the archive (tar --exclude), or import the image as root.',
    };
  const owner = /^tar: (.*): Cannot change ownership to uid (\d+), gid (\d+): Invalid argument$/m.exec(said);
  if (owner !== null)
    return {
      cause: `${source} has a file, ${shown(owner[1] ?? '')}, of user ${owner[2]} and group ${owner[3]}, which is beyond the ids that /etc/subuid and /etc/subgid give you.`,
      hint: 'Let root give you more: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER.',
    };
  const other = /^tar: (.*): (Cannot .*: (?!Permission|Too many|Input|Cannot).*)$/m.exec(said);
  if (other !== null)
    return {
      cause: `${source} has a member, ${shown(other[1] ?? '')}, that can not be unpacked: ${other[2]}.`,
      hint: YOURSELF,
    };
  return undefined;
}

function whiteoutCause(source: string, said: string): Diagnosis | undefined {
  const [, mark] = /^whiteout of nothing: (.*)$/m.exec(said) ?? [];
  if (mark !== undefined)
    return { cause: `${source} has a mark of deletion that names nothing, ${shown(mark)}.`, hint: REMAKE };
  if (/mknod.*Operation not permitted/.test(said))
    return {
      cause: `${source} deletes files of lower layers, and this kernel lets only root make the marks for that.`,
      hint: 'Linux 5.8 or newer is needed, or root.',
    };
  return undefined;
}

function packCause(source: string, said: string): Diagnosis | undefined {
  const denied = /^tar: (.*): Cannot (?:open|read|stat|savedir): Permission denied$/m.exec(said);
  if (denied !== null)
    return {
      cause: `${source} has a file that is not readable for you: ${shown(denied[1] ?? '')}.`,
      hint: 'Change its mode, or import the directory as root.',
    };
  const changed =
    /^tar: (.*): (?:file changed as we read it|File removed before we read it|File shrank by \d+ bytes?; padding with zeros)$/m.exec(
      said,
    );
  if (changed !== null)
    return {
      cause: `${source} changed while it was read: ${shown(changed[1] ?? '')}.`,
      hint: 'Stop what writes there, and import it again.',
    };
  return undefined;
}

/** How the user knows the source of a layer's step. */
function sourceName(plan: Plan, step: Step, values: Values): string {
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

/** What tar says first; that it will fail because of it comes last. */
function firstComplaint(said: string): string {
  return (said.trim().split('\n')[0] ?? '').replace(/^tar: /, '');
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}
