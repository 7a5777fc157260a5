/** Which images `image prune --filter` means, in docker's words: until=TIME, label=NAME[=VALUE], label!=NAME[=VALUE]. Pure. */

import { wrongFilter } from '../filters.ts';
import { shown } from '../names.ts';
import { ok, type Result } from '../result.ts';
import type { ImageRecord } from './image.ts';

/** Whether an image is meant. */
export type ImageFilter = (image: Pick<ImageRecord, 'created' | 'config'>) => boolean;

/** Go's units of time, in milliseconds. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** What all filters mean together. `now`, in milliseconds since 1970, is what a duration is counted from. */
export function parseImageFilter(texts: readonly string[], now: number): Result<ImageFilter> {
  const filters: ImageFilter[] = [];
  for (const text of texts) {
    const filter = oneFilter(text, now);
    if (!filter.ok) return filter;
    filters.push(filter.value);
  }
  return ok(image => filters.every(filter => filter(image)));
}

function oneFilter(text: string, now: number): Result<ImageFilter> {
  const [, key = '', not, value = ''] = /^(\w+)(!?)=(.+)$/s.exec(text) ?? [];
  if (key === 'label') {
    const wanted = not === '';
    return ok(image => hasLabel(image, value) === wanted);
  }
  if (key !== 'until' || not !== '')
    return wrongFilter(
      `The filter ${shown(text)} is not known.`,
      'There are until=TIME, label=NAME and label!=NAME.',
    );
  const time = timeOf(value, now);
  if (time === undefined)
    return wrongFilter(
      `${shown(value)} is not a time.`,
      'Write how long ago (24h, 10m, 1h30m), or when (2026-01-31, 2026-01-31T12:00:00).',
    );
  return ok(({ created }) => Date.parse(created) < time);
}

function hasLabel({ config }: Pick<ImageRecord, 'config'>, text: string): boolean {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const labels = config.Labels ?? {};
  if (!Object.hasOwn(labels, name)) return false;
  return equals < 0 || labels[name] === text.slice(equals + 1);
}

/** A duration as Go writes them, seconds since 1970, or a date; undefined for anything else. Without a zone it is local time, as in docker. */
function timeOf(text: string, now: number): number | undefined {
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    return parts.reduce(
      (time, [, amount = '', unit = '']) => time - Number(amount) * (UNITS[unit] ?? 0),
      now,
    );
  }
  if (/^\d{1,12}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  const time = Date.parse(text.includes('T') ? text : `${text}T00:00:00`);
  return Number.isNaN(time) ? undefined : time;
}
