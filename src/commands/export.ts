/** `tinydocker export`: a container's file system as a tar archive. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { containerView } from '../host/container-view.ts';
import { probeFacts } from '../host/facts.ts';
import { newOperationId } from '../host/operation.ts';
import { outputPath } from '../host/output-file.ts';
import { storePaths } from '../host/store-paths.ts';
import { planExport } from '../plan/files/plan-export.ts';
import { shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

const OPTIONS = { ...PLAN_OPTIONS, output: { type: 'string', short: 'o' } } as const;

export const help = `Write the whole file system of a container as a tar archive.

Examples
  tinydocker export c1 -o c1.tar           to a file
  tinydocker export c1 | tar -tv           to stdout: what is in it?
  tinydocker export c1 | podman import -   an image of one layer, for podman
  tinydocker export --dry-run c1           see what it would do

Usage
  tinydocker export [OPTIONS] NAME

It works while the container runs, and after it ended with run --keep. Owners
are those that the container sees. What is mounted in the container is not in
the archive: /proc, /sys, /dev and volumes are empty directories, as with
docker. Sockets are left out.

What a program of the container writes at the same time may be half in the
archive. FILE is replaced when the archive is whole, not before.

Options
  -o, --output FILE    where to write it; stdout if left out
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'export', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [name, surplus] = positionals;
  if (name === undefined)
    throw usageError('Which container is to be exported?', 'For example: tinydocker export c1 -o c1.tar');
  if (surplus !== undefined) throw usageError(`export takes one container, and got ${shown(surplus)} too.`);
  const { output } = values;
  if (output === undefined && !options.dryRun && process.stdout.isTTY)
    throw new UserError('An archive is not for a terminal to show.', {
      hint: `Name a file: tinydocker export ${name} -o ${name}.tar; or let another program read it.`,
    });
  const facts = probeFacts();
  const view = await containerView(storePaths(facts.storeRoot), name);
  const plan = planExport({
    view,
    ...(output === undefined ? {} : { output: outputPath(output, 'file', facts.storeRoot) }),
    id: newOperationId(),
    facts,
  });
  return carryOut(plan, options, commandLine);
}
