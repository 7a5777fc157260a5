/**
 * Deletions in a layer. An archive marks them with files: ".wh.NAME" stands for "NAME of the layers below is gone", ".wh..wh..opq" in a directory for
 * "nothing below shows through here" (OCI image specification, "Representing Changes"). Overlay has marks of its own: a character device 0:0, and an
 * extended attribute of the directory (Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").
 */

import { arg, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { PlanVariable, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { LAYER_FILES, LAYER_OPAQUE } from './image.ts';
import { layerIn } from './layer.ts';
import { DIES_WITH_US } from './layer-source.ts';
import { IN_WORKSPACE } from './workspace.ts';

const WHITEOUTS_SH: Variable = { var: 'WHITEOUTS_SH' };
const WHITEOUT_SH: Variable = { var: 'WHITEOUT_SH' };

/** The attribute by which overlay knows an opaque directory: an ordinary user's mount has the option userxattr. */
export const OPAQUE: Readonly<Record<Facts['mapping'], string>> = {
  host: 'trusted.overlay.opaque',
  range: 'user.overlay.opaque',
  single: 'user.overlay.opaque',
};

/** Arguments: the list of members, the directory of the layer's files, the program for one batch of marks, and what that one needs. */
const WHITEOUTS_TEXT = `
grep -q -F -e .wh. -- "$1" || exit 0
cd -- "$2"; program=$3; shift 3
exec find . -name '.wh.*' -prune -exec sh -ec "$program" whiteout "$@" {} +
`.trim();

/**
 * Arguments: the attribute of an opaque directory, a file that takes their paths, a file name for scratch, marks. What the same layer brings is not what it
 * deletes: a directory beside a mark of its name replaces the one below, so it is opaque. Names that begin with ".wh..wh." are aufs's own. The directory keeps its time stamp. tar sets the
 * attribute, because setfattr(1) is seldom installed.
 */
const WHITEOUT_TEXT = `
attribute=$1 record=$2 scratch=$3; shift 3
for mark; do
  directory=\${mark%/*} name=\${mark##*/.wh.} opaque=''
  touch -r "$directory" -- "$scratch"
  rm -rf --one-file-system -- "$mark"
  case $name in
    '' | . | ..) echo "whiteout of nothing: $mark" >&2; exit 1 ;;
    .wh..opq) opaque=$directory ;;
    .wh.*) ;;
    *) if [ -d "$directory/$name" ] && [ ! -L "$directory/$name" ]; then opaque=$directory/$name
       elif [ ! -e "$directory/$name" ] && [ ! -L "$directory/$name" ]; then mknod -- "$directory/$name" c 0 0; fi ;;
  esac
  touch -r "$scratch" -- "$directory"
  [ -n "$opaque" ] || continue
  tar --create --file "$scratch.tar" --format=posix --pax-option="SCHILY.xattr.$attribute:=y" --numeric-owner --no-recursion -- "$opaque"
  tar --extract --file "$scratch.tar" --xattrs --xattrs-include="$attribute" --numeric-owner --same-owner --preserve-permissions
  printf '%s\\0' "$opaque" >>"$record"
done
`.trim();

export const WHITEOUT_PROGRAMS: readonly PlanVariable[] = [
  {
    name: WHITEOUTS_SH.var,
    value: WHITEOUTS_TEXT,
    meaning: "finds an archive's marks of deletion, if it has any",
  },
  { name: WHITEOUT_SH.var, value: WHITEOUT_TEXT, meaning: "turns such marks into overlay's own" },
];

/** The step that turns an unpacked layer's marks of deletion into overlay's. */
export function whiteoutStep(facts: Pick<Facts, 'mapping'>, number: number): Step {
  const trusted = facts.mapping === 'host';
  const directory = layerIn(number);
  const files = arg`${directory}/${LAYER_FILES}`;
  return {
    id: `whiteouts-${number}`,
    phase: 'unpack',
    title: `translate the deletions of layer ${number}`,
    where: { type: 'host' },
    action: {
      type: 'run',
      argv: asOwner(facts, [
        ...DIES_WITH_US,
        ...[
          'sh',
          '-ec',
          arg`${WHITEOUTS_SH}`,
          'whiteouts',
          arg`${directory}.list`,
          files,
          arg`${WHITEOUT_SH}`,
        ],
        OPAQUE[facts.mapping],
        ...[arg`${directory}/${LAYER_OPAQUE}`, arg`${directory}.scratch`],
      ]),
    },
    undo: IN_WORKSPACE,
    why: `A layer says what it deletes from the ones below by files named .wh.NAME. Overlay knows a character device with the number 0:0 instead, made by mknod(2), and an extended attribute, set by setxattr(2), on a directory that hides what is below it.${trusted ? '' : ' Both are permitted to an ordinary user for this purpose.'} The paths of such directories are also written to a file beside the layer's, so that a look from outside needs no program that reads attributes.`,
    pitfalls: [
      'mknod: Operation not permitted: before Linux 5.8 an ordinary user can not make whiteouts.',
      'whiteout of nothing: the archive has a file named .wh. and nothing else; no tool makes such a thing.',
    ],
  };
}
