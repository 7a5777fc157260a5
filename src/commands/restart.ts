/** `tinydocker restart`: stop, then start in the background. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { findLiving } from '../host/living.ts';
import { planStart } from '../host/start-again.ts';
import { storePaths } from '../host/store-paths.ts';
import { askedLanguage, LANG_OPTION } from '../lang/choose-language.ts';
import { planStop } from '../plan/life/plan-stop.ts';
import type { Plan } from '../plan/step.ts';
import { executeInBackground } from './background.ts';
import { eachName } from './each-name.ts';
import { execute } from './execute.ts';
import { parseOptions } from './options.ts';
import { scriptText } from './plan-options.ts';
import { STOP_OPTIONS, STOP_OPTIONS_HELP, stopOptions } from './stop-options.ts';

const OPTIONS = {
  ...STOP_OPTIONS,
  'dry-run': { type: 'boolean' },
  progress: { type: 'string' },
  ...LANG_OPTION,
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Stop containers, and start them again in the background.

Examples
  tinydocker restart c1             as stop c1, then start c1
  tinydocker restart -t 1 c1 c2     several, with little patience
  tinydocker restart --dry-run c1   print the commands that would do it

Usage
  tinydocker restart [OPTIONS] NAME...

One that does not run is only started. It goes on in the background, even if it
was in somebody's foreground before, and has its files, as with start. What can
not be started again (its image's layers are gone, or it is not kept) is not
stopped either.

Options
${STOP_OPTIONS_HELP}      --dry-run        print the plans as a shell script, and do nothing
      --progress MODE  auto, tty, plain, json or quiet
      --lang LANG      en or zh (Simplified Chinese)
  -q, --quiet          no progress
  -h, --help           print this text

Exit status
  0  all run
  1  one could not be stopped or started
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'restart', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { seconds, asked } = stopOptions(values);
  if (positionals.length === 0)
    throw usageError('Which container is to be restarted?', 'For example: tinydocker restart c1');
  const lang = askedLanguage(values.lang);
  const options = {
    quiet: values.quiet ?? false,
    pace: 0,
    ...(values.progress === undefined ? {} : { progress: values.progress }),
    ...lang,
  };
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { found, status } = await eachName(positionals, async name => {
    const { living } = await findLiving(paths, name);
    const start = await planStart({ paths, facts, name, attach: undefined, endsBefore: true });
    return { name, living, start };
  });
  const living = found.flatMap(one => (one.living === undefined ? [] : [asked(one.living)]));
  const stop = living.length === 0 ? undefined : planStop(living, seconds, facts);
  const starts = found.flatMap(({ name, start }) => (start === undefined ? [] : [{ name, start }]));
  if (values['dry-run']) {
    const plans: readonly Plan[] = [...(stop === undefined ? [] : [stop]), ...starts.map(one => one.start)];
    if (plans.length > 0) process.stdout.write(scriptText(plans, commandLine, lang));
    return status;
  }
  if (stop !== undefined) {
    const { type, status: stopped } = await execute(stop, options);
    if (type !== 'succeeded') return type === 'interrupted' ? stopped : EXIT.failure;
  }
  let last = status;
  for (const { name, start } of starts) {
    const outcome = await executeInBackground(start, options);
    if (outcome === undefined) process.stdout.write(`${name}\n`);
    else if (outcome.type === 'interrupted') return outcome.status;
    else last = EXIT.failure;
  }
  return last;
}
