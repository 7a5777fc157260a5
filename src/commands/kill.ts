/** `tinydocker kill`: one signal, to the command of each container. */

import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { findLiving } from '../host/living.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { type Living, planKill } from '../plan/life/plan-stop.ts';
import { parseSignal } from '../plan/life/signals.ts';
import { shown } from '../plan/names.ts';
import { eachName } from './each-name.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

const OPTIONS = { signal: { type: 'string', short: 's' }, ...PLAN_OPTIONS } as const;

export const help = `Send a signal to containers.

Examples
  tinydocker kill c1             KILL: it ends at once
  tinydocker kill -s HUP c1 c2   a request to read its files again, say
  tinydocker kill -s STOP c1     stop its PID 1 for a while; -s CONT goes on

Usage
  tinydocker kill [OPTIONS] NAME...

The signal goes to the command itself, PID 1 of the container; that gets only
signals that it has a handler for, and KILL and STOP. After KILL this waits
until the container is over, so that it can be started or removed.

Options
  -s, --signal SIGNAL  by name or number: TERM, SIGUSR1, 15, RTMIN+3 (KILL)
${PLAN_OPTIONS_HELP}
Exit status
  0  sent to all
  1  there is none of that name, or it does not run
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'kill', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const signal = valueOf(parseSignal(values.signal ?? 'KILL'));
  if (positionals.length === 0)
    throw usageError('Which container is to be sent a signal?', 'For example: tinydocker kill -s HUP c1');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { found, status } = await eachName(positionals, name => running(paths, name));
  if (found.length === 0) return status;
  const done = await carryOut(planKill(found, signal, facts), options, commandLine);
  if (done === EXIT.ok && !options.dryRun)
    process.stdout.write(found.map(({ name }) => `${name}\n`).join(''));
  return done || status;
}

/** Throws a UserError when its command does not run. */
async function running(paths: StorePaths, name: string): Promise<Living> {
  const { living } = await findLiving(paths, name);
  if (living === undefined) throw new UserError(`The container ${shown(name)} does not run.`);
  if (living.isInit) return living;
  throw new UserError(`The container ${shown(name)} is just being made: its command does not run yet.`, {
    hint: `tinydocker stop ${name} stops that.`,
  });
}
