/** Why an archive, or a directory, could not become a layer: what gzip, tar and the checks said, in a sentence about the user's source. */

import { shown } from '../plan/names.ts';
import type { Diagnosis } from './causes/scene.ts';
import { programHint } from './packages.ts';

export const AGAIN =
  'Get it again, or make it again, and compare its checksum with the one that its maker published.';
const REMAKE = 'Make it again with names below one directory: tar -C DIRECTORY -cf FILE.tar .';
const YOURSELF = 'If you trust the archive, unpack it yourself and import the directory.';
const NOWHERE = `Nothing was written there. ${YOURSELF}`;

export function decompressCause(source: string, said: string): Diagnosis | undefined {
  if (/unexpected end|premature|truncated|Read error \(39\)|incomplete/i.test(said))
    return { cause: `${source} is truncated: its compressed data ends too early.`, hint: AGAIN };
  // What zstd says of what follows gzip's data; the data itself was recognised.
  if (/trailing garbage|unsupported format/i.test(said))
    return { cause: `${source} has something else after its compressed data.`, hint: AGAIN };
  if (
    /not in .* format|format not recognized|crc|corrupt|checksum|invalid|unsupported|inflate error/i.test(
      said,
    )
  )
    return { cause: `${source} is damaged: its compressed data can not be read.`, hint: AGAIN };
  return undefined;
}

export function listCause(source: string, said: string): Diagnosis {
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

export function checkCause(source: string, said: string): Diagnosis | undefined {
  const [, name] = /^member outside: (.*)$/m.exec(said) ?? [];
  if (name !== undefined)
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

export function unpackCause(source: string, said: string): Diagnosis | undefined {
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

export function whiteoutCause(source: string, said: string): Diagnosis | undefined {
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

export function packCause(source: string, said: string): Diagnosis | undefined {
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

/** What tar says first; that it will fail because of it comes last. */
function firstComplaint(said: string): string {
  return (said.trim().split('\n')[0] ?? '').replace(/^tar: /, '');
}
