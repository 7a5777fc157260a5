/** The two small shell programs that every container starts with. Both are constant text: values come as arguments. */

/**
 * What the shim does once it has closed what the caller left open. It kills init when it is asked to end: the kernel sends it TERM when whoever
 * started it dies, and init's own death signal is no replacement for that, because the kernel forgets it when the command changes its user
 * (PR_SET_PDEATHSIG in prctl(2)). INT and QUIT from a terminal are for the command. 6 is stdin: a shell gives a background job none. What a shell says
 * about a job that was killed is nobody's business.
 */
const WATCH = watch('kill -KILL "${!:-$$}"', '');

/** `kill` ends what it started; `report` is done once it is started, with its number in `$!`. */
function watch(kill: string, report: string): string {
  return `trap "" INT QUIT; trap '${kill}; wait "$!" 2>/dev/null; exit 137' TERM HUP; exec 6<&0; "$@" <&6 6<&- & ${report}wait "$!" 2>/dev/null; exit $?`;
}

/** Closes what the caller left open, but for 0 to 5. */
export const CLOSE = {
  bash: 'for fd in /proc/self/fd/*; do fd=${fd##*/}; case $fd in [0-5]) ;; *) eval "exec $fd>&-" ;; esac; done',
  sh: 'exec 6>&- 7>&- 8>&- 9>&-',
} as const;

/** A command that has a directory of the host open gets to all of the host through it: CVE-2024-21626 in runc. 5 is stderr. */
export const NO_DIRECTORIES =
  'for fd in 0 1 5; do [ ! -d /proc/self/fd/$fd ] || { echo "a directory can not be passed on" >&2; exit 125; }; done';

/**
 * The parent of init. It stays on the host's side of the PID namespace, because unshare(1) with --fork ignores INT and TERM and
 * (in util-linux 2.38) turns "init was killed" into exit 1; a shell reports 128+n. It closes what the caller
 * left open, so that the container gets descriptors 0, 1, 2 and, until it starts, 3 (gate), 4 (ready) and 5 (the caller's stderr).
 */
export const SHIM_TEXT = {
  bash: `${CLOSE.bash}; ${NO_DIRECTORIES}; ${WATCH}`,
  sh: `${CLOSE.sh}; ${NO_DIRECTORIES}; ${WATCH}`,
} as const;

/**
 * The parent of a command that joins a container. It reports the command's number as the host counts (there is no /proc where it stands). The session
 * is its own, and what the command has started goes with it.
 */
export const JOIN_SHIM_TEXT = watch('kill -KILL 0', 'echo "$!" >&4; exec 4>&-; ');

/**
 * init: PID 1. Arguments: the container's directory (it tells whoever looks at the processes of the host which container this is), the working
 * directory, NAME=value words, "--", the command. Only builtins are used after the gate, because no program of the host can be started from inside
 * the new root. /proc is still the host's when the PID is read, and the container's own at the gate.
 *
 * The variables of the container come as words, and become variables only when everything else is done: in the environment of a program of the host,
 * PATH and LD_PRELOAD would choose what runs there, and the names that are used here would change the user's values. Words that are no variables for a
 * shell are left out; "command" keeps a value that the shell does not like (OPTIND=x) from ending it.
 *
 * Ctrl-C on its terminal ends it, which is a request to stop: as PID 1 some shells would not notice.
 */
export const INIT_TEXT = `
trap 'trap - EXIT; exit 130' INT
read -r pid rest </proc/self/stat; echo "$pid" >&4; exec 4>&-
read -r word <&3 && [ "$word" = GO ] || exit 125
exec 3<&- 2>&5 5>&-
fail() { printf '%s\\n' "tinydocker: $2" >&2; exit "$1"; }
read -r pid rest </proc/self/stat
[ "$pid" = 1 ] || fail 125 "The host is still visible, so nothing was started."
umask 022
cd -- "$2" 2>/dev/null || fail 126 "The working directory $2 is not a directory that the user can enter."
shift 2
unset OLDPWD PWD SHLVL _
while [ "$1" != -- ]; do
  case \${1%%=*} in
    '' | [0-9]* | *[!A-Za-z0-9_]*) ;;
    *) command export "$1" 2>/dev/null || : ;;
  esac
  shift
done
shift
look() {
  case $1 in
    */*) set -- "$1" "$1" ;;
    *) set -- "$1" '' "$PATH:"
       while [ -z "$2" ] && [ -n "$3" ]; do
         set -- "$1" "\${3%%:*}" "\${3#*:}"
         set -- "$1" "\${2:-.}/$1" "$3"
         [ -f "$2" ] && [ -x "$2" ] || set -- "$1" '' "$3"
       done ;;
  esac
  [ -n "$2" ] || fail 127 "The command \\"$1\\" is not in the image; looked for in PATH=$PATH."
  [ -e "$2" ] || fail 127 "$1 is not in the image."
  [ ! -d "$2" ] || fail 126 "$1 is a directory, not a program."
  [ -x "$2" ] || fail 126 "$1 is not executable."
}
look "$1"
[ "$1" != /dev/init ] || look "$3"
trap 'fail 126 "$1 can not be executed; the interpreter that it asks for may be missing."' EXIT
exec "$@"
`.trim();

/**
 * The keeper of the caller's terminal: starts script(1), and gives the terminal its settings back when it is told to stop, or when whoever started
 * it dies. script itself would do so only if it were told once: when a process with many threads dies, its children get the death signal several
 * times, and the second one kills script before it has tidied up.
 */
export const KEEP_TEXT = `
saved=$(stty -g 2>/dev/null)
trap '' INT QUIT
trap 'trap "" TERM HUP; kill -KILL "$!"; [ -z "$saved" ] || stty "$saved"; exit 143' TERM HUP
exec 6<&0
"$@" <&6 6<&- &
wait "$!"
`.trim();
