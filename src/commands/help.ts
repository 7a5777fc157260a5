/** `tinydocker help`: all verbs, or one of them. */

import process from 'node:process';
import { EXIT } from '../errors.ts';
import { loadVerb, VERBS } from './verbs.ts';

export const help = `Print help.

Examples
  tinydocker help          the verbs
  tinydocker help run      one of them, the same as: tinydocker run --help
  man tinydocker           everything on one page

Usage
  tinydocker help [VERB]

Exit status
  0  done
  2  there is no such verb
`;

export async function run(argv: readonly string[]): Promise<number> {
  const [name] = argv.filter(word => word !== '--help' && word !== '-h');
  process.stdout.write(name === undefined ? overview() : (await loadVerb(name)).help);
  return EXIT.ok;
}

function overview(): string {
  const width = Math.max(...Object.keys(VERBS).map(name => name.length));
  const verbs = Object.entries(VERBS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `tinydocker runs containers as ordinary commands that you can read.

Examples
  tinydocker run hello1 /bin/sh              a shell in a container of its own
  tinydocker run --dry-run hello1 /bin/sh    print that as a script; do nothing
  tinydocker explain                         the steps of a run
  tinydocker doctor                          what this machine can do

Usage
  tinydocker VERB [OPTIONS] [ARGUMENTS]
  tinydocker VERB --help

A container is a plan: ordinary commands (unshare, mount, nsenter, pivot_root),
each with its undo. The plan can be printed as a script, or be executed. What
was done is undone when the container ends, when a step fails, and on Ctrl-C.

Verbs
${verbs.join('\n')}

Options
      --help       print this text
      --version    print the version

Environment
  TINYDOCKER_ROOT        the store; else /var/lib/tinydocker for root, and
                         ~/.local/share/tinydocker for ordinary users
  TINYDOCKER_PROGRESS    how progress is shown, as --progress

Exit status
  run exits with the status of its command, and with 125 when tinydocker itself
  failed; doctor with what it found; the others with 0, 1 (failed), 2 (usage) or
  128 + n (interrupted by signal n).

See also
  man tinydocker; tinydocker run --help
`;
}
