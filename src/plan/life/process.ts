/** Processes of containers, told from others of the same number; what is sent to one and how one waits for its end. Constant shell programs. */

import type { Variable } from '../arg.ts';

/** A process as somebody saw it. A number alone is never trusted: it is used again, and means something else after a restart of the machine. */
export interface ProcessIdentity {
  /** The host's. */
  readonly pid: number;
  /** In clock ticks since the boot: field 22 of /proc/PID/stat, see proc(5). */
  readonly start: string;
  readonly boot: string;
}

export const SIGNAL_SH: Variable = { var: 'SIGNAL_SH' };
export const WAIT_SH: Variable = { var: 'WAIT_SH' };
export const END_SH: Variable = { var: 'END_SH' };

/**
 * `lives`: whether the process $init, of $start and $boot, lives, and in which $state. Only builtins, so that it can be asked right before a signal is sent. The
 * second field is the program's name, which the container chooses: it may hold any character. Z is a process that has ended and was not waited for, or one
 * whose first thread has ended.
 */
const LIVES_TEXT = `
lives() {
  read -r now </proc/sys/kernel/random/boot_id && [ "$now" = "$boot" ] || return 1
  line=
  { while IFS= read -r part || [ -n "$part" ]; do line="$line $part"; done <"/proc/$init/stat"; } 2>/dev/null || return 1
  set -- \${line##*)}
  state=$1
  [ "\${20}" = "$start" ]
}
`.trim();

/**
 * Sends a signal to a process, if it is the one that was meant; one that has ended needs none. Arguments: PID, start time, boot id, signal; and, where somebody else
 * has to send it, the command that does. Between the look and kill(2) no process is started.
 */
export const SIGNAL_TEXT = `
${LIVES_TEXT}
init=$1 start=$2 boot=$3 signal=$4; shift 4
lives || exit 0
if [ $# -gt 0 ]; then "$@"; else kill -s "$signal" "$init"; fi || ! lives || [ "$state" = Z ]
`.trim();

/**
 * `over SECONDS`: waits until nobody has ./ended open for writing any more, at most so many seconds; with a negative number without end. Nobody ever writes into it, so
 * that a look without waiting says EAGAIN as long as somebody could. The reader is woken by the end of file; it tries again each second because it would wait for a writer if
 * the last one had gone between the look and its open(2). Others who wait have it open for reading, which does not count.
 */
const OVER_TEXT = `
busy() {
  case $(dd if=./ended of=/dev/null iflag=nonblock count=1 2>&1 || :) in
    *'temporarily unavailable'*) ;;
    *) return 1 ;;
  esac
}
over() {
  seconds=$1
  while busy; do
    [ "$seconds" -ne 0 ] || return 1
    setpriv --pdeathsig TERM -- timeout --foreground 1 cat ./ended >/dev/null 2>&1 || :
    seconds=$((seconds - 1))
  done
}
`.trim();

/**
 * Waits at most so many seconds (-1: without end) for containers, all at once. Arguments: the seconds, then for each its directory and which fifo "ended" it has, as
 * \`stat -c '%i %.9Z'\` prints it: another one is a later start's.
 */
export const WAIT_TEXT = `
${OVER_TEXT}
limit=$1; shift
ended() {
  cd -P -- "$1" 2>/dev/null && [ "$(stat -c '%i %.9Z' ./ended 2>/dev/null)" = "$2" ] || return 0
  over "$limit" || :
}
while [ $# -gt 0 ]; do ended "$1" "$2" & shift 2; done
wait
`.trim();

/**
 * Waits until a container that was sent a signal has ended, and whoever watched it has written that down and let go. Arguments: its directory, which fifo "ended" it
 * has (see above; empty if it has none yet), PID, start time and boot id of the process that was sent the signal.
 *
 * One that is not kept takes "ended" away with its directory. When its watcher was killed, its init may take a moment longer to die.
 */
export const END_TEXT = `
${OVER_TEXT}
${LIVES_TEXT}
init=$3 start=$4 boot=$5
patience=200
again() { patience=$((patience - 1)); [ "$patience" -gt 0 ] && sleep 0.05; }
if cd -P -- "$1" 2>/dev/null; then
  if [ -n "$2" ] && [ "$(stat -c '%i %.9Z' ./ended 2>/dev/null)" = "$2" ] && ! over 10; then
    lives || { echo 'it has ended, but whoever watched it does not let go of it' >&2; exit 1; }
    patience=1
  fi
  if [ -n "$2" ] && [ ! -p ./ended ]; then
    while [ "$1" -ef . ] && again; do :; done
  fi
fi
while lives && [ "$state" != Z ]; do
  again || { echo "process $init does not end; its state is $state" >&2; exit 1; }
done
`.trim();
