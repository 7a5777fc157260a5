/** `tinydocker prune`: removes what killed runs and imports left behind. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { type FoundLeftover, findLeftovers } from '../host/leftovers.ts';
import { storePaths } from '../host/store-paths.ts';
import { askedLanguage, LANG_OPTION } from '../lang/choose-language.ts';
import { shown } from '../plan/names.ts';
import { planPrune, type Removable, removableName } from '../plan/prune.ts';
import { size } from '../ui/messages.ts';
import { table } from '../ui/table.ts';
import { visible } from '../ui/visible.ts';
import { confirmed } from './confirm.ts';
import { parseOptions } from './options.ts';
import { scriptText } from './plan-options.ts';
import { removeAll } from './remove.ts';

const OPTIONS = {
  force: { type: 'boolean', short: 'f' },
  'dry-run': { type: 'boolean' },
  progress: { type: 'string' },
  ...LANG_OPTION,
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Remove what killed runs and imports left behind.

Examples
  tinydocker prune              list what is left over, ask, remove it
  tinydocker prune --force      list it and remove it, without a question
  tinydocker prune --dry-run    print the commands that would remove it

Usage
  tinydocker prune [OPTIONS]

A container's mounts and processes end with it, whatever happens: the kernel
sees to that. What a kill -9 (or a power failure) can leave is on the disk: the
container's directory in the store, the workspace of an image operation, and
layers that no image refers to. A journal, written before each step, says what
was begun.

Whether somebody still needs a directory is not guessed: its owner holds a named
pipe in it open, and the kernel knows whether anybody does. A running container
is never touched, and neither are kept containers (tinydocker rm removes those),
images and their layers.

Options
  -f, --force          do not ask
      --dry-run        print the plan as a script; change nothing
      --progress MODE  auto, tty, plain, json or quiet
      --lang LANG      en or zh (Simplified Chinese)
  -q, --quiet          print nothing but errors
  -h, --help           print this text

Exit status
  0  all is removed, or nothing was left over
  1  something could not be removed, or the answer was no
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'prune', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [surplus] = positionals;
  if (surplus !== undefined)
    throw usageError(
      `tinydocker prune takes no names, and ${shown(surplus)} is one.`,
      'tinydocker rm NAME removes a container that was kept.',
    );
  const lang = askedLanguage(values.lang);
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { found, notes } = await findLeftovers(paths);
  const planOf = (removables: readonly Removable[]) => planPrune(removables, facts);
  const removables = found.map(({ removable }) => removable);
  for (const note of notes) process.stderr.write(`tinydocker: note: ${note}\n`);
  if (values['dry-run']) {
    process.stdout.write(scriptText([planOf(removables)], commandLine, lang));
    return EXIT.ok;
  }
  if (!values.quiet) process.stdout.write(found.length === 0 ? 'Nothing is left over.\n' : listed(found));
  if (found.length === 0) return EXIT.ok;
  if (!values.force && !(await confirmed(found.length, 'prune'))) return EXIT.failure;

  const quiet = values.quiet ?? false;
  const { failed, interrupted } = await removeAll(removables, planOf, {
    ...(values.progress === undefined ? {} : { progress: values.progress }),
    ...lang,
    quiet,
    pace: 0,
  });
  if (interrupted !== undefined) return interrupted;
  const untouched = await untouchedOf(found, failed);
  for (const name of untouched)
    process.stderr.write(
      `tinydocker: note: ${name} was taken into use or changed meanwhile, so it was left alone\n`,
    );
  const removed = found.length - failed.length - untouched.length;
  if (!quiet) process.stdout.write(`Removed ${removed} of ${found.length}.\n`);
  return failed.length > 0 ? EXIT.failure : EXIT.ok;

  async function untouchedOf(
    before: readonly FoundLeftover[],
    known: readonly Removable[],
  ): Promise<readonly string[]> {
    const now = new Set((await findLeftovers(paths)).found.map(({ removable }) => keyOf(removable)));
    return before
      .filter(({ removable }) => !known.includes(removable) && now.has(keyOf(removable)))
      .map(({ removable }) => removableName(removable));
  }
}

function keyOf(removable: Removable): string {
  return `${removable.type} ${removable.type === 'layer' ? removable.digest : removable.name}`;
}

/** One line for each: what, name, size, why. */
function listed(found: readonly FoundLeftover[]): string {
  return table([
    ['WHAT', 'NAME', 'SIZE', 'WHY'],
    ...found.map(({ removable, bytes, reason }) => [
      removable.type,
      removableName(removable),
      size(bytes),
      visible(reason),
    ]),
  ]);
}
