/** Events in docker's text, names and filters. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventJson, eventText, parseEventFilter, type StoreEvent } from '../../src/plan/store-event.ts';

const TIME = Date.parse('2026-11-25T14:51:28.514Z');
const DIE: StoreEvent = {
  type: 'container',
  action: 'die',
  name: 'c1',
  time: TIME,
  attributes: { image: 'base:latest', exitCode: '3' },
};
const TAG: StoreEvent = { type: 'image', action: 'tag', name: 'base:latest', time: TIME, attributes: {} };

test('an event as text', () =>
  assert.is(
    eventText(DIE),
    '2026-11-25T14:51:28.514Z container die c1 (exitCode=3, image=base:latest, name=c1)',
  ));

test('an event as JSON', () =>
  assert.is(
    JSON.stringify(eventJson(DIE)),
    '{"status":"die","id":"c1","from":"base:latest","Type":"container","Action":"die",' +
      '"Actor":{"ID":"c1","Attributes":{"image":"base:latest","exitCode":"3","name":"c1"}},' +
      '"scope":"local","time":1795618288,"timeNano":1795618288514000000}',
  ));

const CASES: readonly (readonly [filters: readonly string[], found: string])[] = [
  [[], 'die tag'],
  [['type=container'], 'die'],
  [['event=tag', 'event=die'], 'die tag'],
  [['event=die', 'type=image'], ''],
  [['container=c1'], 'die'],
  [['container=c'], ''],
  [['image=base'], 'die tag'],
  [['image=other'], ''],
  [['event=oom'], '! There is no event "oom".'],
  [['type=network'], '! There are no events of the type "network".'],
  [['colour=red'], '! The filter "colour=red" is not known.'],
];

for (const [filters, found] of CASES)
  test(`events with ${filters.join(' ') || 'no filter'}`, () => {
    const filter = parseEventFilter(filters);
    const events = filter.ok ? [DIE, TAG].filter(filter.value).map(({ action }) => action) : [];
    assert.is(filter.ok ? events.join(' ') : `! ${filter.failures[0]?.message}`, found);
  });

test.run();
