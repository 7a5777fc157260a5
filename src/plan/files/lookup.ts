/**
 * Shell functions that look a path up below a root without following a link out of it, whatever somebody else makes of the path meanwhile. Constant text.
 *
 * A directory is pinned by a descriptor: 8 is the root, 7 where the look-up is. Only single names are looked up in a pinned directory (/proc/self/fd/7/NAME,
 * as openat(2) does). A name is entered when it is a directory, and what was opened has to be that very directory: a link that took its place a
 * moment later leads to another one. "NAME/." opens nothing but directories, so a fifo can not make us wait.
 */
export const LOOKUP_TEXT = `
fail() { printf '%s\\n' "$1" >&2; exit 1; }
exists() { [ -e "$1" ] || [ -L "$1" ]; }
directory() { [ -d "$1" ] && [ ! -L "$1" ]; }
pinned() { stat -L -c '%d:%i' "/proc/self/fd/$1/."; }
enter() {
  exists "/proc/self/fd/7/$1" || fail "no such directory: $where/$1"
  seen=$(stat -c '%F %d:%i' "/proc/self/fd/7/$1")
  case $seen in 'directory '*) ;; *) fail "not a directory: $where/$1" ;; esac
  exec 7<"/proc/self/fd/7/$1/."
  [ "$(pinned 7)" = "\${seen#* }" ] || fail "changed while it was looked up: $where/$1"
  where=$where/$1
}
leave() { if [ -n "$where" ]; then exec 7</proc/self/fd/7/..; where=\${where%/*}; fi; }
walk() {
  rest=$1 last= where= count=0
  exec 7<&8
  while [ -n "$rest" ]; do
    case $rest in */*) name=\${rest%%/*} more=/ rest=\${rest#*/} ;; *) name=$rest more= rest= ;; esac
    case $name in '' | .) continue ;; ..) leave; continue ;; esac
    if [ -L "/proc/self/fd/7/$name" ] && [ "$2$more" != nofollow ]; then
      count=$((count + 1)); [ "$count" -le 40 ] || fail "too many symbolic links: $1"
      link=$(readlink -n -- "/proc/self/fd/7/$name"; echo /); link=\${link%/}
      case $link in /*) exec 7<&8; where= ;; esac
      rest=$link$more$rest
    elif [ -z "$more" ]; then last=$name
    else enter "$name"; fi
  done
}
`.trim();
