/** What an import could not keep of its sources, counted in one sentence: from the lists of members, and from what tar said. */

import { type Arg, arg, T, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { PlanVariable, Step } from '../step.ts';
import { IN_WORKSPACE } from './workspace.ts';

const TAR_SH: Variable = { var: 'TAR_SH' };
const DEVICES_SH: Variable = { var: 'DEVICES_SH' };
const LOSSES_SH: Variable = { var: 'LOSSES_SH' };

/**
 * Arguments: a file that takes what tar says, tar's command line. When tar fails it is said aloud; the disk that the file lies on may be full, and then so it
 * says who writes to it once more. Directories that the archive does not list get the modes of the umask; ours would close them to the container's users.
 */
const TAR_TEXT = `
umask 022; said=$1 status=0; shift
"$@" 2>"$said" || status=$?
[ "$status" = 0 ] || { cat -- "$said" >&2; echo | cat >>"$said"; }
exit "$status"
`.trim();

/**
 * Arguments: the list of members, a file for the names of device nodes that tar is to leave out. A character device 0:0 is a whiteout, which everybody may
 * make. tar would leave out all members of such a name, and what is below it: so no name is taken if one of them occurs again. Nor is one that would
 * have to be unquoted.
 */
const DEVICES_TEXT = `
: >"$2"
grep -q -e '^block [0-9]*: [bc]' -- "$1" || exit 0
sed -n -e '/^block [0-9]*: c[^"]* 0,0 /d' -e 's/^block [0-9]*: [bc][^"]*"\\([^"\\\\]*\\)"$/\\1/p' -- "$1" |
  grep -v -E -e '^(\\./|/)?dev/' >"$2" || exit 0
sed -e 's/.*/"&"/p' -e 's/"$/\\//' -- "$2" >"$2.patterns"
found=$(sed -e 's/" -> ".*/"/' -- "$1" | grep -c -F -f "$2.patterns")
[ "$found" = "$(grep -c '' -- "$2")" ] || : >"$2"
`.trim();

/**
 * Arguments: the workspace, and the mapping of ids. It looks at the lists of members that tar wrote, N.list, and at what tar said, N.*.said; most imports
 * lose nothing, which the first look tells.
 */
const LOSSES_TEXT = `
cd -- "$1"
block='^block [0-9]+: '
dev='^[^"]*"(\\./|/)?dev/[^"]'
aufs='^[^"]*"(([^"\\\\]|\\\\.)*/)?\\.wh\\.\\.wh\\.([^.]|\\.[^o])'
owner="$block[^*hbc][^ ]* ([1-9][0-9]*/|0/[1-9])"
special="$block-(..[sS]...... [1-9]|.....[sS]... [0-9]+/[1-9])"
attribute="^tar: [a-z]*: Cannot set '.*' extended attribute for file '"
socket=': socket ignored$'
[ "$2" = single ] || owner='^$'
grep -q -s -E -e "$dev" -e "$aufs" -e "$owner" -e "$attribute" -e "$socket" -- ./*.list ./*.said ||
  cat -- ./*.devices 2>/dev/null | grep -q '' || exit 0
members() { cat -- ./*.list | grep -E -v -e "$dev" | grep -E -c -e "$1" || :; }
warnings() { cat -- ./*.said | grep -E -c -e "$1" || :; }
digits() { echo "$1" | sed -e ':a' -e 's/^\\([0-9]*[0-9]\\)\\([0-9]\\{3\\}\\)/\\1,\\2/' -e 'ta'; }
lost=''
add() { case $1 in 0) ;; 1) lost="\${lost:+$lost, }1 $2" ;; *) lost="\${lost:+$lost, }$(digits "$1") $3" ;; esac; }
if [ "$2" = single ]; then
  add "$(members "$owner")" 'lost its owner (only one id is mapped)' 'lost their owner (only one id is mapped)'
  add "$(members "$special")" 'of them is set-uid or set-gid' 'of them are set-uid or set-gid'
fi
add "$(cat -- ./*.list | grep -E -c -e "$dev" || :)" 'below /dev was left out' 'below /dev were left out'
add "$(cat -- ./*.devices 2>/dev/null | grep -c '' || :)" 'device node can not be made by you' 'device nodes can not be made by you'
add "$(members "$aufs")" 'mark of aufs was left out' 'marks of aufs were left out'
add "$(warnings "$attribute")" 'extended attribute was refused by the file system' 'extended attributes were refused by the file system'
add "$(warnings "$socket")" 'socket was left out' 'sockets were left out'
entries=$(cat -- ./*.list | grep -E -c -e "$block[^*]" || :)
[ "$entries" != 1 ] && of=entries || of=entry
[ -z "$lost" ] || echo "note: of $(digits "$entries") $of $lost"
`.trim();

export const LOSS_PROGRAMS: readonly PlanVariable[] = [
  {
    name: TAR_SH.var,
    value: TAR_TEXT,
    meaning: 'runs tar, and keeps what it says',
  },
  { name: DEVICES_SH.var, value: DEVICES_TEXT, meaning: 'lists device nodes that only root can make' },
  { name: LOSSES_SH.var, value: LOSSES_TEXT, meaning: 'counts what an import could not keep' },
];

/** The words in front of tar's own that keep what it says in `file`, one of the workspace. */
export function keepsWarnings(file: string) {
  return ['sh', '-c', arg`${TAR_SH}`, 'tar', arg`${T}/${file}.said`] as const;
}

/** The names of members that tar is to leave out: a file of the workspace. */
export function leftOut(number: number): Arg {
  return arg`${T}/${String(number)}.devices`;
}

/** The step that lists device nodes that an ordinary user can not make; root makes them. */
export function deviceSteps({ mapping }: Pick<Facts, 'mapping'>, number: number): readonly Step[] {
  if (mapping === 'host') return [];
  return [
    {
      id: `devices-${number}`,
      phase: 'unpack',
      title: `list the device nodes of layer ${number}`,
      where: { type: 'host' },
      action: {
        type: 'run',
        argv: ['sh', '-ec', arg`${DEVICES_SH}`, 'devices', arg`${T}/${String(number)}.list`, leftOut(number)],
      },
      undo: IN_WORKSPACE,
      why: 'mknod(2) of a device is not permitted in a user namespace, whoever root is there. So device nodes are left out of the layer, as rootless podman and docker do, and counted; most images have none outside of /dev.',
      pitfalls: [],
    },
  ];
}

/** The step that says what was lost; none when nothing was unpacked. */
export function lossSteps({ mapping }: Pick<Facts, 'mapping'>, unpacked: readonly number[]): readonly Step[] {
  if (unpacked.length === 0) return [];
  return [
    {
      id: 'count-losses',
      phase: 'unpack',
      title: 'count what could not be kept',
      where: { type: 'host' },
      action: {
        type: 'run',
        argv: ['sh', '-ec', arg`${LOSSES_SH}`, 'losses', arg`${T}`, mapping],
        tells: true,
      },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'Not everything in an archive can be had everywhere: owners need a range of ids, device nodes need root, extended attributes a file system that keeps them. grep(1) counts in the lists of members, and in what tar said, what was left out or lost.',
      pitfalls: [],
    },
  ];
}
