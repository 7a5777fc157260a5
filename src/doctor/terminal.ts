/** A terminal of the container's own, as script(1) makes it. */

import { runCommand } from '../exec/process.ts';
import { findProgram } from '../host/programs.ts';
import { type Check, reason, type Topic } from './check.ts';

export const terminal: Topic = async (): Promise<readonly Check[]> => {
  if (findProgram('script') === undefined) return [];
  const id = 'terminal';
  const tried = await runCommand([
    ...['env', 'SHELL=/bin/sh', 'script', '--quiet', '--return'],
    ...['--command', 'test -t 0 && test -t 1', '--log-out', '/dev/null'],
  ]);
  if (tried.exitStatus === 0)
    return [
      {
        id,
        status: 'ok',
        fact: 'script makes a pseudo terminal.',
        means: 'run -t gives a container a terminal of its own, from which it can not type into yours.',
      },
    ];
  return [
    {
      id,
      status: 'limit',
      fact: `script can not make a pseudo terminal: ${reason(tried)}.`,
      means: 'run -t does not work; without a terminal containers run.',
      fix: 'See to it that /dev/pts is mounted: sudo mount -t devpts devpts /dev/pts',
    },
  ];
};
