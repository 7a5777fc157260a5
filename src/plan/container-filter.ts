/** Which containers `ps --filter` means, in docker's words. Pure. */

import { type Filter, type Filters, parseFilters, wrongFilter } from './filters.ts';
import { parseImageName, shown } from './names.ts';
import { ok, type Result } from './result.ts';

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
export type ContainerFilter = Filter<Arguments>;

type Arguments = readonly [container: Filterable, all: readonly Filterable[]];

export const CONTAINER_STATES = ['created', 'running', 'exited', 'lost'] as const;

const FILTERS: Filters<Arguments> = {
  name: value => pattern(value),
  id: value => ok(({ name }) => name.startsWith(value)),
  status: value =>
    CONTAINER_STATES.some(state => state === value)
      ? ok(({ state }) => state === value)
      : wrongFilter(`No container is ever ${shown(value)}.`, `There are ${CONTAINER_STATES.join(', ')}.`),
  exited: value =>
    /^\d{1,3}$/.test(value)
      ? ok(({ state, exitStatus }) => state === 'exited' && exitStatus === Number(value))
      : wrongFilter(`${shown(value)} is not an exit status.`, 'Write a number: exited=137.'),
  ancestor: value => {
    const name = parseImageName(value);
    return name.ok ? ok(({ image }) => image === name.value) : name;
  },
  before: value => ok((container, all) => created(value, all, time => container.created < time)),
  since: value => ok((container, all) => created(value, all, time => container.created > time)),
  volume: value => ok(({ mounts }) => mounts.includes(value)),
};

/** What all filters mean together. */
export function parseContainerFilter(texts: readonly string[]): Result<ContainerFilter> {
  return parseFilters(texts, FILTERS);
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
    return wrongFilter(`${shown(text)} is not a regular expression.`, 'A part of a name is one: name=web.');
  }
}
