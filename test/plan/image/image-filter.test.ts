import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseImageFilter } from '../../../src/plan/image/image-filter.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const IMAGE = {
  created: '2026-03-01T10:00:00Z',
  config: { Labels: { made: 'test', 'with.equals': 'a=b', empty: '' } },
};

const CASES: readonly (readonly [readonly string[], boolean])[] = [
  [[], true],
  [['until=1h'], true],
  [['until=2h'], false],
  [['until=1h59m'], true],
  [['until=1.5h'], true],
  [['until=119m60s'], false],
  [['until=2026-03-01T10:00:01Z'], true],
  [['until=2026-03-01T10:00:00Z'], false],
  [['until=2026-03-01T12:30:00+02:00'], true],
  [['until=2026-03-03'], true],
  [['until=2026-02-27'], false],
  [[`until=${NOW / 1000}`], true],
  [['until=1600000000'], false],
  [['label=made'], true],
  [['label=made=test'], true],
  [['label=made=tes'], false],
  [['label=with.equals=a=b'], true],
  [['label=empty='], true],
  [['label=other'], false],
  [['label=toString'], false],
  [['label!=other'], true],
  [['label!=made'], false],
  [['label!=made=x'], true],
  [['label=made', 'until=1h'], true],
  [['label=made', 'until=3h'], false],
  [['label=made', 'label=other'], false],
];

for (const [texts, expected] of CASES)
  test(texts.join(' ') || 'no filter', () => {
    const filter = parseImageFilter(texts, NOW);
    assert.ok(filter.ok);
    assert.is(filter.value(IMAGE), expected);
  });

for (const text of [
  '',
  'until',
  'until=',
  'until!=1h',
  'until=soon',
  'until=-1h',
  'until=2026-13-01',
  'dangling=true',
  'x=y',
  '=x',
])
  test(`${text} is refused`, () => {
    const filter = parseImageFilter([text], NOW);
    assert.not.ok(filter.ok);
    if (!filter.ok) assert.is(filter.failures[0]?.status, 2);
  });

test.run();
