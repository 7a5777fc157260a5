/** `run --init`: a PID 1 that reaps orphans and passes signals on, in front of the command. */

import type { Facts } from '../facts.ts';
import type { Container } from './run-input.ts';

/** Its name in /dev, where the machine's own is bound. init.ts knows it, too. */
export const INIT_FILE = 'init';

const FORWARDED = 'HUP INT QUIT USR1 USR2 ALRM TERM CONT WINCH';

/**
 * The same in a few lines for the image's sh. wait(1p) of a shell collects every child, those included that PID 1 has got from others that have ended. A shell starts a
 * background job with INT and QUIT ignored, and only env(1) of coreutils can take that back.
 */
const SMALL_INIT_TEXT = `
default=
env --default-signal true 2>/dev/null && default='env --default-signal'
exec 6<&0
$default "$@" <&6 6<&- &
child=$!
exec 6<&-
for signal in ${FORWARDED}; do trap "kill -s $signal $child 2>/dev/null" "$signal"; done
while :; do
  wait "$child"
  status=$?
  kill -s 0 "$child" 2>/dev/null || exit "$status"
done
`.trim();

type Wants = Pick<Container, 'init'>;

/** The machine's init, to be bound into the container; undefined when it has none, or none is wanted. */
export function boundInit({ init }: Wants, facts: Pick<Facts, 'staticInit'>): string | undefined {
  return init ? facts.staticInit : undefined;
}

/** The words in front of the command. */
export function smallInit(container: Wants, facts: Pick<Facts, 'staticInit'>): readonly string[] {
  if (!container.init) return [];
  return boundInit(container, facts) === undefined
    ? ['/bin/sh', '-c', SMALL_INIT_TEXT, 'init']
    : [`/dev/${INIT_FILE}`, '--'];
}
