/** `tinydocker start`: containers that were kept, once more. */

import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { planStart } from '../host/start-again.ts';
import { storePaths } from '../host/store-paths.ts';
import { failAt } from '../plan/fail-at.ts';
import { renderJson } from '../plan/json.ts';
import type { Plan } from '../plan/step.ts';
import { executeInBackground } from './background.ts';
import { execute } from './execute.ts';
import { parseOptions } from './options.ts';
import { PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions, scriptText } from './plan-options.ts';

const OPTIONS = {
  ...PLAN_OPTIONS,
  attach: { type: 'boolean', short: 'a' },
  interactive: { type: 'boolean', short: 'i' },
} as const;

const UNSUPPORTED = {
  checkpoint: 'processes are not saved, only files are',
  'checkpoint-dir': 'processes are not saved, only files are',
  'detach-keys': 'Ctrl-C ends a container that is attached',
};

export const help = `Start containers again that have ended and were kept.

Examples
  tinydocker start c1              in the background; logs shows its output
  tinydocker start c1 c2           several at once
  tinydocker start -ai c1          in the foreground, with your input
  tinydocker start --dry-run c1    print the commands that would do it

Usage
  tinydocker start [OPTIONS] NAME...

A container starts with the files that it had when it ended, and with the
command, variables, user, volumes and working directory that it was made with.
Without -a it goes on in the background. One that runs already is left alone.

Options
  -a, --attach         in the foreground; its exit status becomes ours
  -i, --interactive    with -a: the command reads your input
${PLAN_OPTIONS_HELP}
Exit status
  0  all run
  1  one could not be started; everything was undone
  2  the command line is wrong
  With -a, that of the command, and 125 when it could not be started.
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'start',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const { attach = false, interactive = false } = values;
  const names = [...new Set(positionals)];
  if (names.length === 0)
    throw usageError('Which container is to be started?', 'For example: tinydocker start c1');
  if (attach && names.length > 1)
    throw usageError('-a takes one container: there is one terminal.', 'Start the others without it.');
  if (interactive && !attach)
    throw usageError('-i goes with -a: otherwise nobody is there to type.', 'tinydocker start -ai NAME');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  let status: number = EXIT.ok;
  const planOf = async (name: string): Promise<Plan | undefined> => {
    const plan = await planStart({ paths, facts, name, attach: attach ? { interactive } : undefined }).catch(
      (error: unknown) => Promise.reject(attach ? asOfRun(error) : error),
    );
    return plan === undefined || options.failAt === undefined ? plan : valueOf(failAt(plan, options.failAt));
  };
  if (options.dryRun) {
    const plans = (await Promise.all(names.map(planOf))).filter(plan => plan !== undefined);
    const [first, ...more] = plans;
    if (first === undefined) throw new UserError('All of them run already.');
    if (more.length > 0 && options.format === 'json')
      throw usageError('--format json prints one plan, so name one container.');
    process.stdout.write(
      options.format === 'json' ? renderJson(first) : scriptText(plans, commandLine, options),
    );
    return EXIT.ok;
  }
  for (const name of names) {
    const plan = await planOf(name);
    if (attach) {
      if (plan === undefined)
        throw new UserError(
          `The container ${name} runs already, so it can not be started in the foreground.`,
          {
            status: EXIT.tinydocker,
            hint: `tinydocker attach ${name} joins it.`,
          },
        );
      return (await execute(plan, options)).status;
    }
    const outcome = plan === undefined ? undefined : await executeInBackground(plan, options);
    if (outcome === undefined) process.stdout.write(`${name}\n`);
    else if (outcome.type === 'interrupted') return outcome.status;
    else status = EXIT.failure;
  }
  return status;
}

/** In the foreground the command's own status is expected, so that ours has to be another one. */
function asOfRun(error: unknown): unknown {
  return error instanceof UserError && error.status === undefined
    ? new UserError(error.message, { status: EXIT.tinydocker, hint: error.hint })
    : error;
}
