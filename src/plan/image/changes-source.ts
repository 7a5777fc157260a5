/**
 * A container's writable layer, or one that a fork froze, as an archive. Nobody needs to know beforehand what is in it: find(1) and tar(1) look when the steps are carried out, also in the
 * printed script. Names are ended by NUL everywhere, because they may hold any other byte.
 */

import { type Arg, arg, T, type Variable } from '../arg.ts';
import type { PlanVariable, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import type { ImportInput } from './import-input.ts';
import {
  ARCHIVE_FORMAT,
  ATTRIBUTES,
  type ChangesSource,
  DIES_WITH_US,
  limited,
  limitedWhy,
} from './layer-source.ts';
import { OPAQUE } from './whiteouts.ts';
import { IN_WORKSPACE } from './workspace.ts';

const CHANGES_SH: Variable = { var: 'CHANGES_SH' };
const MARKS_SH: Variable = { var: 'MARKS_SH' };
const NO_LINKS_SH: Variable = { var: 'NO_LINKS_SH' };

/**
 * Arguments: a directory, a command that is to follow no link in it. tar looks each name of a list up as a whole path; a container that runs may have put a link
 * to the root in the place of a directory, and tar would read the host's files for root. A mount of its own, in a mount table of its own, can forbid links. What
 * the mount below forbids has to stay forbidden: an ordinary user may not drop it (mount_namespaces(7), "locked"). The newest mount is the last in the table.
 */
const NO_LINKS_TEXT = `
mount --no-mtab --bind -- "$1" "$1"
flags=$(tail -n 1 /proc/self/mountinfo | cut -d ' ' -f 6)
mount --no-mtab --no-canonicalize -o "remount,bind,$flags,nosymfollow" -- "$1"
case ,$(tail -n 1 /proc/self/mountinfo | cut -d ' ' -f 6), in
  *,nosymfollow,*) ;;
  *) echo 'nosymfollow is not known here' >&2; exit 1 ;;
esac
shift; exec "$@"
`.trim();

/**
 * Arguments: the container's layer; its inode number, if that is known; what its root directory was made like; how the lists' names begin; overlay's attribute of opaque directories; an expression for all mount points; each of them; "--"; what
 * find is to leave out. A mount point stays out as long as there is nothing at or below it but mount points that are empty. find never follows a link
 * that it meets, and it begins at "."; so the container can lead it nowhere.
 *
 * tar tells which directories have the attribute, because getfattr(1) is seldom installed: in its list an entry with attributes has a "*" behind its mode. It
 * quotes names, so that the list has one line for each, in the order in which they were given; and the lines' numbers pick the names.
 */
const CHANGES_TEXT = `
cd -- "$1"; root=$3 list=$4 attribute=$5 mounts=$6
[ -z "$2" ] || [ "$(stat -c %i .)" = "$2" ] || { echo 'forked meanwhile' >&2; exit 1; }
shift 6
while [ "$1" != -- ]; do
  [ -n "$(find . -regextype posix-extended '(' -path "$1" -o -path "$1/*" ')' ! '(' -regex "$mounts" '(' -type d -o -type f -size 0 ')' ')' -printf x -quit)" ] ||
    set -- "$@" -path "$1" -prune -o
  shift
done
shift
[ "$(stat -c '%a %u %g' .)" != "$(stat -c '%a %u %g' -- "$root")" ] || set -- "$@" -path . -o
: >"$list.above"
find . "$@" -name '.wh.*' -fprint0 "$list.reserved" -o -type d -fprint0 "$list.own" -o -type s -o \\
  -type c -fprint0 "$list.nodes" -o -fprint0 "$list.others"
if [ -s "$list.reserved" ]; then
  printf 'reserved name: '; tr '\\000' '\\n' <"$list.reserved" | head -n 1; exit 1
fi >&2
xargs -0 -r stat --printf='%t:%T %n\\0' -- <"$list.nodes" >"$list.numbers"
sed -z -n 's/^0:0 //p' "$list.numbers" >"$list.whiteouts"
sed -z -e '/^0:0 /d' -e 's/^[^ ]* //' "$list.numbers" | cat "$list.others" - | sort -z >"$list.files"
sort -z -o "$list.own" -- "$list.own"
tar --create --file "$list.headers" --format=posix --xattrs --xattrs-include="$attribute" --no-recursion \\
  --null --verbatim-files-from --files-from "$list.own"
tar --list --verbose --file "$list.headers" --xattrs --xattrs-include='*' --numeric-owner --quoting-style=c >"$list.attributes"
sed -n '/^d[^ ]*[*] /=' "$list.attributes" | sed 's/$/p/' >"$list.lines"
sed -z -n -f "$list.lines" -- "$list.own" >"$list.opaque"
sort -z -- "$list.above" "$list.own" >"$list.directories"
`.trim();

/** Argument: how the lists' names begin. The marks have no time of their own: the same deletions always give the same archive. */
const MARKS_TEXT = `
mkdir -- "$1.marks"; cd -- "$1.marks"
{ sed -z 's,[^/]*$,.wh.&,' "$1.whiteouts"; sed -z 's,$,/.wh..wh..opq,' "$1.opaque"; } | sort -z >"$1.names"
sed -z 's,/[^/]*$,,' "$1.names" | sort -z -u | xargs -0 -r mkdir -p --
xargs -0 -r touch -d @0 -- <"$1.names"
`.trim();

export const CHANGES_PROGRAMS: readonly PlanVariable[] = [
  {
    name: NO_LINKS_SH.var,
    value: NO_LINKS_TEXT,
    meaning: 'forbids a command to follow links in a directory',
  },
  { name: CHANGES_SH.var, value: CHANGES_TEXT, meaning: 'lists what a writable layer holds, by kind' },
  { name: MARKS_SH.var, value: MARKS_TEXT, meaning: "turns overlay's marks of deletion into an archive's" },
];

const COMMON = { phase: 'read', where: { type: 'host' }, undo: IN_WORKSPACE } as const;

/** The kernel's file systems are mounted over these; the plan makes them in every writable layer. */
const SYSTEM = ['/proc', '/sys', '/dev'];

/** The steps that make a plain tar archive of the changes at `tar`. */
export function changesSteps(
  input: Pick<ImportInput, 'facts' | 'maxSize'>,
  source: ChangesSource,
  number: number,
  tar: Arg,
): readonly Step[] {
  const { facts } = input;
  const list = arg`${T}/${String(number)}`;
  return [
    {
      ...COMMON,
      id: `find-changes-${number}`,
      title: 'find what the container changed',
      action: {
        type: 'run',
        argv: asOwner(facts, [
          ...DIES_WITH_US,
          ...withoutLinks(source.path),
          ...['sh', '-ec', arg`${CHANGES_SH}`, 'changes', source.path, source.inode ?? '', source.root],
          ...[list, OPAQUE[facts.mapping], regexOf(source.mounts), ...source.mounts.map(patternOf), '--'],
          ...selection(source, arg`${list}.above`),
        ]),
      },
      why: "Overlay keeps what a container changed in its writable layer: whole files, a character device 0:0 for what was deleted, an extended attribute on a directory that hides the image's. find(1) lists it by kind, sorted, into the workspace. /proc, /sys, /dev and unused mount points, which tinydocker made there, are left out; so are sockets, which no archive can hold. In a mount table of its own, made by unshare(2), the command sees the layer mounted with MS_NOSYMFOLLOW: no path leads through a link.",
      pitfalls: [
        'reserved name: a file whose name begins with .wh. would delete another one when the image is used.',
        'No such file or directory: the container ended meanwhile, and took its changes with it.',
        'nosymfollow is not known here: it takes Linux 5.10 and util-linux 2.37.',
      ],
    },
    {
      ...COMMON,
      id: `mark-deletions-${number}`,
      title: 'mark what it deleted',
      action: {
        type: 'run',
        argv: asOwner(facts, [...DIES_WITH_US, 'sh', '-ec', arg`${MARKS_SH}`, 'marks', list]),
      },
      why: 'An archive says what it deletes from the layers below by empty files: .wh.NAME for NAME, .wh..wh..opq in a directory that hides what is below it (OCI image specification, "Representing Changes"). They are made in a directory of their own.',
      pitfalls: ['File name too long: a name of more than 251 bytes has no room for the mark.'],
    },
    {
      ...COMMON,
      id: `pack-${number}`,
      title: `pack layer ${number}`,
      action: {
        type: 'run',
        argv: asOwner(facts, [
          ...limited(input),
          ...withoutLinks(source.path),
          ...['tar', '--create', '--file', tar, ...ARCHIVE_FORMAT, ...ATTRIBUTES],
          ...['--no-recursion', '--null', '--verbatim-files-from'],
          ...['--directory', source.path, '--files-from', arg`${list}.directories`],
          ...['--directory', arg`${list}.marks`, '--files-from', arg`${list}.names`],
          ...['--directory', source.path, '--files-from', arg`${list}.files`],
        ]),
      },
      why: `One archive of the directories, the marks and everything else, in this order: whoever unpacks it has a directory before anything is deleted in it. Overlay's own attributes stay out. The same changes always give the same digest. tar looks each name up anew, so here, too, the mount forbids links: the container may run, and put one there.${limitedWhy(input)}`,
      pitfalls: [
        'file changed as we read it: the container runs, and wrote to it.',
        'Too many levels of symbolic links: it put a link in the place of a directory.',
      ],
    },
  ];
}

/** The words in front of a command that is to follow no link in a directory. */
function withoutLinks(directory: Arg): readonly Arg[] {
  return [
    ...['unshare', '--mount', '--propagation', 'private', '--'],
    ...['sh', '-ec', arg`${NO_LINKS_SH}`, 'no-links', directory],
  ];
}

/** Words for find(1), each part ending in "-o": what follows concerns the rest. `above` gets the directories on the way to what is taken. */
function selection({ only, except }: ChangesSource, above: Arg): readonly Arg[] {
  const leftOut = [...SYSTEM, ...except].flatMap(path => ['-o', '-path', patternOf(path)]).slice(1);
  const words: readonly Arg[] = ['(', ...leftOut, ')', '-prune', '-o'];
  if (only.length === 0) return words;
  const onTheWay = [...new Set(only.flatMap(directoriesAbove))].filter(path => !isTaken(path, only));
  const taken = only.flatMap(path => ['-o', '-path', patternOf(path), '-o', '-path', `${patternOf(path)}/*`]);
  return [
    ...['-path', '.', '-o'],
    ...words,
    ...(onTheWay.length === 0
      ? []
      : [
          ...['-type', 'd', '('],
          ...onTheWay.flatMap(path => ['-o', '-path', patternOf(path)]).slice(1),
          ...[')', '-fprint0', above, '-o'],
        ]),
    ...['!', '(', ...taken.slice(1), ')', '-prune', '-o'],
  ];
}

/** "/a" and "/a/b" of "/a/b/c". */
export function directoriesAbove(path: string): readonly string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

function isTaken(path: string, only: readonly string[]): boolean {
  return only.some(asked => path === asked || path.startsWith(`${asked}/`));
}

/** A path as find's -path takes it, where it means just this path; see fnmatch(3). */
function patternOf(path: string): string {
  return path === '/' ? '.' : `.${path.replaceAll(/[*?[\\]/g, '\\$&')}`;
}

/** The paths as one extended regular expression, as find's -regex takes it. */
function regexOf(paths: readonly string[]): string {
  return paths.map(path => `\\.${path.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')}`).join('|');
}
