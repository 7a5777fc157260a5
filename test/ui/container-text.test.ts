/** docker's words for what a container does. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerLook } from '../../src/host/container-look.ts';
import type { ContainerStatus } from '../../src/host/container-status.ts';
import { timeSpan } from '../../src/ui/age.ts';
import { commandText, statusText } from '../../src/ui/container-text.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const DAY = 24 * HOUR;

// What docker's units.HumanDuration gives for the same spans.
const SPANS: readonly (readonly [milliseconds: number, words: string])[] = [
  [-5, 'Less than a second'],
  [999, 'Less than a second'],
  [SECOND, '1 second'],
  [59 * SECOND, '59 seconds'],
  [MINUTE, 'About a minute'],
  [2 * MINUTE, '2 minutes'],
  [59 * MINUTE, '59 minutes'],
  [HOUR, 'About an hour'],
  [89 * MINUTE, 'About an hour'],
  [90 * MINUTE, '2 hours'],
  [47 * HOUR, '47 hours'],
  [2 * DAY, '2 days'],
  [13 * DAY, '13 days'],
  [14 * DAY, '2 weeks'],
  [59 * DAY, '8 weeks'],
  [60 * DAY, '2 months'],
  [729 * DAY, '24 months'],
  [730 * DAY, '2 years'],
];

for (const [milliseconds, words] of SPANS)
  test(`a time span of ${milliseconds} ms`, () => assert.is(timeSpan(milliseconds), words));

const NOW = 100 * DAY;
const ago = (milliseconds: number) => new Date(NOW - milliseconds);
const exited = (status: number, outOfMemory: boolean): ContainerStatus => ({
  type: 'exited',
  status,
  started: ago(HOUR),
  finished: ago(2 * MINUTE),
  outOfMemory,
});

const STATUSES: readonly (readonly [status: ContainerStatus, state: string, words: string])[] = [
  [{ type: 'created' }, 'alive', 'Created'],
  [{ type: 'created' }, 'kept', 'Created'],
  [{ type: 'created' }, 'leftover', 'Lost: its set-up was broken off'],
  [{ type: 'running', init: { pid: 7, start: '1' }, started: ago(3 * MINUTE) }, 'alive', 'Up 3 minutes'],
  [{ type: 'running', init: { pid: 7, start: '1' }, started: undefined }, 'alive', 'Up'],
  [exited(137, false), 'kept', 'Exited (137) 2 minutes ago'],
  [exited(137, true), 'kept', 'Exited (137) 2 minutes ago, out of memory'],
  [
    { type: 'lost', cause: 'killed with what ran it', started: ago(HOUR) },
    'kept',
    'Lost: killed with what ran it',
  ],
  [
    { type: 'lost', cause: 'gone: the machine restarted', started: undefined },
    'kept',
    'Gone: the machine restarted',
  ],
];

for (const [status, state, words] of STATUSES)
  test(`the status "${words}"`, () =>
    assert.is(statusText({ container: { state }, status } as ContainerLook, NOW), words));

test('a command is quoted, and cut as docker cuts it', () => {
  assert.is(commandText(['sleep', '300'], false), '"sleep 300"');
  assert.is(commandText(['/bin/sh', '-c', 'sleep 300'], false), '"/bin/sh -c sleep 300"');
  assert.is(commandText(['/bin/sh', '-c', 'sleep 3000'], false), '"/bin/sh -c sleep 30…"');
  assert.is(commandText(['/bin/sh', '-c', 'sleep 3000'], true), '"/bin/sh -c sleep 3000"');
  assert.is(commandText(['echo', 'a"b\u001b[2J\n'], true), '"echo a\\"b\\u001b[2J\\n"');
});

test.run();
