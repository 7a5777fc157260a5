/** `tinydocker completion`: command lines completed by the shell. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { completionScript, SHELLS } from '../ui/completion-scripts.ts';
import { candidates } from './candidates.ts';
import { parseOptions } from './options.ts';

const OPTIONS = {
  candidates: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Print a script that completes command lines in your shell.

Examples
  tinydocker completion fish | source           fish: in config.fish
  source <(tinydocker completion bash)          bash: in ~/.bashrc
  source <(tinydocker completion zsh)           zsh: in ~/.zshrc, after compinit
  tinydocker completion --candidates -- rm ''   the names that rm can take

Usage
  tinydocker completion SHELL
  tinydocker completion --candidates -- WORD...

The shells are bash, zsh and fish. Verbs are completed, their options, the
names of your containers and images, steps, and files.

A script stays good when tinydocker is updated: it asks tinydocker for what can
come next, with --candidates and the words of the command line, the last one as
far as it is typed. Each line of the answer is a candidate; a tab and what it
means may follow. The line :files or :directories says that paths can come, too.

Options
      --candidates  print what the last of the words can become
  -h, --help        print this text

Exit status
  0  done
  2  there is no such shell, or no such option
`;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'completion' });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  process.stdout.write(
    values.candidates ? await answer(positionals) : completionScript(shellOf(positionals)),
  );
  return EXIT.ok;
}

function shellOf([name, surplus]: readonly string[]): (typeof SHELLS)[number] {
  const there = `There are ${SHELLS.slice(0, -1).join(', ')} and ${SHELLS.at(-1)}.`;
  if (name === undefined) throw usageError('completion needs the name of a shell.', there);
  if (surplus !== undefined)
    throw usageError(`completion takes one shell, and got ${shown(surplus)} as well.`);
  const shell = SHELLS.find(candidate => candidate === name);
  if (shell === undefined) throw usageError(`There is no completion for ${shown(name)}.`, there);
  return shell;
}

async function answer(words: readonly string[]): Promise<string> {
  const { values, paths } = await candidates(words);
  const lines = values.map(({ text, description }) => (description ? `${text}\t${description}` : text));
  return [...lines, ...(paths === undefined ? [] : [`:${paths}`])].map(line => `${line}\n`).join('');
}
