/** Phase "isolate": init in new namespaces, its privileges already dropped, waiting at the gate. */

import { type Arg, arg, C, INIT, INIT_SH, KEEP_SH, SHIM_SH, TTY } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { quoteArg } from '../quote.ts';
import type { Spec } from '../spec.ts';
import type { Step } from '../step.ts';
import { inside, userNamespaceOptions } from '../user-namespace.ts';
import { IN_DIRECTORY, type RunInput } from './run-input.ts';

const NAMESPACE_OPTIONS: Readonly<Record<string, string>> = {
  mount: '--mount',
  uts: '--uts',
  ipc: '--ipc',
  network: '--net',
  pid: '--pid',
  cgroup: '--cgroup',
};

/** Starting init; with a terminal, through script(1), which makes a pseudo terminal and relays its size. */
export function isolateSteps(input: RunInput): readonly Step[] {
  const { spec, container, facts } = input;
  const argv = isolated(input);
  const start: Step = {
    id: 'start-init',
    phase: 'isolate',
    title: 'new namespaces',
    where: { type: 'host' },
    action: {
      type: 'start',
      argv: spec.process.terminal ? [...onTerminal(), ...echoing(container)] : ['setsid', '--', ...argv],
      gate: arg`${C}/gate`,
      ready: arg`${C}/ready`,
      stdin: container.stdin,
      terminal: spec.process.terminal,
      ...(container.log === undefined ? {} : { log: { directory: arg`${C}`, max: container.log.max } }),
    },
    undo: { type: 'stop-init' },
    why: "unshare(2) gives the process new namespaces: a mount table of its own (private: no mount of the container appears on the host), hostname, IPC objects, network, process ids and cgroup view. For an ordinary user it first makes a user namespace, in which that user is root. setpriv drops every capability that docker's containers do not have, sets no_new_privs with prctl(2), and ties init's life to ours (PR_SET_PDEATHSIG). init then reports its PID and waits.",
    pitfalls: [
      'Operation not permitted: user namespaces are denied to ordinary users here; tinydocker doctor says by what.',
      'No space left on device: user.max_user_namespaces (or another user.max_*) is reached.',
    ],
  };
  return spec.process.terminal
    ? [terminalScript(argv), start, findTerminal(facts), ...giveTerminal(input)]
    : [start];
}

/** unshare, then the shim (outside the new PID namespace), then setpriv, env and init (PID 1 inside). The shim's death signal lets it kill init first. */
function isolated({ spec, facts }: RunInput): readonly Arg[] {
  return [
    'unshare',
    ...userNamespaceOptions(facts),
    ...['--propagation', 'private'],
    ...spec.linux.namespaces.flatMap(({ type }) => NAMESPACE_OPTIONS[type] ?? []),
    '--',
    ...['setpriv', '--pdeathsig', 'TERM', '--'],
    ...shell(facts),
    ...['-c', arg`${SHIM_SH}`, 'shim'],
    ...privileges(spec, facts),
    // A shell starts background jobs with INT and QUIT ignored, and that would be inherited.
    ...['env', '--ignore-environment', '--default-signal', '--'],
    // The container's variables are words here: sh is still a program of the host.
    ...['/bin/sh', '-c', arg`${INIT_SH}`, 'init', arg`${C}`, spec.process.cwd, ...spec.process.env, '--'],
    ...spec.process.args,
  ];
}

/**
 * bash reads ~/.bashrc when its stdin is a socket, as sshd's is, and $BASH_ENV always, and takes functions from the environment: none of
 * that may run here.
 */
function shell({ bash }: Facts): readonly string[] {
  return bash ? ['bash', '--norc', '-p'] : ['sh'];
}

function privileges({ process }: Spec, { mapping }: Facts): readonly string[] {
  const { uid, gid, additionalGids } = process.user;
  const names = process.capabilities.bounding.map(name => `+${name.replace(/^CAP_/, '').toLowerCase()}`);
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'],
    // With a single id mapped, setgroups(2) is denied and there is nobody else to become.
    ...(mapping === 'single'
      ? []
      : [
          ...['--reuid', String(uid), '--regid', String(gid)],
          additionalGids.length === 0 ? '--clear-groups' : `--groups=${additionalGids.join(',')}`,
        ]),
    ...['--inh-caps=-all', '--ambient-caps=-all'],
    `--bounding-set=${['-all', ...names].join(',')}`,
    '--',
  ];
}

/** script(1) accepts a command only as shell text, so the text is constant and names a file. */
function onTerminal(): readonly Arg[] {
  return [
    ...['setpriv', '--pdeathsig', 'TERM', '--'],
    ...['env', 'SHELL=/bin/sh', arg`C=${C}`, arg`SHIM_SH=${SHIM_SH}`, arg`INIT_SH=${INIT_SH}`],
    ...['sh', '-c', arg`${KEEP_SH}`, 'keep', 'setpriv', '--pdeathsig', 'KILL', '--'],
    ...['script', '--quiet', '--return', '--command', 'exec sh "$C/terminal.sh"', '--log-out', '/dev/null'],
  ];
}

/** script(1) makes a terminal that shows nothing of what is typed when nobody's terminal is behind it; but somebody may attach to it later. */
function echoing({ log }: RunInput['container']): readonly string[] {
  return log === undefined ? [] : ['--echo', 'always'];
}

function terminalScript(argv: readonly Arg[]): Step {
  return {
    id: 'write-terminal-script',
    phase: 'isolate',
    title: 'terminal of its own',
    where: { type: 'host' },
    action: {
      type: 'write',
      path: arg`${C}/terminal.sh`,
      text: `exec ${argv.map(quoteArg).join(' ')} 5>&2\n`,
      mode: '0600',
    },
    undo: IN_DIRECTORY,
    why: 'script(1) opens a new pseudo terminal (posix_openpt(3)) and starts this file on it, in a new session made by setsid(2). The container never holds your terminal, so it can not push keys into it (TIOCSTI).',
    pitfalls: ['script is a package of its own on some distributions (bsdutils, util-linux-script).'],
  };
}

/** Descriptor 2, because init reads the gate as its 0. The name, not /proc/PID/fd/2 itself: that would be a file of the host's mount table, and mount(2) binds only what is in the caller's own. */
function findTerminal(facts: Facts): Step {
  return {
    id: 'find-terminal',
    phase: 'isolate',
    title: 'look which terminal it got',
    // The descriptors of a process that has become another user are listed only for that user and for root of its user namespace.
    where: facts.mapping === 'host' ? { type: 'host' } : inside(facts, []),
    action: { type: 'run', argv: ['readlink', arg`/proc/${INIT}/fd/2`], capture: TTY.var },
    undo: { type: 'nothing', reason: 'reading a link changes nothing' },
    why: "The new terminal has a name in the host's devpts, /dev/pts/N. It is bound to the container's /dev/console later, so that ttyname(3) finds a name for it inside.",
    pitfalls: [
      "A container without /dev/console, or whose terminal has no name inside, makes tty(1) say 'not a tty'.",
    ],
  };
}

/**
 * Only by root: in a user namespace, chown(2) of the terminal is allowed only where its group is mapped too, and most machines give terminals the
 * group tty.
 */
function giveTerminal({ spec, facts }: RunInput): readonly Step[] {
  const { uid } = spec.process.user;
  if (facts.mapping !== 'host' || uid === 0) return [];
  return [
    {
      id: 'give-terminal',
      phase: 'isolate',
      title: 'give the user the terminal',
      where: { type: 'host' },
      action: { type: 'run', argv: ['chown', '--', String(uid), arg`${TTY}`] },
      undo: { type: 'with', step: 'start-init', reason: 'the terminal goes when script ends' },
      why: "Whoever opens a terminal owns it, here root. chown(2) makes it the user's, so that programs can open /dev/stdout or /dev/console again.",
      pitfalls: [],
    },
  ];
}
