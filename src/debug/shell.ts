/** Shells for the person at the debugger: on the host, and in the namespaces as they are. Nothing of the image ever runs with privileges of the host. */

import { existsSync, statSync } from 'node:fs';
import process from 'node:process';
import { environment, runShell } from '../exec/process.ts';
import { INIT, resolve, type Values } from '../plan/arg.ts';
import { enterPrefix } from '../plan/enter.ts';
import type { Facts } from '../plan/facts.ts';
import { shell } from '../plan/run/isolate.ts';
import type { NamespaceName } from '../plan/step.ts';
import { inside } from '../plan/user-namespace.ts';
import type { Surroundings } from './session.ts';
import type { DebugState } from './state.ts';

/** What a shell is told about. */
const NAMES = ['INIT', 'C', 'M', 'STORE'] as const;

const NAMESPACES: readonly NamespaceName[] = ['mount', 'uts', 'ipc', 'net', 'pid', 'cgroup'];

/** A shell that knows jobs starts another one, and brings the terminal back to us afterwards: one in a PID namespace of its own can not name us. */
const WITH_JOBS = 'set -m; "$@"; exit $?';

/** Runs the image's own shell, or a line of it, in the container's root, without privileges. Returns a sentence when it could not. */
export type EnterContainer = (
  line: string | undefined,
  context: { readonly values: Values; readonly prompt: string },
) => Promise<string | undefined>;

/** What of init's root directory can be seen from the host. */
export type RootOfInit = 'no init' | "the host's" | 'half' | 'own';

export function shells(facts: Pick<Facts, 'bash' | 'mapping'>, enter: EnterContainer): Surroundings['shell'] {
  return async (where, line, { values, state, stopped }) => {
    const terminal = process.stdin.isTTY === true;
    if (line === undefined && !terminal)
      return `There is no terminal for a shell. Write what it is to do behind the letter: ${where === 'host-shell' ? 's' : 'S'} COMMAND`;
    const known = NAMES.flatMap(name => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const variables = {
      ...Object.fromEntries(known),
      PS1: promptOf(where, state, rootOfInit(values)),
      HISTFILE: '',
    };
    const program = line === undefined ? interactive(facts) : ['sh', '-c', line];
    const run = (argv: readonly string[], env: Readonly<Record<string, string>>, directory: string) =>
      runShell(line === undefined ? ['sh', '-c', WITH_JOBS, 'shell', ...argv] : argv, {
        ...{ variables: { ...env, ...variables }, directory, stopped },
        terminal: line === undefined,
      });
    if (where === 'host-shell') {
      await run(program, { ...(process.env as Record<string, string>) }, workingDirectory());
      return undefined;
    }
    switch (rootOfInit(values)) {
      case 'no init':
        return 'There are no namespaces yet: the step start-init makes them.';
      case 'own':
        return enter(line, { values, prompt: variables.PS1 });
      case 'half':
      case "the host's":
        await run([...enterHostsRoot(facts, values), ...program], environment(), '/');
        return undefined;
    }
  };
}

/**
 * nsenter(1) with the host's root as its root. Between pivot_root(2) and the end of the old root that is below /dev/.old: in the new root a
 * program, or the loader of one, would be the image's, with the privileges of the host. The new root is at /proc/$INIT/root.
 */
function enterHostsRoot(facts: Pick<Facts, 'mapping'>, values: Values): readonly string[] {
  const prefix = enterPrefix(inside(facts, NAMESPACES)).map(word => resolve(word, values));
  if (rootOfInit(values) !== 'half') return prefix;
  const old = `/proc/${values.get(INIT.var)}/root/dev/.old`;
  return [...prefix.slice(0, -1), `--root=${old}`, `--wd=${old}`, '--'];
}

/**
 * Looked at, not concluded from which steps are done: a step may have been edited. As long as it is the host's, a program that is looked up in the
 * namespaces is one of the host.
 */
export function rootOfInit(values: Values): RootOfInit {
  const pid = values.get(INIT.var);
  const root = pid === undefined ? undefined : statSync(`/proc/${pid}/root/.`, { throwIfNoEntry: false });
  if (root === undefined) return 'no init';
  const own = statSync('/');
  if (root.dev === own.dev && root.ino === own.ino) return "the host's";
  return existsSync(`/proc/${pid}/root/dev/.old`) ? 'half' : 'own';
}

function interactive({ bash }: Pick<Facts, 'bash'>): readonly string[] {
  return [...shell({ bash } as Facts).filter(word => word !== '-p'), '-i'];
}

/** "host, c1 after step 5/18> ". */
function promptOf(where: 'host-shell' | 'inside-shell', { plan, at }: DebugState, root: RootOfInit): string {
  const place = where === 'host-shell' ? 'host' : root === 'half' ? 'inside, in the old root' : 'inside';
  return `${place}, ${plan.subject} ${at === 0 ? 'before step 1' : `after step ${at}`}/${plan.steps.length}> `;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
