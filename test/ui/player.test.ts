/** A recording is played on the reporters that a run has, at the recorded times. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Recording } from '../../src/record/read.ts';
import { plainReporter } from '../../src/ui/plain.ts';
import { play, type Timing } from '../../src/ui/player.ts';
import { recordingOf } from '../support/recordings.ts';
import { EVENTS } from './events.ts';

const test = suite('ui/player');

const REAL: Timing = { speed: 1, pace: 0 };

async function played(
  recording: Recording,
  timing: Timing = REAL,
): Promise<{ readonly text: string; readonly pauses: readonly number[] }> {
  let text = '';
  const pauses: number[] = [];
  await play(recording, timing, {
    open: () =>
      plainReporter(more => {
        text += more;
      }),
    pause: async time => void pauses.push(Math.round(time)),
  });
  return { text, pauses };
}

for (const [name, events] of Object.entries(EVENTS)) {
  test(`${name}: it says what the run said`, async () => {
    let said = '';
    const reporter = plainReporter(more => {
      said += more;
    });
    for (const event of events) reporter.emit(event);
    assert.is((await played(recordingOf(events))).text, said);
  });
}

test('pauses are those of the recording', async () => {
  const { pauses } = await played(recordingOf(EVENTS.success, 0.25));
  assert.equal(
    pauses,
    EVENTS.success.map(() => 250),
  );
});

test('shorter than the longest that is wanted, then as many times quicker', async () => {
  const { pauses } = await played(recordingOf(EVENTS.success, 10), { speed: 4, idle: 2000, pace: 0 });
  assert.equal(new Set(pauses), new Set([500]));
});

test('each step but the waiting takes at least the pace, whatever the speed', async () => {
  const { pauses } = await played(recordingOf(EVENTS.success, 0.1), { speed: 2, idle: 10, pace: 400 });
  const paced = EVENTS.success.map(event => event.type === 'step-started' && event.step !== 'wait');
  assert.equal(
    pauses,
    paced.map(is => (is ? 400 : 5)),
  );
});

test('what was said besides is said; what only recordings have is not shown', async () => {
  const message = { type: 'message', kind: 'error', text: 'the cause', hint: 'the way out' } as const;
  const writer = { pid: 1, start: '1', boot: 'b', namespace: 'n' };
  const { text } = await played(
    recordingOf([message, ...EVENTS.failure, { type: 'continued', writer }, message]),
  );
  assert.is(text.match(/^tinydocker: the cause\nthe way out$/gm)?.length, 2);
  assert.not.match(text, 'continued');
});

test('each plan has a reporter of its own, also one that begins before another has ended', async () => {
  const { lines, ...rest } = recordingOf(EVENTS.success);
  const inner = recordingOf(EVENTS.failure).lines.map(line => ({ ...line, plan: 2 }));
  const { text } = await played({ ...rest, lines: [...lines.slice(0, 10), ...inner, ...lines.slice(10)] });
  assert.match(text, /^hello1: cleaned up in 8 ms/m);
  assert.match(text, /^hello1 failed at step 3\/5/m);
});

test('one that breaks off is closed where it ends, once', async () => {
  let closed = 0;
  await play(recordingOf(EVENTS.success.slice(0, 4)), REAL, {
    open: () => ({
      ...plainReporter(() => undefined),
      close: async () => {
        closed += 1;
      },
    }),
    pause: () => Promise.resolve(),
  });
  assert.is(closed, 1);
});

test.run();
