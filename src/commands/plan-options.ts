/** The options that every verb shares which changes something, and what they lead to: the plan is printed or executed. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { askedLanguage, LANG_OPTION, type Language } from '../lang/choose-language.ts';
import { localized } from '../lang/localized.ts';
import { screenTranslator } from '../lang/translator.ts';
import { failAt } from '../plan/fail-at.ts';
import { renderJson } from '../plan/json.ts';
import { shown } from '../plan/names.ts';
import { renderScript } from '../plan/script.ts';
import type { Plan } from '../plan/step.ts';
import { type ExecuteOptions, execute } from './execute.ts';
import { milliseconds } from './options.ts';

/** What every verb that carries out a plan takes, `run` included. */
export const PLAN_OPTIONS = {
  'dry-run': { type: 'boolean' },
  format: { type: 'string' },
  'fail-at': { type: 'string' },
  pace: { type: 'string' },
  ...LANG_OPTION,
  progress: { type: 'string' },
  record: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** For the end of a help text. */
export const PLAN_OPTIONS_HELP = `      --dry-run        print the plan as a shell script, and do nothing
      --format FORMAT  with --dry-run: sh for people, json for programs
      --fail-at STEP   let this step fail on purpose, and undo everything
      --progress MODE  auto, tty, plain, json or quiet
      --pace TIME      wait before each step: 400ms, 2s
      --lang LANG      en or zh (Simplified Chinese): progress, and the comments
                       of --dry-run
      --record FILE    write down what happens, for tinydocker replay
  -q, --quiet          no progress
  -h, --help           print this text
`;

export interface PlanOptions extends ExecuteOptions {
  readonly dryRun: boolean;
  readonly format: 'sh' | 'json';
  /** The step that is to fail on purpose. */
  readonly failAt?: string;
}

interface PlanValues {
  readonly 'dry-run'?: boolean | undefined;
  readonly format?: string | undefined;
  readonly 'fail-at'?: string | undefined;
  readonly pace?: string | undefined;
  readonly lang?: string | undefined;
  readonly progress?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly record?: string | undefined;
}

/** Throws a usage error for a value that is none of the option's. */
export function planOptions(values: PlanValues): PlanOptions {
  const { format = 'sh', progress, pace, lang, record, 'fail-at': step } = values;
  if (format !== 'sh' && format !== 'json')
    throw usageError(`--format ${shown(format)} is not known.`, 'A plan is printed as sh or json.');
  if (values.format !== undefined && !values['dry-run'])
    throw usageError('--format says how --dry-run prints the plan, and there is no --dry-run.');
  return {
    dryRun: values['dry-run'] ?? false,
    format,
    pace: milliseconds(pace),
    quiet: values.quiet ?? false,
    ...(step === undefined ? {} : { failAt: step }),
    ...(progress === undefined ? {} : { progress }),
    ...askedLanguage(lang),
    ...(record === undefined ? {} : { record: recordFile(record, values['dry-run']) }),
  };
}

/** A file to record in. Throws a usage error when nothing is going to happen. */
export function recordFile(file: string, dryRun: boolean | undefined): string {
  if (dryRun) throw usageError('--record and --dry-run contradict each other: a dry run does nothing.');
  if (file === '') throw usageError('The name of the recording is an empty word.');
  return file;
}

/**
 * The script of the plans, with comments in the language that --lang names. The locale does not count here: a script is kept, compared and sent to others, and the same
 * command line is to give the same one everywhere.
 */
export function scriptText(
  plans: readonly Plan[],
  commandLine: string,
  { lang = 'en' }: { readonly lang?: Language },
): string {
  return renderScript(
    plans.map(plan => localized(plan, lang)),
    commandLine,
    screenTranslator(lang),
  );
}

/** Prints the plan, or executes it. Returns the exit status: 1 when it failed, as for every verb whose status is not a command's. */
export async function carryOut(whole: Plan, options: PlanOptions, commandLine: string): Promise<number> {
  const status = await statusOf(whole, options, commandLine);
  return status === EXIT.tinydocker ? EXIT.failure : status;
}

/** The same; the exit status is the plan's own. */
export async function statusOf(whole: Plan, options: PlanOptions, commandLine: string): Promise<number> {
  const plan = options.failAt === undefined ? whole : valueOf(failAt(whole, options.failAt));
  if (options.dryRun) {
    process.stdout.write(
      options.format === 'json' ? renderJson(plan) : scriptText([plan], commandLine, options),
    );
    return EXIT.ok;
  }
  return (await execute(plan, options)).status;
}
