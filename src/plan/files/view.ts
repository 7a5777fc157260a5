/** Ways to the files of a container: the one that it sees itself while it runs, and the same tree of layers when it is kept. */

import { type Arg, arg, C, INIT, M, STORE, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { DIES_WITH_US } from '../image/layer-source.ts';
import { lowerDirectories, overlayEncoding } from '../run/overlay.ts';
import type { PlanVariable, Where } from '../step.ts';
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
      /** The inode number of the writable layer above them. */
      readonly upper: string;
    };

const BARE_SH: Variable = { var: 'BARE_SH' };
const JOIN_SH: Variable = { var: 'JOIN_SH' };

/**
 * Gives a command the root of a running container as its working directory, in a copy of its mount table. Arguments: the host's PID of init, when it started,
 * what the command does ("export": reads only what is in the root file system itself; "read" and "write": volumes too), the command.
 *
 * The working directory can be named in no other way, and the root directory is the host's, so that every program is the host's own. A path of the
 * container may have been replaced by a link that leads to the host: there umount(2) finds no mount of this table. An init that has called chroot(2)
 * has another root, and there the way goes up until it ends. What changed while it was read makes tar exit with 1, which is normal here.
 */
const BARE_TEXT = `
init=$1 start=$2 what=$3 root=; shift 3
same() { line=$(cat "/proc/$init/stat") && set -- \${line##*) } && [ "\${20}" = "$start" ]; }
unmount() { umount --no-mtab --no-canonicalize --internal-only --lazy -- ".$1" || :; }
while read -r id parent _ _ at _; do
  if [ "$at" = / ]; then root=$id; elif [ "$what" = export ] && [ "$parent" = "$root" ]; then
    case $at in *\\\\*) at=$(printf %b/ "$(printf %s "$at" | sed 's/\\\\/\\\\0/g')"); at=\${at%/} ;; esac
    unmount "$at"
  fi
done <"/proc/$init/mountinfo"
same || { echo "the container has ended" >&2; exit 1; }
[ -n "$root" ] || while ! [ .. -ef . ]; do cd -P ..; done
[ "$what" = export ] && [ -n "$root" ] || { unmount /proc; unmount /sys; unmount /dev; }
[ "$what" != export ] || mount --no-mtab --no-canonicalize -o remount,bind,ro,nodev none .
"$@" || { status=$?; [ "$status$what" = 1export ] || exit "$status"; }
`.trim();

/**
 * Mounts an overlay and runs the command in it. Arguments: the store, overlay's options, where, the container's writable layer and its inode number, the
 * command. A fork gives the container another one, over more layers. One that comes after this look no longer matters: what is mounted stays the same directories.
 */
const JOIN_TEXT = `
cd -- "$1"
mount --no-mtab -t overlay overlay -o "$2" -- "$3"
[ "$(stat -c %i -- "$4")" = "$5" ] || { echo "the container was forked meanwhile" >&2; exit 1; }
cd -- "$3"; shift 5
exec "$@"
`.trim();

/** The variables that the ways below use. */
export function viewVariables(view: ContainerView): readonly PlanVariable[] {
  return [
    { name: C.var, value: arg`${STORE}/containers/${view.name}`, meaning: "the container's directory" },
    ...(view.type === 'kept'
      ? [
          { name: M.var, value: arg`${C}/merged`, meaning: 'where its root file system is assembled' },
          { name: JOIN_SH.var, value: JOIN_TEXT, meaning: 'joins the layers for one command' },
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
            meaning: 'gives one command the root of the running container',
          },
        ]),
  ];
}

/** What is done with the files: all of the root file system is read; something is read, from volumes too; something is written. */
export type Access = 'export' | 'read' | 'write';

export interface Viewed {
  readonly where: Where;
  readonly argv: readonly Arg[];
  /** Why it is done like this. */
  readonly why: string;
}

/** A command of the host that has the container's root as its working directory. Its programs are the host's, too. */
export function viewed(
  view: ContainerView,
  facts: Pick<Facts, 'mapping'>,
  access: Access,
  command: readonly Arg[],
): Viewed {
  return view.type === 'kept'
    ? viewedWhenKept(view, facts, access, command)
    : viewedWhileRunning(view, facts, access, command);
}

function viewedWhenKept(
  view: Extract<ContainerView, { type: 'kept' }>,
  facts: Pick<Facts, 'mapping'>,
  access: Access,
  command: readonly Arg[],
): Viewed {
  const writes = access === 'write';
  return {
    where: { type: 'host' },
    argv: asOwner(facts, [
      ...DIES_WITH_US,
      // One at a time: two overlays on one upper directory would mount without an error.
      ...(writes ? ['flock', '--no-fork', arg`${C}`] : []),
      ...['unshare', '--mount', '--propagation', 'private', '--'],
      ...['sh', '-ec', arg`${JOIN_SH}`, 'join', arg`${STORE}`, keptOptions(view, facts, writes), arg`${M}`],
      ...[arg`${C}/upper`, view.upper],
      ...command,
    ]),
    why: `unshare(2) makes a mount table for this command alone, so the host's never changes. ${
      writes
        ? "The container's overlay is mounted there as a run mounts it."
        : "The container's writable layer and those of its image are joined there as lower layers of one overlay, which is read-only because it has no upper one: overlay itself leaves out what was deleted, and hides its marks."
    }`,
  };
}

function viewedWhileRunning(
  view: Extract<ContainerView, { type: 'running' }>,
  facts: Pick<Facts, 'mapping'>,
  access: Access,
  command: readonly Arg[],
): Viewed {
  const directory = arg`/proc/${INIT}/root`;
  return {
    where: inside(facts, ['mount'], { hostRoot: true, directory }),
    argv: [
      ...DIES_WITH_US,
      ...['unshare', '--mount', '--propagation', 'unchanged', '--', 'env', arg`PWD=${directory}`],
      ...['sh', '-ec', arg`${BARE_SH}`, 'bare', arg`${INIT}`, view.init.start, access],
      ...DIES_WITH_US,
      ...command,
    ],
    why: `The container runs, so its writable layer is in use, and a second overlay on that would be undefined. Instead unshare(2) copies the container's mount table for this command alone, in which ${
      access === 'export'
        ? 'everything is unmounted that is mounted on top of the root: what is left is what the container itself sees, without /proc, /sys, /dev and volumes'
        : '/proc, /sys and /dev are unmounted'
    }. The programs are the host's (--root=/); none of the image's is ever run.`,
  };
}

function keptOptions(
  { name, links }: Extract<ContainerView, { type: 'kept' }>,
  facts: Pick<Facts, 'mapping'>,
  writes: boolean,
): string {
  const [own, lower] = [`containers/${name}`, lowerDirectories(links)];
  const layers = writes
    ? `lowerdir=${lower},upperdir=${own}/upper,workdir=${own}/work`
    : // The container's own layer is the topmost lower one.
      `lowerdir=${own}/upper:${lower}`;
  return `${writes ? 'nodev' : 'ro,nodev'},${overlayEncoding(facts)},${layers}`;
}
