/** `tinydocker fork`: a second container that starts from the present files of a kept one. */

import process from 'node:process';
import { EXIT, failureError, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { forkSource } from '../host/fork-source.ts';
import { newLinkName, newOperationId } from '../host/operation.ts';
import { checkName } from '../host/preflight.ts';
import { storePaths } from '../host/store-paths.ts';
import { frozenName } from '../plan/fork/frozen-layer.ts';
import { planFork } from '../plan/fork/plan-fork.ts';
import { containerNameFailure, shown } from '../plan/names.ts';
import { freeName } from './free-name.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

export const help = `Make a second container that starts from the files of a kept one.

Examples
  tinydocker fork c1 c2              c2 has the files that c1 has now
  tinydocker cp new.conf c2:/etc     try something in c2: c1 does not see it
  tinydocker diff c2                 all that differs from the image
  tinydocker rm c2                   rewind: c1 is as it was
  tinydocker fork --dry-run c1 c2    see what it would do

Usage
  tinydocker fork [OPTIONS] NAME NEW

Nothing is copied, however much NAME wrote: its writable layer is frozen and
becomes a layer of both containers, and each gets a new, empty one. So a fork
takes a moment and no room. From then on neither sees what the other changes.
The frozen layer stays as long as one of them needs it, and goes with the last.

NAME has to have ended with run --keep, and NEW is a kept container. It can be
forked again, and so can NAME. What lies in volumes that the image declares is
no part of a layer, so it is copied. diff, commit, export and cp show and take
what a container changed before the fork and after it.

Options
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, PLAN_OPTIONS, { verb: 'fork', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [name, copy, surplus] = positionals;
  if (name === undefined || copy === undefined)
    throw usageError('fork needs a container and a name for the new one.', 'tinydocker fork c1 c2');
  if (surplus !== undefined)
    throw usageError(`fork takes a container and a name, and got ${shown(surplus)} too.`);
  const failure = containerNameFailure(copy);
  if (failure !== undefined) throw failureError([failure]);
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { from, wrote } = await forkSource(paths, name);
  if (options.dryRun) await checkName(paths, copy);
  else await freeName(copy, facts);
  const frozen = { id: frozenName(newOperationId()), link: newLinkName() };
  const plan = planFork({ from, name: copy, ...(wrote ? { frozen } : {}), facts });
  return carryOut(plan, options, commandLine);
}
