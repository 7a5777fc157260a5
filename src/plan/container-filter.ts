/** Which containers `ps --filter` means, in docker's words. Pure. */

import { parseImageName, shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';

/** What is known of a container, as far as filters ask. */
export interface Filterable {
  readonly name: string;
  readonly image: string;
  /** docker's word, or ours: created, running, exited, lost. */
  readonly state: string;
  /** Its exit status, when it has ended and that is known. */
  readonly exitStatus: number | undefined;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Where something is mounted, and what. */
  readonly mounts: readonly string[];
}

/** Whether a container is meant, among all that there are. */
export type ContainerFilter = (container: Filterable, all: readonly Filterable[]) => boolean;

type MakeFilter = (value: string) => Result<ContainerFilter>;

export const CONTAINER_STATES = ['created', 'running', 'exited', 'lost'] as const;

const FILTERS: Readonly<Record<string, MakeFilter>> = {
  name: value => pattern(value),
  id: value => ok(({ name }) => name.startsWith(value)),
  status: value =>
    CONTAINER_STATES.some(state => state === value)
      ? ok(({ state }) => state === value)
      : wrong(`No container is ever ${shown(value)}.`, `There are ${CONTAINER_STATES.join(', ')}.`),
  exited: value =>
    /^\d{1,3}$/.test(value)
      ? ok(({ state, exitStatus }) => state === 'exited' && exitStatus === Number(value))
      : wrong(`${shown(value)} is not an exit status.`, 'Write a number: exited=137.'),
  ancestor: value => {
    const name = parseImageName(value);
    return name.ok ? ok(({ image }) => image === name.value) : name;
  },
  before: value => ok((container, all) => created(value, all, time => container.created < time)),
  since: value => ok((container, all) => created(value, all, time => container.created > time)),
  volume: value => ok(({ mounts }) => mounts.includes(value)),
};

/** What all filters mean together: as in docker, one of those with the same key, and all keys. */
export function parseContainerFilter(texts: readonly string[]): Result<ContainerFilter> {
  const byKey = new Map<string, ContainerFilter[]>();
  for (const text of texts) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/s.exec(text) ?? [];
    const make = Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
    if (make === undefined)
      return wrong(
        `The filter ${shown(text)} is not known.`,
        `There are ${Object.keys(FILTERS)
          .map(name => `${name}=`)
          .join(', ')}.`,
      );
    const filter = make(value);
    if (!filter.ok) return filter;
    byKey.set(key, [...(byKey.get(key) ?? []), filter.value]);
  }
  return ok((container, all) =>
    [...byKey.values()].every(filters => filters.some(filter => filter(container, all))),
  );
}

/** Whether there is a container of that name, which was made at such a time. */
function created(name: string, all: readonly Filterable[], matches: (time: number) => boolean): boolean {
  const other = all.find(container => container.name === name);
  return other !== undefined && matches(other.created);
}

function pattern(text: string): Result<ContainerFilter> {
  try {
    const expression = new RegExp(text);
    return ok(({ name }) => expression.test(name));
  } catch {
    return wrong(`${shown(text)} is not a regular expression.`, 'A part of a name is one: name=web.');
  }
}

function wrong(message: string, hint: string): Result<never> {
  return failed({ code: 'bad-filter', status: 2, message, hint });
}
