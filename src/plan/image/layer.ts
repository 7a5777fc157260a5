/** One source of an import, from what the user has to an unpacked layer in the workspace. */

import { type Arg, arg, T, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { IN_WORKSPACE } from './workspace.ts';

export type Compression = 'gzip' | 'xz' | 'zstd';

export interface ImportSource {
  /** Absolute, without symbolic links. */
  readonly path: Arg;
  readonly type: 'directory' | 'tar';
  readonly compression?: Compression;
  /** The time stamp that all files of a directory get, for a digest that does not depend on when it was made. */
  readonly mtime?: string;
  /** A directory that belongs to an id that is not mapped in the containers of whoever imports it. */
  readonly foreign?: true;
}

export const CHECK_SH: Variable = { var: 'CHECK_SH' };
export const UNPACK_SH: Variable = { var: 'UNPACK_SH' };

/**
 * Reads what `tar --list --verbose --block-number --quoting-style=c` printed: the first double quote of a line begins the member's name, and no quote
 * inside a name is bare. The target of a symbolic link may be anything (it is followed inside the container), the target of a hard link may not.
 * Arguments: the list, the archive. An archive ends with blocks of zeros, which the last line tells of. One that is cut off between two members lacks
 * them, and tar does not mind; nor does it mind what follows them, and leaves it out.
 */
export const CHECK_TEXT = `
fail() { echo "$1" >&2; exit 1; }
grep -q '"' "$1" || fail "the archive has no members"
names() { sed -e '/^[^"]*"/!d' -e 's///' -e 's/" -> ".*/"/' "$1"; }
bad=$(names "$1" | grep -E -m 1 '(^|" link to ")/' || :)
[ -z "$bad" ] || fail "absolute member: \\"$bad"
bad=$(names "$1" | grep -E -m 1 '(^|/|" link to ")[.][.](/|")' || :)
[ -z "$bad" ] || fail "member outside: \\"$bad"
tail -n 1 "$1" | grep -q '[*] Block of NULs [*]' || fail "the archive has no end mark"
[ -z "$(tail -c 512 "$2" | tr -d '\\000' | head -c 1)" ] || fail "the archive goes on after its end mark"
`.trim();

/** tar gives directories that the archive does not list the modes of the umask, and ours would close them to the container's users. */
export const UNPACK_TEXT = 'umask 022; exec "$@"';

/** tar would set these with the rest, and overlay believes them: an archive could make a layer show what lies elsewhere. */
const ATTRIBUTES = [
  '--xattrs',
  '--xattrs-include=security.capability',
  '--xattrs-include=user.*',
  '--xattrs-exclude=user.overlay.*',
  '--xattrs-exclude=trusted.*',
] as const;

/** Ends with its parent, so that a process of a killed import does not go on writing. */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

const HOST = { type: 'host' } as const;
const DECOMPRESS: Readonly<Record<Compression, readonly string[]>> = {
  gzip: ['gzip', '-dc'],
  xz: ['xz', '-dc'],
  zstd: ['zstd', '-dcq'],
};

/** The word $DIGESTn. */
export function digestOf(number: number): Variable {
  return { var: `DIGEST${number}` };
}

/** A plain tar of the source in the workspace, looked through, with its digest in $DIGESTn. */
export function readSteps(
  facts: Pick<Facts, 'mapping'>,
  source: ImportSource,
  number: number,
): readonly Step[] {
  const phase = 'read';
  const tar = arg`${T}/${String(number)}.tar`;
  const list = arg`${T}/${String(number)}.list`;
  return [
    plainTarStep(facts, source, number, tar),
    {
      id: `list-${number}`,
      phase,
      title: `list the members of layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: [
          ...['tar', '--list', '--verbose', '--block-number', '--numeric-owner', '--absolute-names'],
          ...['--quoting-style=c', '--file', '-'],
        ],
        stdin: tar,
        stdout: list,
        reads: tar,
      },
      undo: IN_WORKSPACE,
      why: 'tar reads the whole archive and writes one line for each member. Nothing is unpacked before all of it has been seen, so an archive that is damaged or cut off is noticed here.',
      pitfalls: ['Unexpected EOF in archive: the file is truncated, perhaps by a download that broke off.'],
    },
    {
      id: `check-${number}`,
      phase,
      title: `check the members of layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['sh', '-ec', arg`${CHECK_SH}`, 'check', list, tar] },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'A name that begins with "/" or contains ".." would be written outside of the layer, over a file of this machine. tar has defences of its own; a hostile archive is better refused before it is opened.',
      pitfalls: [
        'Archives made with tar --absolute-names (-P) have absolute names: make them with -C DIRECTORY . instead.',
      ],
    },
    {
      id: `digest-${number}`,
      phase,
      title: `compute the digest of layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['sha256sum'], stdin: tar, capture: digestOf(number).var, reads: tar },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'A layer is named by the sha256 of its uncompressed archive, which OCI calls its diffID. So the same layer is stored once, whoever imports it under whatever name.',
      pitfalls: [],
    },
  ];
}

/** The layer as a directory of the workspace. */
export function unpackSteps(facts: Pick<Facts, 'mapping'>, number: number): readonly Step[] {
  const phase = 'unpack';
  const tar = arg`${T}/${String(number)}.tar`;
  const directory = arg`${T}/${String(number)}`;
  return [
    {
      id: `make-layer-${number}`,
      phase,
      title: `make a directory for layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0755', '--', directory] },
      undo: IN_WORKSPACE,
      why: 'An empty directory, made by mkdir(2), into which nobody else writes.',
      pitfalls: [],
    },
    {
      id: `unpack-${number}`,
      phase,
      title: `unpack layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: asOwner(facts, [
          ...DIES_WITH_US,
          ...['sh', '-c', arg`${UNPACK_SH}`, 'unpack'],
          ...['tar', '--extract', '--file', tar, '--directory', directory],
          ...['--numeric-owner', '--preserve-permissions', '--delay-directory-restore'],
          facts.mapping === 'single' ? '--no-same-owner' : '--same-owner',
          ...ATTRIBUTES,
          ...['--anchored', '--exclude=./dev/*', '--exclude=dev/*'],
        ]),
        reads: tar,
      },
      undo: IN_WORKSPACE,
      why:
        facts.mapping === 'host'
          ? 'tar unpacks with the numeric owners, modes, extended attributes and time stamps of the archive. It makes symbolic links that lead elsewhere only at the end, so no member can be written through one (openat(2) would follow it). The content of dev is left out: a container gets a /dev of its own.'
          : 'tar unpacks as root of a user namespace made by unshare(2), the one in which containers run, so that the files belong to the ids that the container will see. It makes symbolic links that lead elsewhere only at the end, so no member can be written through one. The content of dev is left out: mknod(2) is not permitted here, and a container gets a /dev of its own.',
      pitfalls: [
        'Cannot open: Not a directory: a member lies below a symbolic link of the same archive that leads outside.',
        'Cannot mknod: Operation not permitted: device nodes outside of /dev can be unpacked by root only.',
      ],
    },
  ];
}

function plainTarStep(facts: Pick<Facts, 'mapping'>, source: ImportSource, number: number, tar: Arg): Step {
  const common = { phase: 'read', where: HOST, undo: IN_WORKSPACE } as const;
  if (source.type === 'directory')
    return {
      ...common,
      id: `pack-${number}`,
      title: `pack layer ${number}`,
      action: {
        type: 'run',
        argv: asOwner(facts, [
          ...DIES_WITH_US,
          ...['tar', '--create', '--file', tar, '--directory', source.path],
          ...['--sort=name', '--numeric-owner', '--one-file-system', '--format=posix'],
          '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
          ...(source.mtime === undefined ? [] : [`--mtime=${source.mtime}`]),
          ...ATTRIBUTES,
          '.',
        ]),
      },
      why: 'The directory as one archive, its names sorted, so that the same files always give the same digest. Other file systems that are mounted below it (/proc, say) are left out.',
      pitfalls: ['Permission denied: a file in the directory is not readable for you.'],
    };
  if (source.compression === undefined)
    return {
      ...common,
      id: `copy-${number}`,
      title: `copy layer ${number}`,
      action: { type: 'run', argv: ['cp', '--reflink=auto', '--', source.path, tar], reads: source.path },
      why: 'A copy of our own: what is checked, what the digest is computed from and what is unpacked must be the same bytes, whatever happens to your file meanwhile. On btrfs and xfs the copy shares its blocks (ioctl_ficlone(2)) and costs nothing.',
      pitfalls: ['No space left on device: an import needs room for the archive and for its files.'],
    };
  return {
    ...common,
    id: `decompress-${number}`,
    title: `decompress layer ${number}`,
    action: {
      type: 'run',
      argv: [...DIES_WITH_US, ...DECOMPRESS[source.compression]],
      stdin: source.path,
      stdout: tar,
      reads: source.path,
    },
    why: 'The digest is that of the uncompressed archive, so that it does not depend on who compressed it. The file is recognised by its first bytes, not by its name.',
    pitfalls: ['unexpected end of file: the file is truncated, perhaps by a download that broke off.'],
  };
}
