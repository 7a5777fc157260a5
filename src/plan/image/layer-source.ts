/** What a layer is made of, and how each kind becomes one plain tar archive in the workspace. */

import { type Arg, arg, T } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import type { ImportInput } from './import-input.ts';
import { keepsWarnings } from './losses.ts';
import { IN_WORKSPACE } from './workspace.ts';

export type Compression = 'gzip' | 'xz' | 'zstd';

export type LayerSource =
  | {
      readonly type: 'directory';
      /** Absolute, without symbolic links. */
      readonly path: Arg;
      /** The time stamp that all files get, for a digest that does not depend on when they were made. */
      readonly mtime?: string;
      /** It belongs to an id that is not mapped in the containers of whoever imports it. */
      readonly foreign?: true;
    }
  | ({ readonly type: 'tar'; readonly path: Arg } & Archived)
  /** A member of an archive of an image. */
  | ({ readonly type: 'member'; readonly path: Arg; readonly member: string } & Archived)
  /** A layer that the store has already. */
  | { readonly type: 'stored'; readonly digest: string }
  | ChangesSource;

/** What a container changed in its image; see changes-source.ts. */
export interface ChangesSource {
  readonly type: 'changes';
  /** The writable layer, or one that a fork froze. */
  readonly path: Arg;
  /** The inode number that the directory has to have, where it is known: a fork gives the container another one. */
  readonly inode?: string;
  /** What the root directory was made like. */
  readonly root: Arg;
  /** Paths that the image lacks and that the container's plan may have made to mount something on them: left out as long as nothing else is there. */
  readonly mounts: readonly string[];
  /** Take only what lies at or below these paths; none for everything. */
  readonly only: readonly string[];
  /** Leave out what lies at or below these. */
  readonly except: readonly string[];
}

/** What a user can name: a directory, or an archive of one. */
export type FileSource = Extract<LayerSource, { readonly type: 'directory' | 'tar' }> & {
  /** Absolute, without symbolic links. */
  readonly path: string;
};

interface Archived {
  readonly compression?: Compression;
  /** The sha256 that the image's configuration says the plain archive has. */
  readonly diffId?: string;
}

/** tar would set these with the rest, and overlay believes them: an archive could make a layer show what lies elsewhere. */
export const ATTRIBUTES = [
  '--xattrs',
  '--xattrs-include=security.capability',
  '--xattrs-include=user.*',
  '--xattrs-exclude=user.overlay.*',
  '--xattrs-exclude=trusted.*',
] as const;

/** How archives are written: the same files always give the same one, without names of users, and without times but that of the last change. */
export const ARCHIVE_FORMAT = [
  ...['--numeric-owner', '--format=posix'],
  '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
] as const;

/** What a tree becomes an archive with, the same wherever and whenever: names sorted, owners as numbers, other file systems left out. */
export const PACK = ['--sort=name', '--one-file-system', ...ARCHIVE_FORMAT] as const;

/** Ends with its parent, so that a process of a killed import does not go on writing. */
export const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** For a command that writes what somebody else's archive holds: it ends with us, and no file of it becomes larger than the limit (RLIMIT_FSIZE in setrlimit(2)). */
export function limited({ maxSize }: Pick<ImportInput, 'maxSize'>): readonly string[] {
  return maxSize === undefined
    ? DIES_WITH_US
    : [...DIES_WITH_US, 'prlimit', `--fsize=${maxSize}:${maxSize}`, '--'];
}

/** What these two words in front of a command are for, for its why. */
export function limitedWhy({ maxSize }: Pick<ImportInput, 'maxSize'>): string {
  const ends = ' setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed';
  return maxSize === undefined
    ? `${ends}.`
    : `${ends}; prlimit, when a file becomes larger than the limit (setrlimit(2)).`;
}

const COMMON = { phase: 'read', where: { type: 'host' }, undo: IN_WORKSPACE } as const;
const ZSTD = ['zstd', '-dcq'] as const;

/** The command that decompresses its stdin to its stdout. */
export function decompressor(
  { zstdReadsGzip }: Pick<Facts, 'zstdReadsGzip'>,
  compression: Compression,
): readonly string[] {
  switch (compression) {
    case 'gzip':
      // zlib, which zstd uses, is half as fast again as gzip's own code.
      return zstdReadsGzip ? ZSTD : ['gzip', '-dc'];
    case 'xz':
      return ['xz', '-dc'];
    case 'zstd':
      return ZSTD;
  }
}

/** The steps that make a plain tar archive of the source at `tar`. */
export function plainTarSteps(
  input: Pick<ImportInput, 'facts' | 'maxSize'>,
  source: Exclude<LayerSource, { readonly type: 'stored' | 'changes' }>,
  number: number,
  tar: Arg,
): readonly Step[] {
  switch (source.type) {
    case 'directory':
      return [packStep(input.facts, source, number, tar)];
    case 'tar':
      return [
        source.compression === undefined
          ? copyStep(input, source.path, number, tar)
          : decompressStep(input, source.path, source.compression, number, tar),
      ];
    case 'member': {
      if (source.compression === undefined) return [extractStep(input, source, number, tar)];
      const compressed = arg`${T}/${String(number)}.blob`;
      return [
        extractStep(input, source, number, compressed),
        decompressStep(input, compressed, source.compression, number, tar),
      ];
    }
  }
}

type Limited = Pick<ImportInput, 'maxSize'>;
type Decompressing = Pick<ImportInput, 'facts' | 'maxSize'>;

function packStep(
  facts: Pick<Facts, 'mapping'>,
  { path, mtime }: Extract<LayerSource, { readonly type: 'directory' }>,
  number: number,
  tar: Arg,
): Step {
  return {
    ...COMMON,
    id: `pack-${number}`,
    title: `pack layer ${number}`,
    action: {
      type: 'run',
      argv: asOwner(facts, [
        ...DIES_WITH_US,
        ...keepsWarnings(`${number}.pack`),
        ...DIES_WITH_US,
        ...['tar', '--create', '--file', tar, '--directory', path],
        ...PACK,
        ...(mtime === undefined ? [] : [`--mtime=${mtime}`]),
        ...ATTRIBUTES,
        '.',
      ]),
    },
    why: `The directory as one archive, its names sorted, so that the same files always give the same digest. Other file systems that are mounted below it (/proc, say) are left out.${limitedWhy({})}`,
    pitfalls: [
      'Permission denied: a file in the directory is not readable for you.',
      'socket ignored: an archive can not hold a socket, and whoever listened on it is not in the image.',
    ],
  };
}

function copyStep(input: Limited, path: Arg, number: number, tar: Arg): Step {
  return {
    ...COMMON,
    id: `copy-${number}`,
    title: `copy layer ${number}`,
    action: { type: 'run', argv: [...limited(input), 'cp', '--reflink=auto', '--', path, tar], reads: path },
    why: `A copy of our own: what is checked, what the digest is computed from and what is unpacked must be the same bytes, whatever happens to your file meanwhile. On btrfs and xfs the copy shares its blocks (ioctl_ficlone(2)) and costs nothing.${limitedWhy(input)}`,
    pitfalls: ['No space left on device: an import needs room for the archive and for its files.'],
  };
}

function decompressStep(
  input: Decompressing,
  path: Arg,
  compression: Compression,
  number: number,
  tar: Arg,
): Step {
  return {
    ...COMMON,
    id: `decompress-${number}`,
    title: `decompress layer ${number}`,
    action: {
      type: 'run',
      argv: [...limited(input), ...decompressor(input.facts, compression)],
      stdin: path,
      stdout: tar,
      reads: path,
    },
    why: `The digest is that of the uncompressed archive, so that it does not depend on who compressed it. The file is recognised by its first bytes, not by its name.${compression === 'gzip' && input.facts.zstdReadsGzip ? ' This zstd reads gzip too, and faster than gzip does.' : ''}${limitedWhy(input)}`,
    pitfalls: ['unexpected end of file: the file is truncated, perhaps by a download that broke off.'],
  };
}

function extractStep(
  input: Limited,
  { path, member }: Extract<LayerSource, { readonly type: 'member' }>,
  number: number,
  file: Arg,
): Step {
  return {
    ...COMMON,
    id: `extract-${number}`,
    title: `take layer ${number} out of the archive`,
    action: {
      type: 'run',
      argv: [...limited(input), ...memberArgv(path, member)],
      stdout: file,
      reads: path,
    },
    why: `An image's archive holds the archives of its layers as members. tar writes this one to its stdout, so no name of the archive becomes a path here.${limitedWhy(input)}`,
    pitfalls: ['Not found in archive: the archive changed after it was looked at.'],
  };
}

/** The command that writes one member of a plain tar archive to its stdout, and reads no further. */
export function memberArgv(path: Arg, member: string): readonly Arg[] {
  return ['tar', '--extract', '--to-stdout', '--occurrence=1', '--file', path, '--', member];
}
