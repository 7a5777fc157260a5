/** Ways to the files of a container: the one that it sees itself while it runs, and the same tree of layers when it is kept. */

import { type Arg, arg, C, INIT, M, STORE, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { DIES_WITH_US } from '../image/layer-source.ts';
import { lowerDirectories, overlayEncoding } from '../run/overlay.ts';
import type { PlanVariable, Step } from '../step.ts';
import { asOwner, inside } from '../user-namespace.ts';

export type ContainerView =
  | {
      readonly name: string;
      readonly type: 'running';
      /** The host's PID of its init, and when that started, which tells it from another process of the same number. */
      readonly init: { readonly pid: number; readonly start: string };
    }
  | {
      readonly name: string;
      readonly type: 'kept';
      /** Short links of its layers, lowest first, none of them twice. */
      readonly links: readonly string[];
    };

const BARE_SH: Variable = { var: 'BARE_SH' };
const JOIN_SH: Variable = { var: 'JOIN_SH' };

/**
 * Takes the mounts of a copied mount table away, down to the root, which becomes read-only, and runs the command there. Arguments: the host's PID of init,
 * when it started, the command. The working directory is the root of the copied table, and can be named in no other way; the root directory is the host's, so
 * that every program is the host's own. A path of the container may have been replaced by a link that leads to the host: there umount(2) finds no mount of
 * this table. An init that has called chroot(2) has another root, and
 * there the way goes up until it ends. What changed while it was read makes tar exit with 1, which is normal here.
 */
const BARE_TEXT = `
init=$1 start=$2; shift 2
same() { line=$(cat "/proc/$init/stat") && set -- \${line##*) } && [ "\${20}" = "$start" ]; }
unmount() { umount --no-mtab --no-canonicalize --internal-only --lazy -- ".$1" || :; }
while read -r id parent _ _ at _; do
  if [ "$at" = / ]; then root=$id; elif [ "$parent" = "\${root:-}" ]; then
    case $at in *\\\\*) at=$(printf %b/ "$(printf %s "$at" | sed 's/\\\\/\\\\0/g')"); at=\${at%/} ;; esac
    unmount "$at"
  fi
done <"/proc/$init/mountinfo"
same || { echo "the container has ended" >&2; exit 1; }
if [ -z "\${root:-}" ]; then
  while ! [ .. -ef . ]; do cd -P ..; done
  unmount /proc; unmount /sys; unmount /dev
fi
mount --no-mtab --no-canonicalize -o remount,bind,ro,nodev none .
"$@" || { status=$?; [ "$status" -eq 1 ] || exit "$status"; }
`.trim();

/** Mounts an overlay and runs the command in it. Arguments: the store, overlay's options, where, the command. */
const JOIN_TEXT = `
cd -- "$1"
mount --no-mtab -t overlay overlay -o "$2" -- "$3"
cd -- "$3"; shift 3
exec "$@"
`.trim();

/** The variables that the ways below use. */
export function viewVariables(view: ContainerView): readonly PlanVariable[] {
  return [
    { name: C.var, value: arg`${STORE}/containers/${view.name}`, meaning: "the container's directory" },
    ...(view.type === 'kept'
      ? [
          { name: M.var, value: arg`${C}/merged`, meaning: 'where its root file system is assembled' },
          { name: JOIN_SH.var, value: JOIN_TEXT, meaning: 'joins the layers, for one command to read' },
        ]
      : [
          {
            name: INIT.var,
            value: String(view.init.pid),
            meaning: "the host's PID of init, the container's PID 1",
          },
          {
            name: BARE_SH.var,
            value: BARE_TEXT,
            meaning: 'shows one command the root file system without what is mounted in it',
          },
        ]),
  ];
}

/** Where and how a command runs that has the whole tree, read-only and without what is mounted in it, as its working directory; and why so. */
export function wholeTree(
  view: ContainerView,
  facts: Pick<Facts, 'mapping'>,
  command: readonly Arg[],
): Pick<Step, 'where' | 'why'> & { readonly argv: readonly Arg[] } {
  if (view.type === 'kept')
    return {
      where: { type: 'host' },
      argv: asOwner(facts, [
        ...DIES_WITH_US,
        ...['unshare', '--mount', '--propagation', 'private', '--'],
        ...['sh', '-ec', arg`${JOIN_SH}`, 'join', arg`${STORE}`, keptOptions(view, facts), arg`${M}`],
        ...command,
      ]),
      why: "unshare(2) makes a mount table for this command alone, so the host's never changes. The container's writable layer and those of its image are joined there as lower layers of one overlay, which is read-only because it has no upper one: overlay itself leaves out what was deleted, and hides its marks.",
    };
  const directory = arg`/proc/${INIT}/root`;
  return {
    where: inside(facts, ['mount'], { hostRoot: true, directory }),
    argv: [
      ...DIES_WITH_US,
      ...['unshare', '--mount', '--propagation', 'unchanged', '--', 'env', arg`PWD=${directory}`],
      ...['sh', '-ec', arg`${BARE_SH}`, 'bare', arg`${INIT}`, view.init.start],
      ...DIES_WITH_US,
      ...command,
    ],
    why: "The container runs, so its writable layer is in use, and a second overlay on that would be undefined. Instead unshare(2) copies the container's mount table for this command alone, in which everything is unmounted that is mounted on top of the root: what is left is what the container itself sees, without /proc, /sys, /dev and volumes. The programs are the host's (--root=/); none of the image's is ever run.",
  };
}

/** The container's own layer is the topmost lower one. */
function keptOptions(
  { name, links }: Extract<ContainerView, { type: 'kept' }>,
  facts: Pick<Facts, 'mapping'>,
): string {
  return `ro,nodev,${overlayEncoding(facts)},lowerdir=containers/${name}/upper:${lowerDirectories(links)}`;
}
