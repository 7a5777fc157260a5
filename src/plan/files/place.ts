/**
 * Shell programs that unpack an archive and move what was in it to its place, by docker's rules, and take it back. Constant text. The working directory is
 * the root below which everything happens: the host's, or the container's.
 *
 * The archive is unpacked into a staging directory that nobody else can reach: on the host a new one of mode 0700, in a container one below the
 * directory on which /proc is mounted, which that hides from the container (but not from us, who have unmounted it in a mount table of our own). From there
 * each file goes to its place by rename(2), in a directory that is pinned, and never across file systems, where mv(1) would copy, and follow links. What
 * was there before is kept in the staging directory under a number; two links of that number, to the new file in the staging directory and to its
 * place, are made before: they tell the undo what to do, and that it has not been done yet.
 */

import type { Variable } from '../arg.ts';
import { LOOKUP_TEXT } from './lookup.ts';

export const PLACE_SH: Variable = { var: 'PLACE_SH' };
export const UNPLACE_SH: Variable = { var: 'UNPLACE_SH' };

/**
 * Arguments: the staging directory, the target, the name that the source has in a directory ("" for only its content), "/" if the target has to be a
 * directory, what the archive holds ("directory" for whatever it is, taken as the content of a directory), the command (tar). Its stdin is the archive.
 */
export const PLACE_TEXT = `
${LOOKUP_TEXT}
stage=$1 path=$2 as=$3 slash=$4 kind=$5; shift 5
exec 8<.
for part in new old from to; do mkdir -m 0700 -- "./$stage/$part"; done
exec 5<"./$stage"
"$@" --verbose --index-file="./$stage/list" --directory "./$stage/new"
first=
read -r first <"./$stage/list" || [ -n "$first" ] || [ "$kind" = directory ] || fail "the archive is empty"
if [ "$first" = ./ ]; then kind=directory; fi
on=$(pinned 5); on=\${on%%:*}
put() {
  n=$((n + 1)) key=$prefix$((n))
  case $(pinned 7) in "$on":*) ;; *) fail "another file system: $where" ;; esac
  if directory "/proc/self/fd/5/$1"; then
    if exists "/proc/self/fd/7/$2"; then fail "in the way: $where/$2"; fi
  elif directory "/proc/self/fd/7/$2"; then fail "is a directory: $where/$2"; fi
  ln -s -- "$1" "/proc/self/fd/5/from/$key"
  ln -s -- "$where/$2" "/proc/self/fd/5/to/$key"
  if exists "/proc/self/fd/7/$2"; then
    ln -P -- "/proc/self/fd/7/$2" "/proc/self/fd/5/old/$key" 2>/dev/null || mv -T -- "/proc/self/fd/7/$2" "/proc/self/fd/5/old/$key"
  fi
  mv -f -T -- "/proc/self/fd/5/$1" "/proc/self/fd/7/$2"
}
merge() (
  for entry in "/proc/self/fd/5/$1"/* "/proc/self/fd/5/$1"/.[!.]* "/proc/self/fd/5/$1"/..?*; do
    exists "$entry" || continue
    name=\${entry##*/}
    if directory "$entry" && directory "/proc/self/fd/7/$name"; then
      n=$((n + 1))
      (prefix=$prefix$n. n=0; enter "$name"; merge "$1/$name")
    else put "$1/$name" "$name"; fi
  done
)
prefix= n=0 source=new
if [ "$kind" != directory ]; then
  for entry in "/proc/self/fd/5/new"/* "/proc/self/fd/5/new"/.[!.]* "/proc/self/fd/5/new"/..?*; do
    if exists "$entry"; then source=new/\${entry##*/}; fi
  done
fi
walk "$path" follow
if [ -n "$last" ] && directory "/proc/self/fd/7/$last"; then enter "$last"; last=; fi
if [ -z "$last" ] && [ -z "$as" ]; then merge "$source"
elif [ -z "$last" ]; then
  if [ "$kind" = directory ] && directory "/proc/self/fd/7/$as"; then enter "$as"; merge "$source"
  else put "$source" "$as"; fi
elif [ "$kind" = directory ] && exists "/proc/self/fd/7/$last"; then fail "in the way: $where/$last"
elif [ "$kind" != directory ] && [ -n "$slash" ]; then
  if exists "/proc/self/fd/7/$last"; then fail "not a directory: $where/$last"; fi
  fail "no such directory: $where/$last"
else put "$source" "$last"; fi
`.trim();

/** Arguments: the staging directory, which goes away with the undo of the step that made it. A path that leads through a link by now is somebody else's work, and left alone. */
export const UNPLACE_TEXT = `
${LOOKUP_TEXT}
stage=$1 status=0
exec 8<.
directory "./$stage" || exit 0
exec 5<"./$stage"
back() (
  to=$(readlink -n -- "/proc/self/fd/5/to/$1"; echo /); to=\${to%/}
  from=$(readlink -n -- "/proc/self/fd/5/from/$1"; echo /); from=\${from%/}
  exec 7<&8
  where= rest=\${to#/}
  while [ "$rest" != "\${rest#*/}" ]; do enter "\${rest%%/*}"; rest=\${rest#*/}; done
  if ! exists "/proc/self/fd/5/$from" && exists "/proc/self/fd/7/$rest"; then mv -T -- "/proc/self/fd/7/$rest" "/proc/self/fd/5/$from"; fi
  if exists "/proc/self/fd/5/old/$1"; then mv -f -T -- "/proc/self/fd/5/old/$1" "/proc/self/fd/7/$rest"; fi
)
for entry in "/proc/self/fd/5/to"/*; do
  if [ -L "$entry" ]; then back "\${entry##*/}" || status=1; fi
done
exit "$status"
`.trim();
