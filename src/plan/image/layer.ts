/** One source of an import, from what the user has to an unpacked layer in the workspace. */

import { type Arg, arg, T, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { changesSteps } from './changes-source.ts';
import { LAYER_ARCHIVE, LAYER_FILES } from './image.ts';
import type { ImportInput } from './import-input.ts';
import { ATTRIBUTES, DIES_WITH_US, type LayerSource, limited, plainTarSteps } from './layer-source.ts';
import { deviceSteps, keepsWarnings, leftOut } from './losses.ts';
import { IN_WORKSPACE } from './workspace.ts';

export const CHECK_SH: Variable = { var: 'CHECK_SH' };

/**
 * Reads what `tar --list --verbose --block-number --quoting-style=c` printed: the first double quote of a line begins the member's name, and no quote
 * inside a name is bare. The target of a symbolic link may be anything (it is followed inside the container), the target of a hard link may not. A name that
 * begins with "/" is one below the layer's root: without --absolute-names, tar takes it so, and the target of a hard link too.
 * Arguments: the list, the archive, "empty" if it may have no members. An archive ends with blocks of zeros, which the last line tells of. One that is cut
 * off between two members lacks them, and tar does not mind; nor does it mind what follows them, and leaves it out.
 */
export const CHECK_TEXT = `
fail() { echo "$1" >&2; exit 1; }
grep -q '"' "$1" || [ "\${3:-}" = empty ] || fail "the archive has no members"
names() { sed -e '/^[^"]*"/!d' -e 's///' -e 's/" -> ".*/"/' "$1"; }
bad=$(names "$1" | grep -E -m 1 '(^|/|" link to ")[.][.](/|")' || :)
[ -z "$bad" ] || fail "member outside: \\"$bad"
tail -n 1 "$1" | grep -q '[*] Block of NULs [*]' || fail "the archive has no end mark"
[ -z "$(tail -c 512 "$2" | tr -d '\\000' | head -c 1)" ] || fail "the archive goes on after its end mark"
`.trim();

const HOST = { type: 'host' } as const;
/** The word $DIGESTn. */
export function digestOf(number: number): Variable {
  return { var: `DIGEST${number}` };
}

/** The directory of a layer in the workspace. */
export function layerIn(number: number): Arg {
  return arg`${T}/${String(number)}`;
}

/** A plain tar of the source in the workspace, looked through, with its digest in $DIGESTn. */
export function readSteps(
  input: Pick<ImportInput, 'facts' | 'maxSize'>,
  source: LayerSource,
  number: number,
): readonly Step[] {
  if (source.type === 'stored') return [];
  const phase = 'read';
  const tar = arg`${T}/${String(number)}.tar`;
  const list = arg`${T}/${String(number)}.list`;
  return [
    ...(source.type === 'changes'
      ? changesSteps(input, source, number, tar)
      : plainTarSteps(input, source, number, tar)),
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
      action: {
        type: 'run',
        argv: ['sh', '-ec', arg`${CHECK_SH}`, 'check', list, tar, ...(mayBeEmpty(source) ? ['empty'] : [])],
      },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'A name that contains ".." would be written outside of the layer, over a file of this machine. tar has defences of its own; a hostile archive is better refused before it is opened. A name that begins with "/" is taken relative to the root of the layer, as docker and podman do.',
      pitfalls: [
        'An archive made with tar --absolute-names (-P) in a directory has the path of that directory in all names: make it with -C DIRECTORY . instead.',
      ],
    },
    {
      id: `digest-${number}`,
      phase,
      title: `compute the digest of layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: sha256(input.facts),
        stdin: tar,
        capture: digestOf(number).var,
        reads: tar,
      },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'A layer is named by the sha256 of its uncompressed archive, which OCI calls its diffID. So the same layer is stored once, whoever imports it under whatever name.',
      pitfalls: [],
    },
    ...verifySteps(source, number),
  ];
}

/** The layer as a directory of the workspace. */
export function unpackSteps(input: Pick<ImportInput, 'facts' | 'maxSize'>, number: number): readonly Step[] {
  const { facts } = input;
  const phase = 'unpack';
  const tar = arg`${T}/${String(number)}.tar`;
  const directory = layerIn(number);
  const files = arg`${directory}/${LAYER_FILES}`;
  return [
    {
      id: `make-layer-${number}`,
      phase,
      title: `make a directory for layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0755', '--', directory, files] },
      undo: IN_WORKSPACE,
      why: "Empty directories, made by mkdir(2), into which nobody else writes: one for the layer, and in it one for the layer's files.",
      pitfalls: [],
    },
    ...deviceSteps(facts, number),
    {
      id: `unpack-${number}`,
      phase,
      title: `unpack layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: asOwner(facts, [
          ...DIES_WITH_US,
          ...keepsWarnings(`${number}.unpack`),
          ...limited(input),
          ...['tar', '--extract', '--file', tar, '--directory', files],
          ...['--numeric-owner', '--preserve-permissions', '--delay-directory-restore'],
          facts.mapping === 'single' ? '--no-same-owner' : '--same-owner',
          ...ATTRIBUTES,
          ...['--anchored', '--exclude=./dev/*', '--exclude=dev/*', '--exclude=/dev/*'],
          ...(facts.mapping === 'host' ? [] : ['--no-wildcards', '--exclude-from', leftOut(number)]),
        ]),
        reads: tar,
      },
      undo: IN_WORKSPACE,
      why:
        facts.mapping === 'host'
          ? 'tar unpacks with the numeric owners, modes, extended attributes and time stamps of the archive. It takes the leading slash off names and hard links, and makes symbolic links that lead elsewhere only at the end, so no member can be written through one (openat(2) would follow it). The content of dev is left out: a container gets a /dev of its own.'
          : 'tar unpacks as root of a user namespace made by unshare(2), the one in which containers run, so that the files belong to the ids that the container will see. It takes the leading slash off names and hard links, and makes symbolic links that lead elsewhere only at the end, so no member can be written through one. The content of dev is left out: mknod(2) is not permitted here, and a container gets a /dev of its own.',
      pitfalls: [
        'Cannot open: Not a directory: a member lies below a symbolic link of the same archive that leads outside.',
        'Cannot mknod: Operation not permitted: device nodes can be unpacked by root only.',
      ],
    },
    keepStep(facts, tar, number),
  ];
}

/** The command that prints the sha256 of its stdin as its first word. */
export function sha256({ openssl }: Pick<Facts, 'openssl'>): readonly string[] {
  return openssl ? ['openssl', 'dgst', '-sha256', '-r'] : ['sha256sum'];
}

/** Keeps the very bytes of the layer: the files alone do not give them back. */
function keepStep({ zstd }: Pick<Facts, 'zstd'>, tar: Arg, number: number): Step {
  const archive = arg`${layerIn(number)}/${LAYER_ARCHIVE}`;
  return {
    id: `keep-${number}`,
    phase: 'unpack',
    title: `keep the archive of layer ${number}`,
    where: HOST,
    action: {
      type: 'run',
      ...(zstd
        ? {
            argv: [...DIES_WITH_US, 'zstd', '-q', '-1', '-T0', '-c'],
            stdin: tar,
            stdout: archive,
            reads: tar,
          }
        : { argv: ['ln', '--', tar, archive] }),
    },
    undo: IN_WORKSPACE,
    why: `The digest is that of these bytes, and another archive of the same files has others: in the order of its members, say. Whoever saves the image needs them again.${
      zstd
        ? ' Compressed quickly rather than well; setpriv ends zstd with its parent, should that be killed.'
        : ' A second name for the archive, made by link(2). With zstd installed, it would be compressed.'
    }`,
    pitfalls: ['No space left on device: an import needs room for the archive and for its files.'],
  };
}

/** An image may have a layer without files, when a command changed none. */
function mayBeEmpty(source: LayerSource): boolean {
  return 'diffId' in source || source.type === 'changes';
}

function verifySteps(source: LayerSource, number: number): readonly Step[] {
  if (!('diffId' in source) || source.diffId === undefined) return [];
  return [
    {
      id: `verify-${number}`,
      phase: 'read',
      title: `compare the digest of layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['test', arg`${digestOf(number)}`, '=', source.diffId] },
      undo: { type: 'nothing', reason: 'it only compares' },
      why: "The image's configuration names the digest of each of its layers. If what was read has another one, it is damaged, or somebody changed it.",
      pitfalls: ['The archive was changed, or damaged on its way.'],
    },
  ];
}
