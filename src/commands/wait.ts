/** `tinydocker wait`: until containers have ended; prints their exit statuses. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { awaitEnd, endedUnseen } from '../host/container-end.ts';
import { storePaths, storeRoot } from '../host/store-paths.ts';
import { eachName } from './each-name.ts';
import { parseOptions } from './options.ts';
import { tellError } from './tell-error.ts';

export const help = `Wait until containers end, and print their exit statuses.

Examples
  tinydocker wait c1       prints 0, say
  tinydocker wait c1 c2    two lines, in this order
  tinydocker kill c1; tinydocker wait c1
                           prints 137: 128 + 9, the number of KILL

Usage
  tinydocker wait NAME...

For one that has ended already, its status is printed at once.

Options
  -h, --help  print this text

Exit status
  0  the status of each is printed
  1  there is none of that name, or nobody lived to see how it ended
  2  the command line is wrong
`;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    argv,
    { help: { type: 'boolean', short: 'h' } },
    { verb: 'wait', anywhere: true },
  );
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length === 0)
    throw usageError('Which container is to be waited for?', 'For example: tinydocker wait c1');
  const paths = storePaths(storeRoot(process.getuid?.() === 0));
  const { found, status } = await eachName(positionals, name => awaitEnd(paths, name));
  let last = status;
  for (const awaited of found) {
    const ended = await awaited.status();
    if (ended !== undefined) process.stdout.write(`${ended}\n`);
    else {
      tellError(endedUnseen(awaited.name));
      last ||= EXIT.failure;
    }
  }
  return last;
}
