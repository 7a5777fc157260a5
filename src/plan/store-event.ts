/** What happens to containers and images, as `events` tells it: docker's names, its text and its filters. Pure. */

import { parseImageName, shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';
import type { Data } from './template.ts';

export const EVENT_ACTIONS = ['create', 'start', 'die', 'rename', 'destroy', 'tag', 'untag'] as const;

export interface StoreEvent {
  readonly type: 'container' | 'image';
  readonly action: (typeof EVENT_ACTIONS)[number];
  /** Of the container, or of the image. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The image's name, exit status, ...: what docker calls attributes. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** As docker prints it: time, type, action, name, attributes in order. */
export function eventText({ type, action, name, time, attributes }: StoreEvent): string {
  const words = Object.entries({ ...attributes, name })
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return `${new Date(time).toISOString()} ${type} ${action} ${name} (${words.join(', ')})`;
}

/** With the names that docker's JSON has. */
export function eventJson(event: StoreEvent): Data {
  const { Type, Action, Actor, ...rest } = eventFields(event);
  return {
    status: rest['Status'],
    id: rest['ID'],
    from: rest['From'],
    ...{ Type, Action, Actor },
    scope: rest['Scope'],
    time: rest['Time'],
    timeNano: rest['TimeNano'],
  };
}

/** With the names that docker's templates have. */
export function eventFields({
  type,
  action,
  name,
  time,
  attributes,
}: StoreEvent): Readonly<Record<string, Data>> {
  return {
    Status: action,
    ID: name,
    From: attributes['image'] ?? '',
    Type: type,
    Action: action,
    Actor: { ID: name, Attributes: { ...attributes, name } },
    Scope: 'local',
    Time: Math.floor(time / 1000),
    TimeNano: time * 1_000_000,
  };
}

/** The fields of eventFields. */
export const EVENT_FIELDS = ['Status', 'ID', 'From', 'Type', 'Action', 'Actor', 'Scope', 'Time', 'TimeNano'];

export type EventFilter = (event: StoreEvent) => boolean;

const FILTERS: Readonly<Record<string, (value: string) => Result<EventFilter>>> = {
  type: value =>
    value === 'container' || value === 'image'
      ? ok(({ type }) => type === value)
      : wrong(`There are no events of the type ${shown(value)}.`, 'There are container and image.'),
  event: value =>
    EVENT_ACTIONS.some(action => action === value)
      ? ok(({ action }) => action === value)
      : wrong(`There is no event ${shown(value)}.`, `There are ${EVENT_ACTIONS.join(', ')}.`),
  container: value => ok(({ type, name }) => type === 'container' && name === value),
  image: value => {
    const wanted = parseImageName(value);
    return wanted.ok
      ? ok(({ type, name, attributes }) => (type === 'image' ? name : attributes['image']) === wanted.value)
      : wanted;
  },
};

/** What all filters mean together: as in docker, one of those with the same key, and all keys. */
export function parseEventFilter(texts: readonly string[]): Result<EventFilter> {
  const byKey = new Map<string, EventFilter[]>();
  for (const text of texts) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/s.exec(text) ?? [];
    const make = Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
    if (make === undefined)
      return wrong(
        `The filter ${shown(text)} is not known.`,
        'There are type=, event=, container= and image=.',
      );
    const filter = make(value);
    if (!filter.ok) return filter;
    byKey.set(key, [...(byKey.get(key) ?? []), filter.value]);
  }
  return ok(event => [...byKey.values()].every(filters => filters.some(filter => filter(event))));
}

function wrong(message: string, hint: string): Result<never> {
  return failed({ code: 'bad-filter', status: 2, message, hint });
}
