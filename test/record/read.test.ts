/** Recordings as text: what is written is read again, and what is no recording is refused with one sentence. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlanEvent } from '../../src/events.ts';
import { stepCommand, undoText } from '../../src/plan/display.ts';
import { planSave } from '../../src/plan/image/plan-save.ts';
import { headerText, lineText, type RecordHeader, secondsOf } from '../../src/record/format.ts';
import { endingOf, lengthOf, plansOf, writerOf } from '../../src/record/progress.ts';
import { type Recording, readRecording } from '../../src/record/read.ts';
import { planOf, saveInput } from '../support/plans.ts';
import { EVENTS } from '../ui/events.ts';

const test = suite('record/read');

const HEADER: RecordHeader = {
  format: 'tinydocker-record',
  version: 1,
  tinydocker: '0.1.0',
  commandLine: ['run', 'hello1'],
  started: '2026-01-02T03:04:05.678Z',
  machine: { kernel: '6.18.0', user: 'root' },
};

function textOf(events: readonly PlanEvent[], header: object = HEADER): string {
  const lines = events.map((event, index) => lineText({ time: index / 100, plan: 1, event }));
  return headerText(header as RecordHeader) + lines.join('');
}

function read(text: string): Recording {
  const result = readRecording(text);
  if (!result.ok) throw new Error(result.failures.map(({ message }) => message).join(' '));
  return result.value;
}

function refusal(text: string): string {
  const result = readRecording(text);
  if (result.ok) throw new Error('it was read');
  assert.is(result.failures.length, 1);
  return result.failures[0]?.message ?? '';
}

for (const [name, events] of Object.entries(EVENTS)) {
  test(`${name}: what was written is what is read`, () => {
    const recording = read(textOf(events));
    assert.equal(recording.header, HEADER);
    assert.equal(
      recording.lines.map(({ event }) => event),
      JSON.parse(JSON.stringify(events)),
    );
    assert.equal([recording.torn, recording.unknown], [false, 0]);
  });
}

test('real plans pass the check, and what is shown of them is the same afterwards', () => {
  const plans = [
    planOf('host', { terminal: true, keep: true, init: true }),
    planOf('range', { volumes: [{ source: '/srv', target: '/srv', readOnly: true }] }),
    planOf('single', { tmpfs: [{ target: '/tmp', options: [] }] }),
    planSave(saveInput()),
  ];
  for (const plan of plans) {
    const [back] = plansOf(read(textOf([{ type: 'plan-started', plan }])));
    assert.equal(back?.plan.steps.map(stepCommand), plan.steps.map(stepCommand));
    assert.equal(back?.plan.steps.map(undoText), plan.steps.map(undoText));
  }
});

test('a last line that was broken off is left out', () => {
  const whole = textOf(EVENTS.success);
  for (const cut of [1, 10, 100]) {
    const recording = read(whole.slice(0, -cut));
    assert.is(recording.torn, true);
    assert.is(recording.lines.length, EVENTS.success.length - 1);
    assert.is(endingOf(recording).ending, 'no end');
  }
  const first = whole.indexOf('\n') + 1;
  assert.equal(read(whole.slice(0, first)).lines, []);
  assert.equal(read(whole.slice(0, first + 5)).lines, []);
});

test('types of events that are not known are counted and left out', () => {
  const later = '{"time":0.5,"plan":1,"event":{"type":"from-the-future","what":[1]}}\n';
  const recording = read(textOf(EVENTS.success) + later);
  assert.is(recording.unknown, 1);
  assert.is(recording.lines.length, EVENTS.success.length);
  assert.is(read(textOf(EVENTS.success) + later.replace('from-the-future', '__proto__')).unknown, 1);
});

test('another version of the format is refused, and says which', () => {
  for (const version of [0, 2, '1', null])
    assert.match(refusal(textOf([], { ...HEADER, version })), `has version ${JSON.stringify(version)}`);
});

test('what is no recording is refused with one sentence that says where', () => {
  const good = textOf(EVENTS.success);
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /first line is not the header/],
    ['{}\n', /first line is not the header/],
    ['[1]\n', /first line is not the header/],
    ['\u0000\u0001ELF', /first line is not the header/],
    [textOf([], { ...HEADER, commandLine: 'run' }), /line 1: header\.commandLine is no list/],
    [textOf([], { ...HEADER, machine: { kernel: 5, user: 'root' } }), /header\.machine\.kernel is no text/],
    [textOf([], { ...HEADER, terminal: { columns: -1, rows: 2 } }), /header\.terminal\.columns is no amount/],
    [`${good}nonsense\n`, new RegExp(`line ${EVENTS.success.length + 2}: it is no JSON`)],
    [`${good}{"time":"1","plan":1,"event":{"type":"note"}}\n`, /it\.time is no amount/],
    [`${good}{"time":1,"plan":1,"event":{"type":"step-done","step":4}}\n`, /step-done\.step is no text/],
    [`${good}{"time":1,"plan":1,"event":{"type":"plan-started","plan":{}}}\n`, /plan\.kind is no text/],
    [
      `${good}{"time":1,"plan":1,"event":{"type":"message","kind":"note","text":"t","lesson":"\\u001b[2J"}}\n`,
      /message\.lesson is no name/,
    ],
    [`${good}${' '.repeat((1 << 24) + 1)}\n`, /longer than any line/],
    [`${good}${'['.repeat(200_000)}\n`, /is no JSON|is no object/],
  ];
  for (const [text, expected] of cases) assert.match(refusal(text), expected);
});

test('a step that nobody could show is refused', () => {
  const plan = planOf('host');
  const [first, ...rest] = plan.steps;
  const broken = [
    { ...first, action: { type: 'explode' } },
    { ...first, action: { type: 'run', argv: [['x', { var: 3 }]] } },
    { ...first, undo: { type: 'with', step: 'x' } },
    { ...first, where: { type: 'inside' } },
    { ...first, id: null },
  ];
  for (const step of broken) {
    const event = { type: 'plan-started', plan: { ...plan, steps: [step, ...rest] } };
    assert.match(refusal(textOf([event as unknown as PlanEvent])), /line 2: plan-started\.plan\.steps\[0\]/);
  }
});

test('times never go back', () => {
  const line = (time: number) => lineText({ time, plan: 1, event: { type: 'note', step: 's', text: 't' } });
  const recording = read(textOf([]) + [1, 0.5, 2].map(line).join(''));
  assert.equal(
    recording.lines.map(({ time }) => time),
    [1, 1, 2],
  );
  assert.is(lengthOf(recording), 2);
});

test('microseconds', () => {
  assert.is(secondsOf(1234.5678), 1.234568);
  assert.is(secondsOf(-3), 0);
});

test('how it ended: as badly as the worst of its plans', () => {
  assert.equal(endingOf(read(textOf(EVENTS.success))), { ending: 'succeeded', status: 3 });
  assert.equal(endingOf(read(textOf(EVENTS.failure))), { ending: 'failed', status: 125 });
  const second = textOf(EVENTS.success).replaceAll('"plan":1,', '"plan":2,').split('\n').slice(1).join('\n');
  assert.equal(endingOf(read(textOf(EVENTS.failure) + second)).ending, 'failed');
  assert.equal(
    plansOf(read(textOf(EVENTS.failure) + second)).map(({ number }) => number),
    [1, 2],
  );
});

test('the last writer counts', () => {
  const writer = { pid: 1, start: '2', boot: 'b', namespace: 'n' };
  const header = { ...HEADER, writer };
  assert.equal(writerOf(read(textOf([], header))), writer);
  const other = { ...writer, pid: 9 };
  const event = { type: 'continued', writer: other } as unknown as PlanEvent;
  assert.equal(writerOf(read(textOf([event], header))), other);
});

test.run();
