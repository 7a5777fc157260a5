/**
 * A shell program that makes an archive of a path of the container. Constant text; its arguments: the path; "nofollow" if a link at its end is meant itself, "follow" if not, "directory" if
 * it has to be one; "named" if the archive is to have the name in it, the command (tar, with all but what to pack). A directory becomes its content, a file its name.
 * The working directory is the container's root. What changed while it was read makes tar exit with 1, which is normal here. A directory is packed from its descriptor; tar follows no link.
 */

import type { Variable } from '../arg.ts';
import { LOOKUP_TEXT } from './lookup.ts';

export const PICK_SH: Variable = { var: 'PICK_SH' };

export const PICK_TEXT = `
${LOOKUP_TEXT}
path=$1 links=$2 how=$3; shift 3
exec 8<.
walk "$path" "$links"
if [ -n "$last" ]; then
  exists "/proc/self/fd/7/$last" || fail "no such file: $where/$last"
  [ "$links" != directory ] || directory "/proc/self/fd/7/$last" || fail "not a directory: $where/$last"
  if [ "$how" != named ] && directory "/proc/self/fd/7/$last"; then enter "$last"; last=.; fi
fi
"$@" --directory /proc/self/fd/7 -- "\${last:-.}" || { status=$?; [ "$status" = 1 ] || exit "$status"; }
`.trim();
