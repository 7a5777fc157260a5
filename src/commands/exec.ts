/** `tinydocker exec`: one more command in a container that runs. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import {
  checkCommandIn,
  containerToEnter,
  type EnteredContainer,
  hasProgram,
  userIn,
} from '../host/entered-container.ts';
import { probeFacts } from '../host/facts.ts';
import { newOperationId } from '../host/operation.ts';
import { storePaths } from '../host/store-paths.ts';
import { failAt } from '../plan/fail-at.ts';
import { commandEnvironment } from '../plan/join/environment.ts';
import { planExec } from '../plan/join/plan-exec.ts';
import type { Spec } from '../plan/spec.ts';
import { executeInBackground } from './background.ts';
import { parseOptions } from './options.ts';
import { PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions, statusOf } from './plan-options.ts';
import { parseVariables, wantsTerminal } from './process-options.ts';
import { EXEC_UNSUPPORTED } from './unsupported.ts';

const OPTIONS = {
  detach: { type: 'boolean', short: 'd' },
  env: { type: 'string', short: 'e', multiple: true },
  'env-file': { type: 'string', multiple: true },
  workdir: { type: 'string', short: 'w' },
  user: { type: 'string', short: 'u' },
  interactive: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  ...PLAN_OPTIONS,
} as const;

export const help = `Run one more command in a container that runs.

Examples
  tinydocker exec c1 ls -l /              see what is there
  tinydocker exec c1 sh                   a shell, when you are at a terminal
  tinydocker exec -u ann -w /srv c1 id    as another user, in a directory
  tar -c . | tinydocker exec -i c1 tar -x -C /srv    with your stdin
  tinydocker exec -d c1 crond             in the background
  tinydocker exec --dry-run c1 true       see how a container is entered

Usage
  tinydocker exec [OPTIONS] NAME COMMAND [ARG...]

The command gets all namespaces of the container, its capabilities, its user and
its variables, and nothing of the host but what it reads and writes: your stdin
(with -i), stdout and stderr. It ends with the container, and with tinydocker,
even by kill -9. The container does not end with it. With -d it goes on in the
background until the container ends, and nobody sees what it writes.

Options
  -d, --detach             in the background, with neither input nor output
  -e, --env NAME=VALUE     set a variable; NAME alone takes your own value
      --env-file FILE      set variables from lines NAME=VALUE
  -w, --workdir DIR        start in DIR (the container's own)
  -u, --user USER[:GROUP]  names of the container, or numbers (its own)
  -i, --interactive        give it your stdin
  -t, --tty                give it a terminal of its own; the default when you
                           are at one and -i is not given
${PLAN_OPTIONS_HELP}
Options end at NAME. Without --progress, no progress is shown.

Exit status
  0      with -d: it has started
  125    tinydocker failed
  126    the command can not be executed
  127    the command, or the directory of -w, is not in the container
  128+n  signal n ended it (137: the container has ended)
  other  the command's own;  2 also for a command line that is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'exec',
    unsupported: EXEC_UNSUPPORTED,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [name, ...args] = positionals;
  if (name === undefined || args.length === 0)
    throw usageError('exec needs a container and a command.', 'For example: tinydocker exec c1 /bin/sh');
  const given = parseVariables(values['env-file'] ?? [], values.env ?? []);
  const interactive = values.interactive ?? false;
  const detached = values.detach ?? false;
  if (detached && (interactive || values.tty))
    throw usageError(
      '-d goes without -i and -t: nobody is there to type.',
      'Its output can go to a file of the container.',
    );
  const terminal = values.tty ?? (!detached && wantsTerminal(interactive, options.dryRun));
  const facts = probeFacts();
  const container = await containerToEnter(storePaths(facts.storeRoot), name);
  const spec = specOf(container, {
    ...{ args, given, terminal },
    ...(values.user === undefined ? {} : { user: values.user }),
    ...(values.workdir === undefined ? {} : { workdir: values.workdir }),
  });
  const plan = valueOf(
    planExec({
      ...{ spec, facts, stdin: interactive || terminal, id: newOperationId(), detached },
      container: { type: 'running', name, init: container.init },
      hasEnv: !args[0]?.includes('=') && hasProgram(container, pathIn(spec), 'env'),
    }),
  );
  if (!options.dryRun) checkCommandIn(container, spec);
  // Whoever looks into a container does not want to hear of steps each time.
  const execution = { ...options, silent: options.pace === 0 };
  if (!detached || options.dryRun) return statusOf(plan, execution, commandLine);
  const meant = options.failAt === undefined ? plan : valueOf(failAt(plan, options.failAt));
  return (await executeInBackground(meant, execution))?.status ?? EXIT.ok;
}

interface Asked {
  readonly args: readonly string[];
  readonly given: readonly (readonly [name: string, value: string])[];
  readonly terminal: boolean;
  readonly user?: string;
  readonly workdir?: string;
}

/** The container's specification, with the command's process in the place of its own. */
function specOf(container: EnteredContainer, { args, given, terminal, user: asked, workdir }: Asked): Spec {
  const { spec } = container;
  const own = spec.process.user;
  const homeOf = (text: string) => userIn(container, text).home;
  const { home, ...user } =
    asked === undefined
      ? { home: homeOf(String(own.uid)), ...own }
      : { umask: own.umask, ...userIn(container, asked) };
  const env = commandEnvironment({
    inherited: spec.process.env,
    given,
    ...(terminal ? { term: process.env['TERM'] || 'xterm' } : {}),
    homes: { container: homeOf(String(own.uid)), command: home },
  });
  return {
    ...spec,
    process: { ...spec.process, terminal, user, args, env, cwd: workdir ?? spec.process.cwd },
  };
}

function pathIn({ process: { env } }: Spec): string {
  return env.find(entry => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '';
}
