/** Moments as docker's --since and --until take them. Pure. */

/** Milliseconds in a unit of Go's durations. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const DURATION = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;
const SECONDS = /^-?\d{1,12}(?:\.\d{1,9})?$/;
const DATE = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?)?)?(Z|[-+]\d{2}:\d{2})?$/;

/**
 * The moment that a text means: so long before `now` (`10m`, `1h30m`), seconds since 1970 (`1136073600`, `1136073600.5`), or a date as RFC 3339 writes it,
 * in local time if it names no zone (`2026-01-02T15:04:05Z`, `2026-01-02T15:04`, `2026-01-02`). Undefined for anything else.
 */
export function parseMoment(text: string, now: Date): Date | undefined {
  return valid(durationAgo(text, now) ?? secondsOf(text) ?? dateOf(text));
}

function durationAgo(text: string, now: Date): Date | undefined {
  const [, sign, parts] = DURATION.exec(text) ?? [];
  if (parts === undefined) return undefined;
  const milliseconds = [...parts.matchAll(/([\d.]+)([a-zµ]+)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? Number.NaN),
    0,
  );
  return new Date(now.getTime() + (sign === '-' ? milliseconds : -milliseconds));
}

function secondsOf(text: string): Date | undefined {
  return SECONDS.test(text) ? new Date(Number(text) * 1000) : undefined;
}

function dateOf(text: string): Date | undefined {
  const [match, day, hours = '00', minutes = '00', seconds = '00', zone = ''] = DATE.exec(text) ?? [];
  if (match === undefined) return undefined;
  return new Date(`${day}T${hours}:${minutes}:${seconds}${zone}`);
}

function valid(date: Date | undefined): Date | undefined {
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}
