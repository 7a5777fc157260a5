/** `tinydocker explain`: the steps of a run, told from a real plan for this machine. */

import process from 'node:process';
import { EXIT, failureError, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { chooseLanguage, LANG_OPTION } from '../lang/choose-language.ts';
import { localized } from '../lang/localized.ts';
import { screenTranslator } from '../lang/translator.ts';
import { examplePlan } from '../plan/example.ts';
import { explainRun, explainStep } from '../plan/explanation.ts';
import { unknownStep } from '../plan/fail-at.ts';
import { parseOptions } from './options.ts';

const OPTIONS = { all: { type: 'boolean' }, ...LANG_OPTION, help: { type: 'boolean', short: 'h' } } as const;

export const help = `Tell what the steps of a run do, and why.

Examples
  tinydocker explain                   list the steps of a run on this machine
  tinydocker explain pivot-root        one step: why, command, undo, pitfalls
  tinydocker explain --all | less      all of them
  tinydocker explain --lang zh         in Chinese

Usage
  tinydocker explain [--lang LANG] [STEP...]
  tinydocker explain [--lang LANG] --all

What is told is taken from the plan of a container that has a volume, a working
directory, a read-only root and a terminal, so that every step appears. Root and
ordinary users get different commands; you see those for you.

Options
      --all          tell about every step
      --lang LANG    en or zh (Simplified Chinese); the default is the locale's
  -h, --help         print this text

Exit status
  0  done
  2  there is no such step, or no such option

See also
  tinydocker run --dry-run NAME            the plan of your own container
  tinydocker run --fail-at STEP NAME       see a step fail and be undone
`;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'explain', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (values.all && positionals.length > 0)
    throw usageError('--all tells about every step, so it takes no STEP.');
  const language = chooseLanguage(values.lang, process.env);
  const say = screenTranslator(language);
  const facts = probeFacts();
  const plan = localized(examplePlan(facts), language);
  const steps = positionals.map(id => {
    const step = plan.steps.find(candidate => candidate.id === id);
    if (step === undefined) throw failureError([unknownStep(id, plan)]);
    return step;
  });
  const plain = examplePlan(facts, false);
  const told = (values.all ? plan.steps : steps).map(step => explainStep(plan, step, plain, say));
  process.stdout.write(
    told.length > 0 ? told.join(`\n${'-'.repeat(80)}\n\n`) : explainRun(plan, facts.mapping, say),
  );
  return EXIT.ok;
}
