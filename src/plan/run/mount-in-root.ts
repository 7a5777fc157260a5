/**
 * A shell program that mounts something on a path of the new root without ever following a link out of it. Constant text; its arguments: what
 * (`bind`, `tmpfs`, `directory` to only make it, or `fill` to copy what is there to the source), source, target, options. It runs with the new root as its working directory, before
 * pivot_root, with the host's programs.
 *
 * The target is walked one name at a time. A directory is pinned by entering it, a file by opening it; what was pinned must
 * lie where it was looked for, and mount(8) gets the pinned thing with --no-canonicalize, so that no path is looked up again. What is missing is made
 * in a way that follows no link: mkdir(2), and open(2) with O_EXCL, which is what "set -C" is for.
 *
 * Nothing may cover what the plan makes itself: over /dev, a volume would supply the place where pivot_root(2) puts the host's root, and whoever else
 * has the volume could move it away.
 *
 * What is bound must not have working device nodes (root in a container may make nodes), and read-only has to reach the mounts below the source
 * too; a mount inherited from the host keeps flags that an ordinary user may not drop (mount_namespaces(7), "locked"). So the source is first
 * bound to a place of ours, beside the root, and changed there, mount by mount: bound to itself, it would be read-only for other volumes as well, and
 * "/" would take the container's own root along.
 */
export const MOUNT_TEXT = `
set -C
what=$1 source=$2 target=$3 options=$4 rest=$3 links=0 onto=.
fail() { echo "$1" >&2; exit 1; }
here() { place=$(pwd -P; echo /); place=\${place%??}; }
own() { case $1/ in "$root/" | "$root/proc/"* | "$root/sys/"* | "$root/dev/"*) fail "the target $target leads to \${1#"$root"}/, which tinydocker makes itself" ;; esac; }
here; root=$place
[ "$what" != bind ] || [ -e "$source" ] || fail "the source $source does not exist"
while [ -n "$rest" ]; do
  case $rest in */*) name=\${rest%%/*} rest=\${rest#*/} ;; *) name=$rest rest= ;; esac
  here
  case $name in
    '' | .) continue ;;
    ..) [ "$place" != "$root" ] || fail "the target $target leads out of the container"; cd -P ..; continue ;;
  esac
  if [ -L "./$name" ]; then
    links=$((links + 1)); [ "$links" -le 40 ] || fail "the target $target has too many symbolic links"
    link=$(readlink -n -- "./$name"; echo /); rest=\${link%?}/$rest
    case $link in /*) cd -P -- "$root" ;; esac
    continue
  fi
  if [ -z "$rest" ] && [ "$what" = bind ] && [ ! -d "$source" ]; then
    own "$place/$name"
    [ -e "./$name" ] || : >"./$name"
    [ -f "./$name" ] || fail "the target $target is not a regular file, and the source $source is not a directory"
    exec 9<"./$name"; onto=/proc/self/fd/9
    link=$(readlink -n $onto; echo /); [ "\${link%?}" = "$place/$name" ] || fail "the target $target changed while it was looked up"
    break
  fi
  [ -e "./$name" ] || mkdir -m 0755 -- "./$name"
  [ -d "./$name" ] || fail "the target $target is not a directory"
  before=$place; cd -P -- "./$name"; here
  [ "$place" = "$before/$name" ] || fail "the target $target changed while it was looked up"
done
case $what$onto in tmpfs. | bind. | fill.) here; own "$place" ;; esac
case $what in
  directory) ;;
  fill) cp --archive --one-file-system -- . "$source" ;;
  tmpfs) mount --no-mtab --no-canonicalize -t tmpfs -o "$options" tmpfs . ;;
  bind)
    from=\${root%/*}/source
    if [ -d "$source" ]; then mkdir -- "$from"; else : >"$from"; fi
    mount --no-mtab --rbind -- "$source" "$from"
    while read -r _ _ _ _ at flags _; do
      at=$(printf %b/ "$(printf %s "$at" | sed 's/\\\\/\\\\0/g')"); at=\${at%/}
      case $at/ in "$from"/*) ;; *) continue ;; esac
      set -- nodev "$options"
      for flag in ro nosuid noexec; do case ,$flags, in *,$flag,*) set -- "$@" "$flag" ;; esac; done
      mount --no-mtab -o "remount,bind,$(IFS=,; echo "$*")" -- "$at"
    done </proc/self/mountinfo
    mount --no-mtab --no-canonicalize --rbind -- "$from" $onto
    umount --no-mtab --internal-only --lazy -- "$from"
    if [ -d "$from" ]; then rmdir -- "$from"; else rm -- "$from"; fi ;;
esac
`.trim();
