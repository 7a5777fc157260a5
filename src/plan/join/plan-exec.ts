/** Running one more command in a container that runs. Pure. */

import { type Arg, arg, C, INIT, KEEP_SH, STORE, TTY, type Variable } from '../arg.ts';
import { processFailures } from '../create-spec.ts';
import type { Facts } from '../facts.ts';
import type { ContainerView } from '../files/view.ts';
import { failed, ok, type Result } from '../result.ts';
import { JOIN_SHIM_TEXT, KEEP_TEXT } from '../run/init.ts';
import { groupsAndCapabilities, shell } from '../run/isolate.ts';
import {
  findTerminal,
  giveTerminal,
  onTerminal,
  type TerminalFile,
  terminalScript,
} from '../run/terminal.ts';
import { unmappedUser } from '../run/unmapped-user.ts';
import type { Spec } from '../spec.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { ENTER_SH, ENTER_TEXT, GATE_SH, GATE_TEXT } from './enter-container.ts';
import { isObeyed, nameOf } from './environment.ts';

export interface ExecInput {
  readonly container: Extract<ContainerView, { type: 'running' }>;
  /** The container's, with the command's process in it. */
  readonly spec: Spec;
  /** Whether the command reads the caller's stdin. */
  readonly stdin: boolean;
  /** What it writes to stdout goes to the caller's stderr. */
  readonly toStderr?: true;
  /** Whether the container has an env(1), which sets what no program of the host may see. */
  readonly hasEnv: boolean;
  /** It goes on in the background, and nobody sees what it writes. */
  readonly detached?: boolean;
  /** Unique; part of a path. */
  readonly id: string;
  readonly facts: Facts;
}

/** The directory of this command on the host, `$C/exec-ID`. */
const E: Variable = { var: 'E' };
/** The host's PID of the container's init. */
const TARGET: Variable = { var: 'TARGET' };
const SHIM_SH: Variable = { var: 'SHIM_SH' };

const HOST = { type: 'host' } as const;
const PHASES: readonly Phase[] = [
  { id: 'prepare', title: 'Make a directory for this command, beside the files of the container.' },
  { id: 'enter', title: "Enter the container's namespaces, and wait there at a gate." },
  { id: 'start', title: 'Open the gate: what waits there becomes the command.' },
];

/** Files of /proc/PID/ns, and the options of nsenter(1) that take them, by the names of the OCI specification. */
const NAMESPACES: Readonly<Record<string, string>> = {
  mount: '--mount=/target/ns/mnt',
  uts: '--uts=/target/ns/uts',
  ipc: '--ipc=/target/ns/ipc',
  network: '--net=/target/ns/net',
  pid: '--pid=/target/ns/pid',
  cgroup: '--cgroup=/target/ns/cgroup',
};

const WITH_DIRECTORY = {
  type: 'with',
  step: 'reserve-exec',
  reason: "it lies in the command's directory",
} as const satisfies Step['undo'];

const TERMINAL: TerminalFile = {
  phase: 'enter',
  directory: E,
  variables: [TARGET, ENTER_SH, SHIM_SH, GATE_SH],
  undo: WITH_DIRECTORY,
};

/** The plan that runs a command in a running container; its exit status is the command's. */
export function planExec(input: ExecInput): Result<Plan> {
  const { container, spec, facts } = input;
  const failures = [...unmappedUser(spec, facts), ...processFailures(spec.process)];
  if (failures.length > 0) return failed(...failures);
  return ok({
    kind: 'exec',
    subject: container.name,
    summary: `run ${spec.process.args[0] ?? ''} in ${container.name}`,
    variables: variables(input),
    phases: PHASES,
    steps: [...prepareSteps(), ...enterSteps(input), ...releaseSteps()],
    ...(input.detached ? { background: true as const } : {}),
    notes: notes(input),
  });
}

function variables({ container, spec, facts, id }: ExecInput): readonly PlanVariable[] {
  const terminal = spec.process.terminal;
  const gives = terminal && givesTerminal(spec, facts);
  return [
    { name: STORE.var, value: facts.storeRoot, meaning: 'the store' },
    { name: C.var, value: arg`${STORE}/containers/${container.name}`, meaning: "the container's directory" },
    { name: E.var, value: arg`${C}/exec-${id}`, meaning: "this command's directory" },
    {
      name: TARGET.var,
      value: String(container.init.pid),
      meaning: "the host's PID of the container's init",
    },
    {
      name: ENTER_SH.var,
      value: facts.bash ? ENTER_TEXT.bash : ENTER_TEXT.sh,
      meaning: "makes a root directory of the host's programs, and enters the namespaces from there",
    },
    {
      name: SHIM_SH.var,
      value: JOIN_SHIM_TEXT,
      meaning: 'the parent of the command, outside of its PID namespace',
    },
    { name: GATE_SH.var, value: GATE_TEXT, meaning: 'waits inside until it may become the command' },
    ...(terminal
      ? [{ name: KEEP_SH.var, value: KEEP_TEXT, meaning: "gives the caller's terminal its settings back" }]
      : []),
    { name: INIT.var, meaning: "the host's PID of the command" },
    ...(gives ? [{ name: TTY.var, meaning: "the command's terminal, as the host calls it" }] : []),
  ];
}

function prepareSteps(): readonly Step[] {
  const phase = 'prepare';
  return [
    {
      id: 'reserve-exec',
      phase,
      title: 'make a directory for it',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0700', '--', arg`${E}`] },
      undo: { type: 'command', argv: ['rm', '-rf', '--one-file-system', '--', arg`${E}`], when: 'always' },
      reserves: true,
      why: "mkdir(2) in the container's directory, which nothing in the container can see. What the command needs on the host lies there while it runs; if nobody can remove it afterwards, it goes with the container.",
      pitfalls: [
        'No such file or directory: the container has ended meanwhile, and took its directory along.',
      ],
    },
    {
      id: 'make-fifos',
      phase,
      title: 'make the gate',
      where: HOST,
      action: {
        type: 'run',
        argv: ['mkfifo', '-m', '0600', '--', arg`${E}/gate`, arg`${E}/ready`],
      },
      undo: WITH_DIRECTORY,
      why: 'mkfifo(3) makes two named pipes. Through "ready" the process that enters the container tells its PID; at "gate" it waits until everything is ready.',
      pitfalls: [],
    },
    {
      id: 'hold-gate',
      phase,
      title: 'hold the gate',
      where: HOST,
      action: { type: 'hold', path: arg`${E}/gate` },
      undo: { type: 'nothing', reason: 'the kernel closes the descriptor when its holder ends' },
      why: 'open(2) for reading and writing at once, so that it does not wait for the other side. If we die, the kernel closes it, and what waits at the gate reads end of file instead of the word GO, and leaves: the gate fails closed.',
      pitfalls: [],
    },
  ];
}

function enterSteps(input: ExecInput): readonly Step[] {
  const { spec, facts, stdin, toStderr } = input;
  const phase = 'enter';
  const { terminal } = spec.process;
  const argv = entering(input);
  const start: Step = {
    id: 'enter-container',
    phase,
    title: 'enter its namespaces',
    where: HOST,
    action: {
      type: 'start',
      argv: terminal ? onTerminal(TERMINAL) : ['setsid', '--', ...argv],
      gate: arg`${E}/gate`,
      ready: arg`${E}/ready`,
      stdin,
      terminal,
      ...(input.detached ? { detached: true as const } : {}),
      joins: true,
      ...(toStderr ? { toStderr } : {}),
    },
    undo: { type: 'stop-init' },
    why: "setns(2), by nsenter(1), takes a process into all namespaces of the container's init; a parent that stays outside of the PID namespace kills it when we die. First, in a mount table of its own, pivot_root(2) gives it a root directory that has the host's programs, read-only, and nothing else: in the moment between dropping its privileges and taking the container's root, everybody in the container can look at it through /proc. /proc/PID of init is entered, and its start time compared, before anything of it is used: a PID alone is never trusted.",
    pitfalls: [
      "Entering with the host's root directory, and dropping privileges before chroot(2), lets a root in the container open the whole host through /proc/PID/root.",
      'Overwriting the runtime through /proc/PID/exe was CVE-2019-5736 in runc; a working directory behind a left-over descriptor CVE-2024-21626.',
    ],
  };
  if (!terminal) return [start];
  return [
    terminalScript(argv, TERMINAL),
    start,
    ...(givesTerminal(spec, facts)
      ? [findTerminal(facts, phase, 'It is needed to make it belong to the user.')]
      : []),
    ...giveTerminal(spec, facts, phase, 'enter-container'),
  ];
}

function givesTerminal(spec: Spec, facts: Facts): boolean {
  return giveTerminal(spec, facts, 'enter', 'enter-container').length > 0;
}

/** The chain of programs, each of which becomes the next. */
function entering(input: ExecInput): readonly Arg[] {
  const { container, spec, facts } = input;
  const dies = ['setpriv', '--pdeathsig', 'TERM', '--'];
  return [
    ...(facts.mapping === 'host'
      ? []
      : ['nsenter', '--target', arg`${TARGET}`, '--user', '--preserve-credentials', '--']),
    ...['unshare', '--mount', '--propagation', 'private', '--', ...dies],
    ...[...shell(facts), '-ec', arg`${ENTER_SH}`, 'enter', arg`${TARGET}`, container.init.start, arg`${E}`],
    ...spec.linux.namespaces.flatMap(({ type }) => NAMESPACES[type] ?? []),
    ...['--', ...dies, ...shell(facts), '-c', arg`${SHIM_SH}`, 'shim'],
    ...['sh', '-c', arg`${GATE_SH}`, 'gate', spec.process.cwd],
    ...becoming(input),
  ];
}

/** What is executed behind the gate: privileges go, variables come, the container's root becomes the root. */
function becoming({ spec, hasEnv, facts }: ExecInput): readonly Arg[] {
  const { env, cwd, args, user } = spec.process;
  const obeyed = env.filter(entry => isObeyed(nameOf(entry)));
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', ...groupsAndCapabilities(spec, facts), '--'],
    // A shell starts background jobs with INT and QUIT ignored, and that would be inherited.
    ...['env', '--ignore-environment', '--default-signal', '--'],
    ...env.filter(entry => !obeyed.includes(entry)),
    ...['/nsenter', '--root=.', `--wdns=${cwd}`],
    // Last, because it takes the capabilities along that all this needs.
    ...(user.uid === 0 ? [] : [`--setuid=${user.uid}`]),
    '--',
    ...(obeyed.length > 0 && hasEnv ? ['env', ...obeyed] : []),
    ...args,
  ];
}

function releaseSteps(): readonly Step[] {
  const phase = 'start';
  return [
    {
      id: 'open-gate',
      phase,
      title: 'start the command',
      where: HOST,
      action: { type: 'release', gate: arg`${E}/gate` },
      undo: { type: 'with', step: 'enter-container', reason: 'the command is what waited there' },
      why: "What reads the word GO drops its capabilities with capset(2) and prctl(2), sets no_new_privs and the groups, gets the container's variables, makes the container's root its root with chroot(2), and becomes the command with execve(2). The program is looked up only then, so it is always one of the container.",
      pitfalls: ['127: the command is not in the container. 126: it is there but can not be executed.'],
    },
    {
      id: 'wait',
      phase,
      title: 'wait for it to end',
      where: HOST,
      action: { type: 'wait' },
      undo: { type: 'nothing', reason: 'waiting changes nothing' },
      why: "wait4(2) returns the command's exit status, 128 + n when signal n killed it. It becomes tinydocker's own. When the container ends first, the kernel kills the command with it: 137.",
      pitfalls: [],
    },
  ];
}

/** Variables that can not be set: a program of the host would obey them, and nothing in the container can set them. */
function notes({ spec, hasEnv }: ExecInput): readonly string[] {
  const names = spec.process.env.map(nameOf).filter(isObeyed);
  if (hasEnv || names.length === 0) return [];
  return [
    `left out: ${names.join(', ')}; programs of the host would obey ${names.length === 1 ? 'it' : 'them'}, and the container has no env to set ${names.length === 1 ? 'it' : 'them'} with`,
  ];
}
