/** Recordings as files for others: what they contain, and that nothing in a name means anything there. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
// @ts-expect-error: a script, without types.
import { Screen } from '../../scripts/screen.mjs';
import type { Recording } from '../../src/record/read.ts';
import { exported, formatOfFile } from '../../src/ui/export-recording.ts';
import { assertGolden } from '../support/golden.ts';
import { recordingOf } from '../support/recordings.ts';
import { EVENTS, PLAN } from './events.ts';

const test = suite('ui/export-recording');

const TIMING = { speed: 1, pace: 100 };

type CastLine = readonly [number, string, string];

async function castOf(
  recording: Recording,
): Promise<{ readonly head: object; readonly lines: readonly CastLine[] }> {
  const [head, ...lines] = (await exported(recording, 'asciicast', TIMING))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
  return { head: head as object, lines: lines as CastLine[] };
}

/** What the terminal shows at the end. How many rows below were in use for a while depends on which frames were drawn. */
function shown(lines: readonly CastLine[], columns = 80, rows = 24): string {
  const screen = new Screen(columns, rows);
  for (const [, code, data] of lines) if (code === 'o') screen.write(data);
  return `${screen.text().join('\n').trimEnd()}\n`;
}

test('asciicast: the header of version 3, with the size of the terminal', async () => {
  const { head } = await castOf(recordingOf(EVENTS.success, 0.01, { terminal: { columns: 100, rows: 30 } }));
  assert.equal(head, {
    version: 3,
    term: { cols: 100, rows: 30, type: 'xterm-256color' },
    timestamp: 1767323045,
    title: "tinydocker run hello1 sh -c 'exit 3'",
  });
});

test('asciicast: a marker for each step, at its time, and the exit status', async () => {
  const { lines } = await castOf(recordingOf(EVENTS.success));
  const markers = lines.filter(([, code]) => code === 'm').map(([, , title]) => title);
  assert.equal(
    markers,
    PLAN.steps.filter(({ id }) => id !== 'wait').map(({ title }) => title),
  );
  assert.equal(lines.at(-1)?.slice(1), ['x', '3']);
  for (const [interval] of lines) assert.ok(interval >= 0 && Number.isFinite(interval));
  const length = lines.reduce((sum, [interval]) => sum + interval, 0);
  // 20 events of 10 ms, four of which are steps of 100 ms instead.
  assert.ok(Math.abs(length - (EVENTS.success.length * 0.01 + 4 * 0.09)) < 0.005, String(length));
});

for (const [name, events] of Object.entries(EVENTS)) {
  test(`asciicast: what the terminal shows at the end of ${name}`, async () => {
    const { lines } = await castOf(recordingOf(events));
    assertGolden(`exports/${name}-cast-80x24.txt`, shown(lines));
  });

  test(`markdown: ${name}`, async () => {
    assertGolden(`exports/${name}.md`, await exported(recordingOf(events), 'md', TIMING));
  });
}

test('markdown: a recording that breaks off says so', async () => {
  const text = await exported(recordingOf(EVENTS.success.slice(0, 5)), 'md', TIMING);
  assert.match(text, 'How it ended is not in the recording.');
  assert.match(text, 'The recording breaks off here.');
});

test('nothing that was recorded reaches a terminal or a page as more than text', async () => {
  const evil =
    '\u001b[2J\u001b]0;x\u0007</script><img src=x onerror=alert(1)>`````\n\n# no heading [x](y)\u202e';
  const [first, ...rest] = PLAN.steps;
  const plan = {
    ...PLAN,
    subject: evil,
    summary: evil,
    steps: [{ ...first, title: evil, why: evil, action: { type: 'run', argv: ['echo', evil] } }, ...rest],
  } as typeof PLAN;
  const [, ...more] = EVENTS.failure;
  const recording = recordingOf(
    [{ type: 'plan-started', plan }, ...more, { type: 'message', kind: 'error', text: evil, hint: evil }],
    0.01,
    { commandLine: ['run', evil] },
  );
  const md = await exported(recording, 'md', TIMING);
  assert.not.match(md, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  // Outside of code, which begins with a fence that is longer than any in it, "<" is always escaped.
  const prose = md.replaceAll(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '').replaceAll(/(`+) [^\n]*? \1/g, '');
  assert.not.match(prose, /<|^# no heading/m);
  assert.not.match(prose, /(?<!\\)\[x/);
  const text = await exported(recording, 'text', TIMING);
  assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  const { lines } = await castOf(recording);
  // The emulator throws for what no screen of ours sends.
  assert.match(shown(lines), /\\x1b\[2J/);
});

test('variables that nobody knows, and chains of them, are only shown', async () => {
  const variables = [
    { name: 'A', meaning: '', value: [{ var: 'NOBODY' }, 'x'.repeat(100)] },
    ...Array.from({ length: 60 }, (_, index) => ({
      name: `A${index + 1}`,
      meaning: '',
      value: [{ var: `A${index || ''}` }, { var: `A${index || ''}` }],
    })),
  ];
  const [, ...more] = EVENTS.success;
  const recording = recordingOf([{ type: 'plan-started', plan: { ...PLAN, variables } }, ...more]);
  assert.ok((await exported(recording, 'md', TIMING)).length < 50_000);
});

test('the name of a file says what it is to be', () => {
  assert.equal(['a.cast', 'b.MD', 'c.txt', 'd.tar', 'e', '.cast'].map(formatOfFile), [
    'asciicast',
    'md',
    'text',
    undefined,
    undefined,
    undefined,
  ]);
});

test.run();
