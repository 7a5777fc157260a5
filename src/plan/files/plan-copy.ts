/** Copying files into a container and out of one. Pure. */

import { type Arg, arg, C, STORE, T, type Variable } from '../arg.ts';
import { fullArgv } from '../enter.ts';
import type { Facts } from '../facts.ts';
import { ATTRIBUTES, DIES_WITH_US, PACK } from '../image/layer-source.ts';
import { IN_WORKSPACE, PREPARE, workspaceSteps, workspaceVariables } from '../image/workspace.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { asOwner, removeTree } from '../user-namespace.ts';
import { usesVariable } from '../uses-variable.ts';
import { PICK_SH, PICK_TEXT } from './pick.ts';
import { PLACE_SH, PLACE_TEXT, UNPLACE_SH, UNPLACE_TEXT } from './place.ts';
import { type ContainerView, type Viewed, viewed, viewVariables } from './view.ts';

/** What is copied out of a container. */
export interface ContainerSource {
  /** Absolute, as typed but without "." and ".." in it. */
  readonly path: string;
  /** What a link at its end stands for: itself, what it leads to, or a directory, which it then has to lead to. */
  readonly link: 'nofollow' | 'follow' | 'directory';
}

/** What is copied into a container. */
export type HostSource =
  | {
      readonly type: 'file';
      /** Absolute; of a file, its directory; of a directory, itself. */
      readonly directory: string;
      /** The file's name; "." for the content of the directory. */
      readonly name: string;
    }
  /** An archive on the caller's stdin. */
  | { readonly type: 'stdin' };

/** Where the files go, by docker's rules. */
export interface Target {
  /** Absolute, without "." and ".." in it. On the host without links, too. */
  readonly path: string;
  /** It has to be a directory: it was typed with a slash at its end. */
  readonly slash: boolean;
  /** The name that the source gets in a directory that exists; "" when only its content is copied. */
  readonly as: string;
}

export interface CopyOut {
  readonly direction: 'out';
  readonly source: ContainerSource;
  /** The target and the directory that the files are staged in, on the same file system; or the caller's stdout. */
  readonly to: (Target & { readonly beside: string }) | 'stdout';
}

export interface CopyIn {
  readonly direction: 'in';
  readonly source: HostSource;
  readonly to: Target;
}

export interface CopyInput {
  readonly view: ContainerView;
  readonly copy: CopyOut | CopyIn;
  /** Owners stay what they are, as numbers. */
  readonly archive: boolean;
  /** Unique; part of paths. */
  readonly id: string;
  readonly facts: Facts;
}

const HOST = { type: 'host' } as const;
const READ: Phase = { id: 'read', title: 'Make one archive of what is copied.' };
const PLACE: Phase = { id: 'place', title: 'Unpack it, and move what was in it to its place.' };

/** The staging directory on the host, and the same in the container, relative to its root. */
const STAGE: Variable = { var: 'STAGE' };
const ARCHIVE = arg`${T}/copy.tar`;
/** Volumes are copied as well. */
const TAR = ['tar', '--create', '--file', '-', ...PACK.filter(word => word !== '--one-file-system')] as const;

const PROGRAMS: readonly PlanVariable[] = [
  { name: PICK_SH.var, value: PICK_TEXT, meaning: 'packs a path without following a link out of the root' },
  { name: PLACE_SH.var, value: PLACE_TEXT, meaning: 'unpacks, and moves what was unpacked to its place' },
  {
    name: UNPLACE_SH.var,
    value: UNPLACE_TEXT,
    meaning: 'takes it back, and puts back what was there before',
  },
];

/** The plan that copies. To stdout it changes nothing, so it needs no workspace and no undo. */
export function planCopy(input: CopyInput): Plan {
  const { view, copy, facts, id } = input;
  const toStdout = copy.to === 'stdout';
  const steps = [
    ...(toStdout ? [] : workspaceSteps(facts)),
    ...(copy.direction === 'out' ? outSteps(input, copy) : inSteps(input, copy)),
  ];
  return {
    kind: 'copy',
    subject: view.name,
    summary: summary(view.name, copy),
    variables: [
      ...(toStdout
        ? [{ name: STORE.var, value: facts.storeRoot, meaning: 'the store' }]
        : workspaceVariables(facts, id)),
      ...viewVariables(view),
      ...stageVariables(copy, id),
      ...PROGRAMS.filter(({ name }) => steps.some(step => usesVariable(step, name))),
    ],
    phases: toStdout ? [READ] : [PREPARE, READ, PLACE],
    steps,
    ...(toStdout ? {} : { workspace: [T] }),
    notes: [],
  };
}

function summary(name: string, copy: CopyOut | CopyIn): string {
  if (copy.direction === 'in') {
    const { source } = copy;
    const from = source.type === 'stdin' ? 'an archive' : `${source.directory}/${source.name}`;
    return `copy ${from} to ${name}:${copy.to.path}`;
  }
  return `copy ${name}:${copy.source.path} to ${copy.to === 'stdout' ? 'stdout' : copy.to.path}`;
}

/** On the host relative to "/", in the container to its root. */
function stageVariables(copy: CopyOut | CopyIn, id: string): readonly PlanVariable[] {
  if (copy.to === 'stdout') return [];
  const directory = copy.direction === 'in' ? 'proc' : copy.to.beside.replace(/^\/+/, '');
  const value = `${directory === '' ? '' : `${directory}/`}.tinydocker-${id}`;
  return [{ name: STAGE.var, value, meaning: 'where it is unpacked, below the root' }];
}

function outSteps(input: CopyInput, { source, to }: CopyOut): readonly Step[] {
  const { view, facts } = input;
  const pick = viewed(view, facts, 'read', [
    ...['sh', '-ec', arg`${PICK_SH}`, 'pick', source.path, source.link],
    ...[to === 'stdout' ? 'named' : 'content', ...TAR, ...ATTRIBUTES],
  ]);
  const pack: Step = {
    id: 'pack',
    phase: READ.id,
    title: 'pack what is copied',
    where: pick.where,
    action: {
      type: 'run',
      argv: pick.argv,
      ...(to === 'stdout' ? { callersStdout: true } : { stdout: ARCHIVE }),
    },
    undo: to === 'stdout' ? { type: 'nothing', reason: 'what was written to stdout is gone' } : IN_WORKSPACE,
    why: `${pick.why} The path is walked one name at a time from the container's root, each directory is pinned by a descriptor, and links are resolved inside; so no link leads out, not even one that somebody makes meanwhile. tar follows none.`,
    pitfalls: [
      'Resolving the path first and opening it later was CVE-2018-15664 in docker; running tar in the container was CVE-2019-14271.',
    ],
  };
  if (to === 'stdout') return [pack];
  const owner = (argv: readonly Arg[]) => (input.archive ? asOwner(facts, argv) : argv);
  const stage = arg`/${STAGE}`;
  return [
    pack,
    stageStep(
      'host',
      HOST,
      ['mkdir', '-m', '0700', '--', stage],
      removeTree(facts, stage),
      'A directory of our own on the file system of the target, made by mkdir(2)',
    ),
    placeStep(HOST, owner([...DIES_WITH_US, ...placeArgv(to, 'look', unpack(input))]), {
      type: 'command',
      argv: owner(unplaceArgv()),
      when: 'failure',
    }),
  ];
}

function inSteps(input: CopyInput, { source, to }: CopyIn): readonly Step[] {
  const { view, facts } = input;
  const kind = source.type === 'stdin' ? 'directory' : 'look';
  const inside = (command: readonly Arg[]) => viewed(view, facts, 'write', command);
  const place = inside(placeArgv(to, kind, unpack(input)));
  const stage = inside(['mkdir', '-m', '0700', '--', arg`./${STAGE}`]);
  const undo = (command: readonly Arg[]) => undoInside(view, facts, inside(command));
  return [
    packHost(input, source),
    stageStep(
      'container',
      stage.where,
      stage.argv,
      undo(['rm', '-rf', '--one-file-system', '--', arg`./${STAGE}`]),
      `${stage.why} mkdir(2) makes a directory on the one on which a container has its /proc, where nobody in it can see or reach it: a mount hides what is below, and they may not take it away`,
    ),
    placeStep(
      place.where,
      place.argv,
      { type: 'command', argv: undo(unplaceArgv()), when: 'failure' },
      place.why,
    ),
  ];
}

/** The undo of something in a container. Of one that has ended only the directory may be left, if it was to be kept. */
function undoInside(
  view: ContainerView,
  facts: Pick<Facts, 'mapping'>,
  { where, argv }: Viewed,
): readonly Arg[] {
  const whole = fullArgv({ where }, argv);
  if (view.type === 'kept') return whole;
  const remove = asOwner(facts, ['rm', '-rf', '--one-file-system', '--']).map(String).join(' ');
  const program = `line=$(cat "/proc/$1/stat" 2>/dev/null) || line=
start() { set -- \${line##*) }; echo "\${20:-}"; }
[ "$(start)" = "$2" ] || { ${remove} "$3"; exit 0; }
shift 3; exec "$@"`;
  const { pid, start } = view.init;
  return ['sh', '-ec', program, 'undo', String(pid), start, arg`${C}/upper/${STAGE}`, ...whole];
}

/**
 * On the host, its undo counts from the moment when it begins: outside of the store nobody else would find what a kill between mkdir(2) and the journal's
 * next record leaves, and the name is a random one of this operation. In a container, its undo may be as impossible as the step was.
 */
function stageStep(
  of: 'host' | 'container',
  where: Step['where'],
  argv: readonly Arg[],
  undo: readonly Arg[],
  why: string,
): Step {
  return {
    id: 'reserve-staging',
    phase: PLACE.id,
    title: 'reserve a staging directory',
    where,
    action: { type: 'run', argv },
    undo: { type: 'command', argv: undo, when: 'always' },
    ...(of === 'host' ? {} : { reserves: true as const }),
    why: `${why}. What is unpacked there can be moved to its place by rename(2), and what was there before can be kept in it for the undo.`,
    pitfalls: ['Permission denied: you may not write in the target directory.'],
  };
}

function packHost({ archive, facts }: CopyInput, source: HostSource): Step {
  const common = { id: 'pack', phase: READ.id, where: HOST, undo: IN_WORKSPACE };
  if (source.type === 'stdin')
    return {
      ...common,
      title: 'take the archive from stdin',
      action: { type: 'run', argv: ['cat'], callersStdin: true, stdout: ARCHIVE },
      why: 'A copy of the archive, because nothing is changed before all of it is here: read(2) until the end of the file.',
      pitfalls: ['A terminal is no archive: cp waits until Ctrl-D.'],
    };
  const argv = [
    ...DIES_WITH_US,
    ...TAR,
    ...(archive ? [] : ['--owner=0', '--group=0']),
    ...ATTRIBUTES,
    ...['--directory', source.directory, '--', source.name],
  ];
  return {
    ...common,
    title: 'pack what is copied',
    action: { type: 'run', argv: archive ? asOwner(facts, argv) : argv, stdout: ARCHIVE },
    why: `tar makes one archive of it, with ${archive ? 'the owners that the files have' : "the container's root as the owner of all"}. It follows no link below the source. setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.`,
    pitfalls: ['Permission denied: a file is not readable for you.'],
  };
}

function placeArgv(to: Target, kind: 'look' | 'directory', tar: readonly string[]): readonly Arg[] {
  return [
    ...['sh', '-ec', arg`${PLACE_SH}`, 'place', arg`${STAGE}`],
    ...[to.path, to.as, to.slash ? '/' : '', kind],
    ...tar,
  ];
}

function unplaceArgv(): readonly Arg[] {
  return ['sh', '-ec', arg`${UNPLACE_SH}`, 'unplace', arg`${STAGE}`];
}

/** In a container, and with -a, files get the owners of the archive; on the host they belong to the caller. */
function unpack({ copy, archive, facts }: CopyInput): readonly string[] {
  const owners = (archive || copy.direction === 'in') && facts.mapping !== 'single';
  return [
    ...['tar', '--extract', '--file', '-', '--numeric-owner', '--preserve-permissions'],
    ...['--delay-directory-restore', owners ? '--same-owner' : '--no-same-owner', ...ATTRIBUTES],
  ];
}

function placeStep(where: Step['where'], argv: readonly Arg[], undo: Step['undo'], how = ''): Step {
  return {
    id: 'place',
    phase: PLACE.id,
    title: 'move it to its place',
    where,
    action: { type: 'run', argv, stdin: ARCHIVE },
    undo,
    why: `${how === '' ? '' : `${how} `}tar unpacks into a directory that nobody else can reach; from there each file goes to its place by rename(2), all or nothing, in a directory that is pinned by a descriptor. What was there before is kept until the plan has succeeded.`,
    pitfalls: [
      'is a directory, in the way: a directory never takes the place of a file, nor a file that of a directory.',
      'another file system: in a container, what is mounted there (a volume) is a directory of the host: copy to that.',
    ],
  };
}
