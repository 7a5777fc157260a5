/** docker's filters of containers. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Filterable, parseContainerFilter } from '../../src/plan/container-filter.ts';

const ALL: readonly Filterable[] = [
  { name: 'web1', image: 'app:1', state: 'running', exitStatus: undefined, created: 3, mounts: ['/data'] },
  { name: 'web2', image: 'app:2', state: 'exited', exitStatus: 0, created: 2, mounts: [] },
  { name: 'db', image: 'db:latest', state: 'exited', exitStatus: 137, created: 1, mounts: [] },
];

function found(...texts: readonly string[]): readonly string[] {
  const filter = parseContainerFilter(texts);
  if (!filter.ok) return [`! ${filter.failures[0]?.message}`];
  return ALL.filter(container => filter.value(container, ALL)).map(({ name }) => name);
}

const CASES: readonly (readonly [filters: readonly string[], names: readonly string[]])[] = [
  [[], ['web1', 'web2', 'db']],
  [['name=web'], ['web1', 'web2']],
  [['name=^web1$'], ['web1']],
  [
    ['name=web1', 'name=db'],
    ['web1', 'db'],
  ],
  [['name=web', 'status=exited'], ['web2']],
  [['id=d'], ['db']],
  [['exited=137'], ['db']],
  [
    ['exited=0', 'exited=137'],
    ['web2', 'db'],
  ],
  [['ancestor=db'], ['db']],
  [['ancestor=app'], []],
  [['before=web2'], ['db']],
  [['since=web2'], ['web1']],
  [['since=nobody'], []],
  [['volume=/data'], ['web1']],
  [['status=up'], ['! No container is ever "up".']],
  [['exited=x'], ['! "x" is not an exit status.']],
  [['name=('], ['! "(" is not a regular expression.']],
  [['label=x'], ['! The filter "label=x" is not known.']],
  [['name'], ['! The filter "name" is not known.']],
];

for (const [filters, names] of CASES)
  test(`filters ${filters.join(' ')}`, () => assert.equal(found(...filters), names));

test.run();
