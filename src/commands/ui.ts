/** `tinydocker ui`: the dashboard. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { storePaths } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import { whyNoScreen } from '../ui/screen/drawn-screen.ts';
import { runDashboard } from './dashboard/session.ts';
import { parseOptions } from './options.ts';

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

export const help = `Show containers, images and layers on a full screen, and act on them.

Examples
  tinydocker ui
  tinydocker ps -a                 the same without a terminal: the containers
  TINYDOCKER_ROOT=/tmp/s tinydocker ui    another store

Usage
  tinydocker ui

What is shown follows what happens. Of the selected container there are its
layers and seven panels: what it changed, mounts, namespaces, what it uses, its
log, the steps that made it with their undos, and events.

Every key is a command line of tinydocker: it is shown, and carried out as it
stands; ? lists them, and y copies the one that shows the same. What takes
something away asks first. e gives the terminal to a shell in the container,
and the dashboard is back when the shell ends. q leaves.

Options
  -h, --help    print this text

Exit status
  0  it was left
  2  there is no terminal, or the command line is wrong
  128 + n  ended by signal n
`;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'ui', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length > 0)
    throw usageError(`ui takes no names, and got ${shown(positionals[0] ?? '')}.`, '/ filters by name.');
  const reason = whyNoScreen();
  if (reason !== undefined)
    throw new UserError(`ui needs a terminal, and ${reason}.`, {
      status: EXIT.usage,
      hint: 'tinydocker ps -a lists the containers; tinydocker events tells what happens.',
    });
  const facts = probeFacts();
  return runDashboard(storePaths(facts.storeRoot), facts);
}
