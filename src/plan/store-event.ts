/** What happens to containers and images, as `events` tells it: docker's names, its text and its filters. Pure. */

import { type Filter, type Filters, parseFilters, wrongFilter } from './filters.ts';
import { parseImageName, shown } from './names.ts';
import { ok, type Result } from './result.ts';
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

export type EventFilter = Filter<readonly [StoreEvent]>;

const FILTERS: Filters<readonly [StoreEvent]> = {
  type: value =>
    value === 'container' || value === 'image'
      ? ok(({ type }) => type === value)
      : wrongFilter(`There are no events of the type ${shown(value)}.`, 'There are container and image.'),
  event: value =>
    EVENT_ACTIONS.some(action => action === value)
      ? ok(({ action }) => action === value)
      : wrongFilter(`There is no event ${shown(value)}.`, `There are ${EVENT_ACTIONS.join(', ')}.`),
  container: value => ok(({ type, name }) => type === 'container' && name === value),
  image: value => {
    const wanted = parseImageName(value);
    return wanted.ok
      ? ok(({ type, name, attributes }) => (type === 'image' ? name : attributes['image']) === wanted.value)
      : wanted;
  },
};

/** What all filters mean together. */
export function parseEventFilter(texts: readonly string[]): Result<EventFilter> {
  return parseFilters(texts, FILTERS);
}
