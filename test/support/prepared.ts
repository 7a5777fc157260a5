/** Machines that lack something, or are odd in some way: made for one command in a private mount namespace, so that the real one keeps all it has. */

import process from 'node:process';
import type { Test } from 'uvu';
import { eachMode, type Mode, type Place } from './modes.ts';
import { skipUnless } from './skip.ts';

const isRoot = process.getuid?.() === 0;

/** The place, with a shell program that root runs first in a private mount namespace; $dir is the place's scratch directory. */
export function prepared(place: Place, program: string): Place {
  const prefix = [
    ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
    `dir=$1; shift; ${program}; exec "$@"`,
    ...['prepare', place.dir, ...place.mode.prefix],
  ];
  return { ...place, mode: { ...place.mode, prefix } };
}

/** The place, with words between what makes the user and the command. */
export function wrapped(place: Place, ...words: readonly string[]): Place {
  return { ...place, mode: { ...place.mode, prefix: [...place.mode.prefix, ...words] } };
}

/** The modes in which `limited` says something that the other modes do not. */
export const LIMITED_MODES: readonly Mode['name'][] = isRoot ? ['root'] : ['range', 'single'];

/** The place's user as root of a user namespace made for the test, in which a sysctl of user/ was set. */
export function limited(place: Place, sysctl: string, value: number): Place {
  const set = `echo ${value} >/proc/sys/user/${sysctl}; exec "$@"`;
  return wrapped(place, 'unshare', '--user', '--map-root-user', '--', 'sh', '-ec', set, 'limit');
}

/** As eachMode, for tests that change what the machine looks like, which only root can do. */
export function eachPreparedMode(
  suite: Test,
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (isRoot) eachMode(suite, name, body, only);
  else skipUnless(suite, name, false, 'only root can prepare the machine', () => undefined);
}
