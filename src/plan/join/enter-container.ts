/**
 * The shell programs by which a command gets into a container that runs. Constant text: values come as arguments.
 *
 * What joins the container's PID namespace is seen by everybody in it, and as soon as it has no more capabilities than they have, root there may look at it,
 * trace it, and take its root directory (/proc/PID/root, ptrace(2)). Between setpriv(1), which drops privileges, and chroot(2), which has to come after
 * it, there is always such a moment. So the root directory that it still has then may not be the host's.
 */

import type { Variable } from '../arg.ts';
import { CLOSE, NO_DIRECTORIES } from '../run/init.ts';

export const ENTER_SH: Variable = { var: 'ENTER_SH' };
export const GATE_SH: Variable = { var: 'GATE_SH' };

/**
 * Makes a root directory that has the host's programs, read-only, and nothing else, and enters the container's namespaces from there. Arguments: the host's
 * PID of the container's init, when that started, a directory to mount on, options of nsenter(1) that name namespaces, "--", what runs inside.
 *
 * Where something is mounted below one of the host's directories, an ordinary user can not have that directory without it (mount_namespaces(7), "locked"): then all of it
 * is bound, and each mount made read-only.
 *
 * It stands in a mount table of its own, which lives as long as this shell. The directory /proc/PID is pinned by entering it: from then on it is
 * that process, or nothing. /target is that directory, bound: all of the host's /proc that is left. /proc leads to the host's only until the host's root has
 * gone, because umount(8) wants it. /nsenter is for whoever has the container's PATH. In the container's root, /dev/.old is where a run that is
 * not yet complete has the host's.
 */
const ENTER = `
init=$1 start=$2 root=$3 options=; shift 3
fail() { echo "$1" >&2; exit 125; }
same() { line=$(cat stat) && set -- \${line##*) } && [ "\${20}" = "$start" ]; }
whole() {
  mount --no-mtab --rbind "/$1" "$root/$1"
  while read -r _ _ _ _ at flags _; do
    at=$(printf %b/ "$(printf %s "$at" | sed 's/\\\\/\\\\0/g')"); at=\${at%/}
    case $at/ in "$root/$1/"*) ;; *) continue ;; esac
    keep=; case ,$flags, in *,noexec,*) keep=,noexec ;; esac
    mount --no-mtab -o "remount,bind,ro,nosuid,nodev$keep" -- "$at"
  done </proc/self/mountinfo
}
while [ "$1" != -- ]; do options="$options $1"; shift; done
shift
trap '' INT QUIT
umask 022
${NO_DIRECTORIES}
cd "/proc/$init" 2>/dev/null && same 2>/dev/null || fail "the container has ended"
up=root
while ! [ "$up/.." -ef "$up" ]; do up=$up/..; [ "\${#up}" -lt 4000 ] || fail "the container has a root that has no end"; done
[ -d "$up/." ] || fail "the container has ended"
! [ "$up" -ef / ] && ! [ -e "$up/dev/.old" ] || fail "the container is just being made"
mount --no-mtab -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root"
links= directories=
for name in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then links="$links /$name"; elif [ -d "/$name" ]; then directories="$directories $name"; fi
done
(cd "$root"; mkdir old dev target $directories; : >dev/null; ln -s old/proc proc; [ -z "$links" ] || cp -P $links .)
for name in $directories; do
  mount --no-mtab --bind -o ro,nosuid,nodev "/$name" "$root/$name" 2>/dev/null || whole "$name"
done
mount --no-mtab --bind /dev/null "$root/dev/null"
mount --no-mtab --no-canonicalize --bind . "$root/target"
pivot_root "$root" "$root/old"
cd /
for name in sh env setpriv nsenter readlink; do
  command -v "$name" >/dev/null || fail "missing in /usr and /bin: $name"
done
[ -e /nsenter ] || ln -s "$(command -v nsenter)" /nsenter
mount --no-mtab -o remount,bind,ro /
umount --no-mtab --no-canonicalize --internal-only --lazy /old
nsenter $options --no-fork --root=/ --wd=/ -- "$@"
exit $?
`.trim();

export const ENTER_TEXT = { bash: `${CLOSE.bash}\n${ENTER}`, sh: `${CLOSE.sh}\n${ENTER}` } as const;

/**
 * Waits at the gate, inside of the container's namespaces, in the root directory that ENTER_TEXT made, with all privileges: nobody in the container has
 * CAP_SYS_PTRACE, so nobody can touch it. Then it becomes the command. Arguments: the working directory, and what it executes in the root directory of the
 * container, which is no more than its working directory then.
 *
 * The working directory is looked up by hand: what the kernel's magic links (/proc/PID/fd/N) lead to does not count, only what they say. That
 * gives the right sentence and status; the look-up that counts is nsenter's, below the container's root.
 */
export const GATE_TEXT = `
directory=$1; shift
read -r word <&3 && [ "$word" = GO ] || exit 125
exec 3<&- 4>&- 2>&5 5>&-
fail() { printf '%s\\n' "tinydocker: The working directory $directory $2" >&2; exit "$1"; }
up=/target/root
while ! [ "$up/.." -ef "$up" ] && [ "\${#up}" -lt 4000 ]; do up=$up/..; done
rest=$directory place= links=0
while [ -n "$rest" ]; do
  case $rest in */*) name=\${rest%%/*} rest=\${rest#*/} ;; *) name=$rest rest= ;; esac
  case $name in '' | .) continue ;; ..) place=\${place%/*}; continue ;; esac
  if [ -L "$up$place/$name" ]; then
    links=$((links + 1)); [ "$links" -le 40 ] || fail 126 "has too many symbolic links."
    link=$(readlink -n -- "$up$place/$name"; echo /)
    case $link in /*) place= ;; esac
    rest=$link$rest
  elif [ -d "$up$place/$name" ]; then place=$place/$name
  elif [ -e "$up$place/$name" ]; then fail 126 "is not a directory."
  else fail 127 "does not exist in the container."
  fi
done
exec nsenter --wd="$up" -- "$@"
`.trim();
