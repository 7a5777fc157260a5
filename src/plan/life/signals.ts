/** Signals as users name them; see signal(7). */

import { shown } from '../names.ts';
import { failed, ok, type Result } from '../result.ts';

/** As kill(1) takes it: a name without SIG, or, of a real-time signal, its number. */
export interface Signal {
  readonly name: string;
  readonly number: number;
}

/** In the order of their numbers, from 1, as Linux has them on the processors that it runs on most: x86, ARM, RISC-V, POWER. */
const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );
const OTHER_NAMES: Readonly<Record<string, string>> = { IOT: 'ABRT', CLD: 'CHLD', POLL: 'IO' };

/** The first two belong to the C library. */
const RTMIN = 34;
const RTMAX = 64;

export const TERM: Signal = { name: 'TERM', number: 15 };
export const KILL: Signal = { name: 'KILL', number: 9 };

/** A signal by name, with or without SIG, in any case, by number, or RTMIN+N and RTMAX-N, as docker takes them. */
export function parseSignal(text: string): Result<Signal> {
  const number = numberOf(text.toUpperCase().replace(/^SIG/, ''), text);
  if (number === undefined || number < 1 || number > RTMAX)
    return failed({
      code: 'no-such-signal',
      status: 2,
      message: `${shown(text)} is not a signal.`,
      hint: 'Write its name or its number: TERM, SIGUSR1, 15, RTMIN+3; kill -l lists them.',
    });
  return ok({ name: NAMES[number - 1] ?? String(number), number });
}

function numberOf(name: string, text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const index = NAMES.indexOf(OTHER_NAMES[name] ?? name);
  if (index >= 0) return index + 1;
  const [, base, sign, distance = '0'] = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name) ?? [];
  if (base === undefined || (sign !== undefined && sign !== (base === 'MIN' ? '+' : '-'))) return undefined;
  const realTime = base === 'MIN' ? RTMIN + Number(distance) : RTMAX - Number(distance);
  return realTime >= RTMIN && realTime <= RTMAX ? realTime : undefined;
}
