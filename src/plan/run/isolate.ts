/** Phase "isolate": init in new namespaces, its privileges already dropped, waiting at the gate. */

import { type Arg, arg, C, INIT_SH, SHIM_SH } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Spec } from '../spec.ts';
import type { Step } from '../step.ts';
import { userNamespaceOptions } from '../user-namespace.ts';
import { IN_DIRECTORY, type RunInput } from './run-input.ts';
import { smallInit } from './small-init.ts';
import { findTerminal, giveTerminal, onTerminal, type TerminalFile, terminalScript } from './terminal.ts';

/** Options of unshare(1) and nsenter(1), by the names of the OCI specification. */
export const NAMESPACE_OPTIONS: Readonly<Record<string, string>> = {
  mount: '--mount',
  uts: '--uts',
  ipc: '--ipc',
  network: '--net',
  pid: '--pid',
  cgroup: '--cgroup',
};

const TERMINAL: TerminalFile = {
  phase: 'isolate',
  directory: C,
  variables: [SHIM_SH, INIT_SH],
  undo: IN_DIRECTORY,
};

/** Starting init; with a terminal, through script(1), which makes a pseudo terminal and relays its size. */
export function isolateSteps(input: RunInput): readonly Step[] {
  const { spec, container } = input;
  const argv = isolated(input);
  const start: Step = {
    id: 'start-init',
    phase: 'isolate',
    title: 'new namespaces',
    where: { type: 'host' },
    action: {
      type: 'start',
      argv: spec.process.terminal
        ? [...onTerminal(TERMINAL), ...echoing(container)]
        : ['setsid', '--', ...argv],
      gate: arg`${C}/gate`,
      ready: arg`${C}/ready`,
      ended: arg`${C}/ended`,
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
  return spec.process.terminal ? [terminalScript(argv, TERMINAL), start, ...terminalSteps(input)] : [start];
}

/** unshare, then the shim (outside the new PID namespace), then setpriv, env and init (PID 1 inside). The shim's death signal lets it kill init first. */
function isolated({ spec, facts, container }: RunInput): readonly Arg[] {
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
    ...smallInit(container, facts),
    ...spec.process.args,
  ];
}

/**
 * bash reads ~/.bashrc when its stdin is a socket, as sshd's is, and $BASH_ENV always, and takes functions from the environment: none of
 * that may run here.
 */
export function shell({ bash }: Facts): readonly string[] {
  return bash ? ['bash', '--norc', '-p'] : ['sh'];
}

function privileges(spec: Spec, { mapping }: Facts): readonly string[] {
  const { uid } = spec.process.user;
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'],
    ...(mapping === 'single' ? [] : ['--reuid', String(uid)]),
    ...groupsAndCapabilities(spec, { mapping }),
    '--',
  ];
}

/** Options of setpriv(1): all of the container's credentials but the user, with whom a capability that is needed later would go. */
export function groupsAndCapabilities(
  { process }: Pick<Spec, 'process'>,
  { mapping }: Pick<Facts, 'mapping'>,
): readonly string[] {
  const { gid, additionalGids } = process.user;
  const names = process.capabilities.bounding.map(name => `+${name.replace(/^CAP_/, '').toLowerCase()}`);
  return [
    // With a single id mapped, setgroups(2) is denied and there is nobody else to become.
    ...(mapping === 'single'
      ? []
      : [
          ...['--regid', String(gid)],
          additionalGids.length === 0 ? '--clear-groups' : `--groups=${additionalGids.join(',')}`,
        ]),
    ...['--inh-caps=-all', '--ambient-caps=-all'],
    `--bounding-set=${['-all', ...names].join(',')}`,
  ];
}

/** script(1) makes a terminal that shows nothing of what is typed when nobody's terminal is behind it; but somebody may attach to it later. */
function echoing({ log }: RunInput['container']): readonly string[] {
  return log === undefined ? [] : ['--echo', 'always'];
}

/** Its name is wanted for /dev/console. */
function terminalSteps({ spec, facts }: RunInput): readonly Step[] {
  return [
    findTerminal(
      facts,
      'isolate',
      "It is bound to the container's /dev/console later, so that ttyname(3) finds a name for it inside.",
    ),
    ...giveTerminal(spec, facts, TERMINAL.phase, 'start-init'),
  ];
}
