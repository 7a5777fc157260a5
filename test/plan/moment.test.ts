/** Moments as --since and --until take them. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMoment } from '../../src/plan/moment.ts';

const test = suite('plan/moment');
const NOW = new Date('2026-01-02T12:00:00.000Z');

const MOMENTS: readonly (readonly [string, string])[] = [
  ['10m', '2026-01-02T11:50:00.000Z'],
  ['1h30m', '2026-01-02T10:30:00.000Z'],
  ['1.5s', '2026-01-02T11:59:58.500Z'],
  ['250ms', '2026-01-02T11:59:59.750Z'],
  ['-1h', '2026-01-02T13:00:00.000Z'],
  ['1136073600', '2006-01-01T00:00:00.000Z'],
  ['1136073600.25', '2006-01-01T00:00:00.250Z'],
  ['0', '1970-01-01T00:00:00.000Z'],
  ['2026-01-02T15:04:05Z', '2026-01-02T15:04:05.000Z'],
  ['2026-01-02T15:04:05.678901234Z', '2026-01-02T15:04:05.678Z'],
  ['2026-01-02T15:04:05+02:00', '2026-01-02T13:04:05.000Z'],
  ['2026-01-02T15:04Z', '2026-01-02T15:04:00.000Z'],
  ['2026-01-02Z', '2026-01-02T00:00:00.000Z'],
];

for (const [text, moment] of MOMENTS)
  test(text, () => assert.is(parseMoment(text, NOW)?.toISOString(), moment));

for (const text of ['2026-01-02T15:04:05', '2026-01-02T15:04', '2026-01-02T15', '2026-01-02'])
  test(`${text} is local time`, () => {
    const [hours = '00', minutes = '00', seconds = '00'] = (text.split('T')[1] ?? '')
      .split(':')
      .filter(Boolean);
    const local = new Date(2026, 0, 2, Number(hours), Number(minutes), Number(seconds));
    assert.is(parseMoment(text, NOW)?.getTime(), local.getTime());
  });

for (const text of [
  '',
  'yesterday',
  '10x',
  '1h 30m',
  'm',
  '2026-13-01',
  '2026-01-02T25:00',
  '2026-1-2',
  '1e3',
])
  test(`${JSON.stringify(text)} is none`, () => {
    assert.is(parseMoment(text, NOW), undefined);
  });

test.run();
