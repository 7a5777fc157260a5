/** A shell function that asks the kernel whether somebody holds a fifo open: whoever does is alive. Constant text. */

/** `held FIFO`. Opening one for writing without waiting fails with ENXIO when nobody holds it, see fifo(7); any other complaint counts as held. */
export const HELD_TEXT = `
held() {
  [ -p "$1" ] || return 1
  case $(dd if=/dev/null "of=$1" oflag=nonblock conv=nocreat,notrunc 2>&1 || :) in
    *'No such device or address'*) return 1 ;;
  esac
}
`.trim();
