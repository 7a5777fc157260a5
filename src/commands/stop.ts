/** `tinydocker stop`: containers are asked to end, and killed when they do not. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { findLiving } from '../host/living.ts';
import { storePaths } from '../host/store-paths.ts';
import { planStop } from '../plan/life/plan-stop.ts';
import { eachName } from './each-name.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';
import { STOP_OPTIONS, STOP_OPTIONS_HELP, stopOptions } from './stop-options.ts';

export const help = `End containers: ask them, wait, then kill.

Examples
  tinydocker stop c1             TERM, and KILL after 10 seconds
  tinydocker stop -t 1 c1 c2     several at once, with little patience
  tinydocker stop -s INT c1      another signal
  tinydocker stop --dry-run c1   print the commands that would do it

Usage
  tinydocker stop [OPTIONS] NAME...

A container gets its stop signal: what run --stop-signal says, or its image, or
TERM. PID 1 gets only signals that it has a handler for, so that some commands
take all of the time. When stop returns, how the container ended is written
down, and it can be started or removed. One that does not run is left alone;
one that is just being made is not made.

Options
${STOP_OPTIONS_HELP}${PLAN_OPTIONS_HELP}
Exit status
  0  none of them runs any more
  1  there is none of that name, or it could not be stopped
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(
    argv,
    { ...STOP_OPTIONS, ...PLAN_OPTIONS },
    { verb: 'stop', anywhere: true },
  );
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const { seconds, asked } = stopOptions(values);
  if (positionals.length === 0)
    throw usageError('Which container is to be stopped?', 'For example: tinydocker stop c1');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { found, status } = await eachName(positionals, name => findLiving(paths, name));
  const living = found.flatMap(one => (one.living === undefined ? [] : [asked(one.living)]));
  if (living.length === 0 && options.dryRun)
    throw new UserError('None of them runs, so there is nothing to do.');
  if (living.length > 0) {
    const done = await carryOut(planStop(living, seconds, facts), options, commandLine);
    if (done !== EXIT.ok || options.dryRun) return done || status;
  }
  process.stdout.write(found.map(({ container }) => `${container.name}\n`).join(''));
  return status;
}
