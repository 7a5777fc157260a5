/**
 * Shell programs that turn a container's writable layer into a frozen one, and back. Constant text.
 *
 * The files are the only copy, and can be in one place only; so what they are called changes one rename(2) at a time, in an order in which nobody can take half of
 * it for the whole: first the record names the frozen layer, which is not there yet; then the writable layer becomes that; then comes the new, empty
 * one. Who looks in between finds a layer missing, and stops. Whoever dies in between leaves all the files, under a name that the record knows.
 */

import type { Variable } from '../arg.ts';
import { HELD_TEXT } from '../held.ts';
import type { PlanVariable } from '../step.ts';

export const FREEZE_SH: Variable = { var: 'FREEZE_SH' };
export const THAW_SH: Variable = { var: 'THAW_SH' };

/** The lock that cp takes too. "/." because flock(1) would make a file of a name that is not there. */
const LOCK = 'exec 9<"$from/."; flock 9';

/**
 * Arguments: the container's directory, the new one's, which writable layer was seen (inode number and time of change), and the frozen layer's directory; without it nothing
 * is frozen, and only looked at. The new writable layers get what the container sees of its root directory: its owner, mode and time.
 */
const FREEZE_TEXT = `
${HELD_TEXT}
fail() { echo "$1" >&2; exit 1; }
from=$1 new=$2 seen=$3 layer=\${4:-}
[ -d "$from" ] || fail "the container is gone"
${LOCK}
if held "$from/gate"; then fail "the container is in use"; fi
[ "$(stat -c '%i %.9Z' -- "$from/upper")" = "$seen" ] || fail "the container changed meanwhile"
for stage in "$from"/upper/proc/.tinydocker-*; do
  if [ -e "$stage" ]; then fail "files are being copied into the container"; fi
done
for upper in "$new/upper" "$new/fresh/upper"; do
  [ -d "$upper" ] || continue
  chown --reference="$from/upper" -- "$upper"; chmod --reference="$from/upper" -- "$upper"
  touch -r "$from/upper" -- "$upper"
done
[ -n "$layer" ] || exit 0
[ "$(stat -c %d -- "$from/upper")" = "$(stat -c %d -- "$layer")" ] || fail "the layers are on another file system"
ln -- "$from/container.json" "$new/fresh/before.json"
mv -f -T -- "$new/fresh/container.json" "$from/container.json"
mv -T -- "$from/upper" "$layer/files"
mv -T -- "$new/fresh/upper" "$from/upper"
mv -T -- "$from/work" "$new/fresh/old"
mv -T -- "$new/fresh/work" "$from/work"
for own in proc sys dev; do
  [ ! -d "$layer/files/$own" ] || rmdir --ignore-fail-on-non-empty -- "$layer/files/$own"
done
touch -r "$from/upper" -- "$layer/files"
`.trim();

/**
 * Arguments: the container's directory, its inode number, by which it is found when it was renamed meanwhile, the new one's directory, the frozen layer's, its short
 * link. A container whose record does not name the link has not been reached. Once somebody has used the new writable layer, or forked the container again, the frozen one stays what it is: nothing is lost by that.
 */
const THAW_TEXT = `
${HELD_TEXT}
from=$1 inode=$2 new=$3 layer=$4 link=$5
for at in "$from" "\${from%/*}"/*; do
  if [ -d "$at" ] && [ "$(stat -c %i -- "$at")" = "$inode" ]; then from=$at; found=yes; break; fi
done
[ -n "\${found:-}" ] || exit 0
${LOCK}
if [ -d "$new/fresh/old" ] && [ ! -d "$from/work" ]; then mv -T -- "$new/fresh/old" "$from/work"; fi
[ -e "$from/container.json" ] && grep -q -F -e "\\"$link\\"" -- "$from/container.json" || exit 0
if [ -d "$layer/files" ]; then
  if [ -d "$from/upper" ]; then
    if held "$from/gate"; then exit 0; fi
    for record in "$from"/../*/container.json; do
      if [ "$record" -ef "$from/container.json" ] || [ "$record" -ef "$new/container.json" ]; then continue; fi
      if [ -e "$record" ] && grep -q -F -e "\\"$link\\"" -- "$record"; then exit 0; fi
    done
    cd -- "$from/upper"
    [ -z "$(find . -mindepth 1 ! -path ./proc ! -path ./sys ! -path ./dev -printf x -quit)" ] || exit 0
    cd /
    for own in proc sys dev; do [ ! -d "$from/upper/$own" ] || rmdir -- "$from/upper/$own"; done
    rmdir -- "$from/upper"
  fi
  for own in proc sys dev; do [ -d "$layer/files/$own" ] || mkdir -m 0755 -- "$layer/files/$own"; done
  [ ! -d "$new/upper" ] || touch -r "$new/upper" -- "$layer/files"
  mv -T -- "$layer/files" "$from/upper"
fi
if [ -d "$new/fresh/old" ]; then
  [ ! -d "$from/work" ] || mv -T -- "$from/work" "$new/fresh/work"
  mv -T -- "$new/fresh/old" "$from/work"
fi
mv -f -T -- "$new/fresh/before.json" "$from/container.json"
`.trim();

export const FREEZE_PROGRAMS: readonly PlanVariable[] = [
  {
    name: FREEZE_SH.var,
    value: FREEZE_TEXT,
    meaning: "makes a container's writable layer a frozen one, and gives it a new one",
  },
  { name: THAW_SH.var, value: THAW_TEXT, meaning: 'puts it back, unless somebody used the new one' },
];
