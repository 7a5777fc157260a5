/** How a container is to be stopped: the options that `stop` and `restart` share, as docker has them. */

import { usageError, valueOf } from '../errors.ts';
import type { Living } from '../plan/life/plan-stop.ts';
import { parseSignal } from '../plan/life/signals.ts';
import { shown } from '../plan/names.ts';

export const STOP_OPTIONS = {
  // docker's newer name, and its older one.
  timeout: { type: 'string', short: 't' },
  time: { type: 'string' },
  signal: { type: 'string', short: 's' },
} as const;

export const STOP_OPTIONS_HELP = `  -t, --timeout SECONDS
                       until KILL (10); 0 kills at once, -1 waits without end
      --time SECONDS   the same, as docker spelt it before
  -s, --signal SIGNAL  instead of the container's stop signal
`;

export interface StopOptions {
  /** Undefined: without end. */
  readonly seconds: number | undefined;
  /** The container as it is to be stopped. */
  readonly asked: (container: Living) => Living;
}

/** As docker: ten seconds. */
const DEFAULT_SECONDS = '10';

/** Throws a usage error for what is no number of seconds, or no signal. */
export function stopOptions(values: {
  readonly timeout?: string | undefined;
  readonly time?: string | undefined;
  readonly signal?: string | undefined;
}): StopOptions {
  const text = values.timeout ?? values.time ?? DEFAULT_SECONDS;
  if (!/^(-?\d{1,8})$/.test(text))
    throw usageError(`${shown(text)} is not a number of seconds.`, 'For example: tinydocker stop -t 3 c1');
  const seconds = Number(text);
  const signal = values.signal === undefined ? undefined : valueOf(parseSignal(values.signal));
  return {
    seconds: seconds < 0 ? undefined : seconds,
    asked: container => (signal === undefined ? container : { ...container, stopSignal: signal }),
  };
}
