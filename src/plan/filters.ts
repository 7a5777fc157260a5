/** Docker's `--filter KEY=VALUE`, for whatever is listed. Pure. */

import { shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';

/** Whether something is meant. */
export type Filter<Args extends readonly unknown[]> = (...args: Args) => boolean;

/** By key: makes the filter of a value, or says what is wrong with it. */
export type Filters<Args extends readonly unknown[]> = Readonly<
  Record<string, (value: string) => Result<Filter<Args>>>
>;

/** What all filters mean together: as in docker, one of those with the same key, and all keys. */
export function parseFilters<Args extends readonly unknown[]>(
  texts: readonly string[],
  filters: Filters<Args>,
): Result<Filter<Args>> {
  const byKey = new Map<string, Filter<Args>[]>();
  for (const text of texts) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/s.exec(text) ?? [];
    const make = Object.hasOwn(filters, key) ? filters[key] : undefined;
    if (make === undefined)
      return wrongFilter(
        `The filter ${shown(text)} is not known.`,
        `There are ${Object.keys(filters)
          .map(name => `${name}=`)
          .join(', ')}.`,
      );
    const filter = make(value);
    if (!filter.ok) return filter;
    byKey.set(key, [...(byKey.get(key) ?? []), filter.value]);
  }
  return ok((...args) => [...byKey.values()].every(same => same.some(filter => filter(...args))));
}

/** A filter, or its value, that means nothing. */
export function wrongFilter(message: string, hint: string): Result<never> {
  return failed({ code: 'bad-filter', status: 2, message, hint });
}
