/** The two small shell programs that every container starts with. Both are constant text: values come as arguments. */

/**
 * What the shim does once it has closed what the caller left open. It kills init when it is asked to end: the kernel sends it TERM when whoever
 * started it dies, and init's own death signal is no replacement for that, because the kernel forgets it when the command changes its user
 * (PR_SET_PDEATHSIG in prctl(2)). INT and QUIT from a terminal are for the command. 6 is stdin: a shell gives a background job none. What a shell says
 * about a job that was killed is nobody's business.
 */
const WATCH =
  'trap "" INT QUIT; trap \'kill -KILL "${!:-$$}"; wait "$!" 2>/dev/null; exit 137\' TERM HUP; exec 6<&0; "$@" <&6 6<&- & wait "$!" 2>/dev/null; exit $?';

/**
 * The parent of init. It stays on the host's side of the PID namespace, because unshare(1) with --fork ignores INT and TERM and
 * (in util-linux 2.38) turns "init was killed" into exit 1; a shell reports 128+n. It closes what the caller
 * left open, so that the container gets descriptors 0, 1, 2 and, until it starts, 3 (gate), 4 (ready) and 5 (the caller's stderr).
 */
export const SHIM_TEXT = {
  bash: `for fd in /proc/self/fd/*; do fd=\${fd##*/}; case $fd in [0-5]) ;; *) eval "exec $fd>&-" ;; esac; done; ${WATCH}`,
  sh: `exec 6>&- 7>&- 8>&- 9>&-; ${WATCH}`,
} as const;

/**
 * init: PID 1. Arguments: the container's directory on the host, the working directory, the command. Only builtins are used after the gate,
 * because no program of the host can be started from inside the new root. /proc is still the host's when the PID is read. Ctrl-C on its terminal ends it,
 * which is a request to stop: as PID 1 some shells would not notice.
 */
export const INIT_TEXT = `
trap 'trap - EXIT; exit 130' INT
read -r pid rest </proc/self/stat; echo "$pid" >&4; exec 4>&-
read -r word <&3 && [ "$word" = GO ] || exit 125
exec 3<&- 2>&5 5>&-
if [ -e "$1/gate" ]; then echo "tinydocker: The host is still visible, so nothing was started." >&2; exit 125; fi
umask 022
cd -- "$2" || { echo "tinydocker: The working directory $2 is not a directory that the user can enter." >&2; exit 126; }
shift 2
unset OLDPWD PWD SHLVL _
case $1 in
  */*) found=$1 ;;
  *) found= rest=$PATH:
     while [ -z "$found" ] && [ -n "$rest" ]; do
       dir=\${rest%%:*} rest=\${rest#*:}
       [ ! -f "\${dir:-.}/$1" ] || [ ! -x "\${dir:-.}/$1" ] || found=\${dir:-.}/$1
     done ;;
esac
if [ -z "$found" ]; then echo "tinydocker: The command \\"$1\\" is not in the image; looked for in PATH=$PATH." >&2; exit 127; fi
if [ ! -e "$found" ]; then echo "tinydocker: $1 is not in the image." >&2; exit 127; fi
if [ -d "$found" ]; then echo "tinydocker: $1 is a directory, not a program." >&2; exit 126; fi
if [ ! -x "$found" ]; then echo "tinydocker: $1 is not executable." >&2; exit 126; fi
trap 'echo "tinydocker: $1 can not be executed; the interpreter that it asks for may be missing." >&2; exit 126' EXIT
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
