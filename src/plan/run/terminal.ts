/** A pseudo terminal of its own for what a plan starts, made by script(1). */

import { type Arg, arg, INIT, KEEP_SH, TTY, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { quoteArg } from '../quote.ts';
import type { Spec } from '../spec.ts';
import type { Step } from '../step.ts';
import { inside } from '../user-namespace.ts';

/** Where the file is that script(1) starts, and the variables that are in it besides. */
export interface TerminalFile {
  readonly phase: string;
  readonly directory: Variable;
  readonly variables: readonly Variable[];
  readonly undo: Step['undo'];
}

/** script(1) accepts a command only as shell text, so the text is constant and names a file. */
export function onTerminal({ directory, variables }: TerminalFile): readonly Arg[] {
  return [
    ...['setpriv', '--pdeathsig', 'TERM', '--'],
    ...[
      'env',
      'SHELL=/bin/sh',
      ...[directory, ...variables].map(({ var: name }) => arg`${name}=${{ var: name }}`),
    ],
    ...['sh', '-c', arg`${KEEP_SH}`, 'keep', 'setpriv', '--pdeathsig', 'KILL', '--'],
    ...['script', '--quiet', '--return', '--command', `exec sh "$${directory.var}/terminal.sh"`],
    ...['--log-out', '/dev/null'],
  ];
}

/** The file that script(1) starts. */
export function terminalScript(argv: readonly Arg[], { phase, directory, undo }: TerminalFile): Step {
  return {
    id: 'write-terminal-script',
    phase,
    title: 'terminal of its own',
    where: { type: 'host' },
    action: {
      type: 'write',
      path: arg`${directory}/terminal.sh`,
      text: `exec ${argv.map(quoteArg).join(' ')} 5>&2\n`,
      mode: '0600',
    },
    undo,
    why: 'script(1) opens a new pseudo terminal (posix_openpt(3)) and starts this file on it, in a new session made by setsid(2). The container never holds your terminal, so it can not push keys into it (TIOCSTI).',
    pitfalls: ['script is a package of its own on some distributions (bsdutils, util-linux-script).'],
  };
}

/** Descriptor 2, because init reads the gate as its 0. The name, not /proc/PID/fd/2 itself: that would be a file of the host's mount table, and mount(2) binds only what is in the caller's own. */
export function findTerminal(facts: Pick<Facts, 'mapping'>, phase: string, use: string): Step {
  return {
    id: 'find-terminal',
    phase,
    title: 'look which terminal it got',
    // The descriptors of a process that has become another user are listed only for that user and for root of its user namespace.
    where: facts.mapping === 'host' ? { type: 'host' } : inside(facts, []),
    action: { type: 'run', argv: ['readlink', arg`/proc/${INIT}/fd/2`], capture: TTY.var },
    undo: { type: 'nothing', reason: 'reading a link changes nothing' },
    why: `The new terminal has a name in the host's devpts, /dev/pts/N. ${use}`,
    pitfalls: [
      "A container without /dev/console, or whose terminal has no name inside, makes tty(1) say 'not a tty'.",
    ],
  };
}

/**
 * Only by root: in a user namespace, chown(2) of the terminal is allowed only where its group is mapped too, and most machines give terminals the
 * group tty. `starter` is the step that started what runs on it.
 */
export function giveTerminal(
  { process }: Pick<Spec, 'process'>,
  { mapping }: Pick<Facts, 'mapping'>,
  phase: string,
  starter: string,
): readonly Step[] {
  const { uid } = process.user;
  if (mapping !== 'host' || uid === 0) return [];
  return [
    {
      id: 'give-terminal',
      phase,
      title: 'give the user the terminal',
      where: { type: 'host' },
      action: { type: 'run', argv: ['chown', '--', String(uid), arg`${TTY}`] },
      undo: { type: 'with', step: starter, reason: 'the terminal goes when script ends' },
      back: { type: 'command', argv: ['chown', '--', '0', arg`${TTY}`] },
      why: "Whoever opens a terminal owns it, here root. chown(2) makes it the user's, so that programs can open /dev/stdout or /dev/console again.",
      pitfalls: [],
    },
  ];
}
