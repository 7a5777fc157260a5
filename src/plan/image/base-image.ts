/** The default image, made of what this machine has: a static busybox, or its own shell and basic tools. Needs no network and no privileges. */

import { type Arg, arg, T, type Variable } from '../arg.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import type { Image, ImageConfig } from './image.ts';
import type { ImportInput } from './import-input.ts';
import { importNotes, importParts } from './plan-import.ts';
import { IN_WORKSPACE } from './workspace.ts';

/** What the image is made of, found by src/host/base-tools.ts. */
export type BaseTools =
  | { readonly type: 'busybox'; readonly path: string }
  /** Absolute paths of programs; each gets into /bin under the last part of its name. */
  | { readonly type: 'programs'; readonly paths: readonly string[] };

export interface BaseInput extends Pick<ImportInput, 'id' | 'facts'> {
  /** With its tag. */
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly link: string;
  readonly tools: BaseTools;
}

export const BASE_CONFIG: ImageConfig = { Cmd: ['/bin/sh'] };

const PASSWD = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
user:x:1000:1000:user:/home/user:/bin/sh
`;
const GROUP = `root:x:0:
tty:x:5:
nogroup:x:65534:
user:x:1000:
`;
const OS_RELEASE = `NAME="tinydocker base"
ID=tinydocker-base
PRETTY_NAME="tinydocker's default image, made on this machine"
`;

const APPLETS_SH: Variable = { var: 'APPLETS_SH' };
const PROGRAMS_SH: Variable = { var: 'PROGRAMS_SH' };
const TREE_SH: Variable = { var: 'TREE_SH' };

/** Argument: the image's root. Modes are explicit, because what we make for the store is closed to others. */
const TREE_TEXT = `
umask 022; cd -- "$1"
mkdir bin dev etc home proc sys usr var var/tmp; mkdir -m 0700 root; mkdir home/user
chmod 1777 var/tmp; mkdir -m 1777 tmp; ln -s ../bin usr/bin; ln -s bin sbin
`.trim();

/**
 * Arguments: busybox, the image's /bin. One inode, and a name for each applet. busybox can do it itself at once, unless it was built without, or lies
 * where nothing may be executed.
 */
const APPLETS_TEXT = `
cp -- "$1" "$2/busybox"; chmod 0755 "$2/busybox"; cd -- "$2"
./busybox --install . 2>/dev/null || :
"$1" --list | while IFS= read -r applet; do
  case $applet in */* | '') continue ;; esac
  [ -e "$applet" ] || ln -- busybox "$applet"
done
`.trim();

/** Arguments: the image's root, programs. ldd(1) names the libraries and the ELF interpreter; they keep their paths. */
const PROGRAMS_TEXT = `
umask 022; root=$1; shift
for program; do cp -L -- "$program" "$root/bin/\${program##*/}"; done
for program; do ldd "$program" 2>/dev/null || :; done |
  sed -n -e 's/^.*=> *\\(\\/.*\\) (0x[0-9a-f]*)$/\\1/p' -e 's/^[[:space:]]*\\(\\/.*\\) (0x[0-9a-f]*)$/\\1/p' | sort -u |
  while IFS= read -r library; do
    [ -e "$root$library" ] || { mkdir -p -- "$root\${library%/*}"; cp -L -- "$library" "$root$library"; }
  done
chmod 0755 "$root"/bin/*
`.trim();

const HOST = { type: 'host' } as const;
const ROOT = arg`${T}/base`;
const ASSEMBLE: Phase = {
  id: 'assemble',
  title: 'Put the default image together from what this machine has.',
};

/** The plan that makes the default image. */
export function planBaseImage(input: BaseInput): Plan {
  const steps = assembleSteps(input);
  const parts = importParts(
    {
      images: [{ name: input.name, created: input.created, layers: [1], config: BASE_CONFIG }],
      sources: [{ path: ROOT, type: 'directory', mtime: '2020-01-01T00:00:00Z' }],
      links: [input.link],
      id: input.id,
      facts: input.facts,
    },
    { phase: ASSEMBLE, steps },
  );
  return {
    kind: 'base',
    subject: input.name,
    summary: `make the default image ${input.name} from ${input.tools.type === 'busybox' ? input.tools.path : "this machine's own tools"}`,
    ...parts,
    variables: [...parts.variables, ...programs(input.tools)],
    notes: importNotes(input.facts),
  };
}

/** What the image will be, before it is made: enough to plan a container on it. */
export function plannedBaseImage({ name, created, link }: BaseInput): Image {
  return {
    version: 1,
    name,
    created,
    layers: [{ digest: '', link }],
    config: BASE_CONFIG,
    passwd: PASSWD,
    group: GROUP,
  };
}

function programs(tools: BaseTools): readonly PlanVariable[] {
  return [
    { name: TREE_SH.var, value: TREE_TEXT, meaning: 'makes the directories that every program expects' },
    tools.type === 'busybox'
      ? { name: APPLETS_SH.var, value: APPLETS_TEXT, meaning: 'gives busybox a name for each of its applets' }
      : {
          name: PROGRAMS_SH.var,
          value: PROGRAMS_TEXT,
          meaning: 'copies programs with the libraries that they need',
        },
  ];
}

function assembleSteps({ tools, facts }: BaseInput): readonly Step[] {
  return [
    {
      ...step('make-root', 'make the root directory', ['mkdir', '-m', '0755', '--', ROOT]),
      why: 'An empty directory, made by mkdir(2), becomes the root of the image.',
    },
    {
      ...step('make-tree', 'make its directories', ['sh', '-ec', arg`${TREE_SH}`, 'tree', ROOT]),
      why: 'The directories of the file system hierarchy (hier(7)) that programs expect. /tmp has the sticky bit: everybody may write there, and remove only what is theirs.',
    },
    toolsStep(tools),
    file(
      'passwd',
      'etc/passwd',
      PASSWD,
      'passwd(5) gives the user ids their names: root, nobody, and an ordinary user.',
    ),
    file('group', 'etc/group', GROUP, 'group(5) does the same for groups.'),
    file('os-release', 'etc/os-release', OS_RELEASE, 'os-release(5) says what system this is.'),
    file(
      'marker',
      '.tinydocker-image',
      'This is an image of tinydocker.\n',
      'Its presence tells a program that it runs in a container of this image, and not on the machine.',
    ),
    {
      ...step('open-files', 'let everybody read them', [
        ...['chmod', '0644', '--', arg`${ROOT}/etc/passwd`, arg`${ROOT}/etc/group`],
        ...[arg`${ROOT}/etc/os-release`, arg`${ROOT}/.tinydocker-image`],
      ]),
      why: 'Files are written for their owner only; chmod(2) opens these four to all users of the container.',
    },
    ...(facts.mapping === 'single'
      ? []
      : [
          {
            ...step(
              'give-home',
              'give the user a home',
              asOwner(facts, ['chown', '1000:1000', '--', arg`${ROOT}/home/user`]),
            ),
            why: "chown(2) to the container's user 1000. As an ordinary user this works inside the user namespace only, where 1000 stands for an id of your own range.",
          },
        ]),
  ];
}

function toolsStep(tools: BaseTools): Step {
  if (tools.type === 'busybox')
    return {
      ...step('add-busybox', 'add busybox', [
        ...['sh', '-ec', arg`${APPLETS_SH}`, 'applets', tools.path, arg`${ROOT}/bin`],
      ]),
      why: 'busybox is one program that is a shell and hundreds of small tools, depending on the name by which it is started. Linked statically it needs no library. link(2) gives its one file all these names.',
    };
  return {
    ...step('add-programs', 'add the basic tools', [
      ...['sh', '-ec', arg`${PROGRAMS_SH}`, 'programs', ROOT, ...tools.paths],
    ]),
    why: 'Programs of this machine, with the shared libraries and the ELF interpreter that ldd(1) names, under the paths at which the kernel and ld.so(8) look for them.',
  };
}

function step(id: string, title: string, argv: readonly Arg[]): Omit<Step, 'why'> {
  return {
    id,
    phase: ASSEMBLE.id,
    title,
    where: HOST,
    action: { type: 'run', argv },
    undo: IN_WORKSPACE,
    pitfalls: [],
  };
}

function file(id: string, path: string, text: string, why: string): Step {
  return {
    id: `write-${id}`,
    phase: ASSEMBLE.id,
    title: `write ${path}`,
    where: HOST,
    action: { type: 'write', path: arg`${ROOT}/${path}`, text, mode: '0600' },
    undo: IN_WORKSPACE,
    why,
    pitfalls: [],
  };
}
