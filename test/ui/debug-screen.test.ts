/** The debugger's screen: frames of recorded states, in fixtures/frames/debug, and what keys do. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command } from '../../src/debug/command.ts';
import type { DebugEvent } from '../../src/debug/state.ts';
import type { StepFailure } from '../../src/events.ts';
import { pressed } from '../../src/ui/debug/keys.ts';
import type { ScreenState } from '../../src/ui/debug/state.ts';
import { debugScreen } from '../../src/ui/debug/view.ts';
import { marks } from '../../src/ui/marks.ts';
import { type Key, parseKeys, parseRest } from '../../src/ui/screen/keys.ts';
import { screenful } from '../../src/ui/screen/layout.ts';
import { RowPainter } from '../../src/ui/screen/row-painter.tsx';
import { asciiColumns, columnsOf, plainText } from '../../src/ui/screen/text.ts';
import { assertGolden } from '../support/golden.ts';
import { eventsBefore, RECORDED_PLAN, STEPPED, screenAfter, screenBefore } from '../support/recorded-run.ts';

// The history tells the time of day.
process.env['TZ'] = 'UTC';

const test = suite('ui/debug-screen');

const SIZES = [
  [80, 24],
  [120, 40],
  [60, 24],
  [40, 12],
] as const;

function frame(state: ScreenState, columns: number, rows: number, unicode = true): string {
  const sheet = { columns, rows, marks: marks(unicode) };
  const lines = screenful(debugScreen(state, sheet), sheet).map(plainText);
  return lines.map(text => (unicode ? text : asciiColumns(text)).trimEnd()).join('\n');
}

const keys = (text: string): readonly Key[] => {
  const { keys: found, rest } = parseKeys(text);
  return [...found, ...parseRest(rest).keys];
};
const press = (state: ScreenState, text: string): ScreenState =>
  keys(text).reduce((now, key) => pressed(now, key).state, state);
const commandOf = (state: ScreenState, text: string): Command | undefined => {
  const all = keys(text);
  const before = all.slice(0, -1).reduce((now, key) => pressed(now, key).state, state);
  const last = all.at(-1);
  return last === undefined ? undefined : pressed(before, last).command;
};

const failure: StepFailure = {
  command: 'nsenter --target 700 --mount -- pivot_root $M $M/dev/.old',
  exitStatus: 1,
  stderr: "pivot_root: failed to change root from `/m' to `/m/dev/.old': Invalid argument\n",
};
const PIVOT = RECORDED_PLAN.steps.find(({ id }) => id === 'pivot-root');
if (PIVOT === undefined) throw new Error('the recorded plan has no pivot-root');

const FAILED: readonly DebugEvent[] = [
  ...eventsBefore('pivot-root'),
  { type: 'command', command: { type: 'next' } },
  { type: 'step-started', step: 'pivot-root' },
  { type: 'step-failed', step: 'pivot-root', milliseconds: 6, failure },
  {
    type: 'stopped',
    stop: {
      ...{ type: 'failure', step: PIVOT, failure },
      cause: 'The parent mount of the new root is shared, and pivot_root(2) would change the host.',
      hint: 'mount --make-rprivate / before it helps.',
    },
  },
];
const ENDED: ScreenState = { ...screenAfter(STEPPED), leaving: true, asked: true };
const BROKEN = screenBefore('mount-overlay');

const STATES: Readonly<Record<string, ScreenState>> = {
  begin: screenBefore('reserve-name'),
  namespaces: screenBefore('mount-overlay'),
  mounts: screenBefore('make-device-files'),
  volume: screenBefore('mount-volume-1'),
  'before-pivot': screenBefore('pivot-root'),
  'after-pivot': screenBefore('detach-old-root'),
  gate: screenBefore('open-gate'),
  failed: { ...screenAfter(FAILED), asked: true },
  undoing: screenAfter(STEPPED.slice(0, STEPPED.findIndex(({ type }) => type === 'undo-started') + 1)),
  ended: ENDED,
};

for (const [name, state] of Object.entries(STATES)) {
  for (const [columns, rows] of SIZES)
    test(`${name}, ${columns}x${rows}`, () =>
      assertGolden(`frames/debug/${name}-${columns}x${rows}.txt`, frame(state, columns, rows)));
}

const VIEWS: Readonly<Record<string, string>> = {
  help: '?',
  why: 'w',
  changes: 'd',
  list: 'l',
  'other-step': '\u001b[A\u001b[A',
  files: '4',
  'all-mounts': 'a',
  edit: 'e\u0001',
  export: 'x',
};

for (const [name, typed] of Object.entries(VIEWS))
  test(`${name}, 80x24`, () =>
    assertGolden(
      `frames/debug/${name}-80x24.txt`,
      frame(press(STATES['before-pivot'] ?? BROKEN, typed), 80, 24),
    ));

test('what a shell changed is not told as the work of the step', () => {
  const stopped = STATES['before-pivot'] ?? BROKEN;
  const snapshot = stopped.debug.now;
  if (snapshot === undefined) throw new Error('nobody has looked');
  const events = eventsBefore('pivot-root');
  const state = screenAfter([
    ...events,
    { type: 'snapshot', moment: 'shell', snapshot },
    ...events.slice(-1),
  ]);
  assert.match(frame(state, 80, 24), /what you changed in the shell/);
});

test('without UTF-8, 80x24', () => {
  const text = frame(STATES['before-pivot'] ?? BROKEN, 80, 24, false);
  assert.match(text, /^[\n\u0020-\u007e]*$/);
  assertGolden('frames/debug/ascii-80x24.txt', text);
});

test('what colour says is said without it', () => {
  // The painter of a terminal without colours; chalk has been told by the tests' NO_COLOR.
  const sheet = { columns: 80, rows: 24, marks: marks(true) };
  const painted = new RowPainter(true).paint(
    screenful(debugScreen(STATES['failed'] ?? BROKEN, sheet), sheet),
    80,
  );
  assert.is(painted.join('\n').replaceAll(/ +$/gm, ''), frame(STATES['failed'] ?? BROKEN, 80, 24));
});

test('every frame is exactly as large as the terminal, whatever its size', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(STATES)),
      fc.constantFrom('', ...Object.values(VIEWS), '2', '3', '5', '\u001b[6~'),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 70 }),
      fc.boolean(),
      (state, typed, columns, rows, unicode) => {
        const sheet = { columns, rows, marks: marks(unicode) };
        const lines = debugScreen(press(state, typed), sheet);
        // What is too small is told in words, which a terminal cuts.
        if (columns >= 30 && rows >= 8) {
          assert.is(lines.length, rows);
          for (const row of lines) assert.is(columnsOf(plainText(row)), columns, plainText(row));
        }
        assert.is(screenful(lines, sheet).length, rows);
      },
    ),
    { numRuns: 300 },
  ));

test('each key asks for what it says', () => {
  const state = STATES['before-pivot'] ?? BROKEN;
  const asks = (typed: string) => commandOf(state, typed);
  assert.equal(asks('n'), { type: 'next' });
  assert.equal(asks('\r'), { type: 'next' });
  assert.equal(asks('\u001b[C'), { type: 'next' });
  assert.equal(asks('N'), { type: 'back' });
  assert.equal(asks('\u001b[D'), { type: 'back' });
  assert.equal(asks('c'), { type: 'continue' });
  assert.equal(asks('r'), { type: 'restart' });
  assert.equal(asks('f'), { type: 'fail' });
  assert.equal(asks('s'), { type: 'host-shell' });
  assert.equal(asks('S'), { type: 'inside-shell' });
  assert.equal(asks('q'), { type: 'quit' });
  assert.equal(asks('b'), { type: 'break', step: 'pivot-root' });
  assert.equal(asks('\u001b[Ab'), { type: 'break', step: 'protect-host' });
  assert.equal(asks('x\r'), { type: 'export', file: 'hello1.sh' });
  assert.equal(asks('x\u0015my.md\r'), { type: 'export', file: 'my.md' });
  for (const typed of ['w', 'd', 'l', '?', 'a', '1', '\t', '\u001b[B', '\u001b[5~', 'e', 'x', 'z', '\u001b'])
    assert.is(asks(typed), undefined, typed);
});

test('an edited command is what was there, with what was typed in its place', () => {
  const state = STATES['before-pivot'] ?? BROKEN;
  assert.equal(commandOf(state, 'e\r'), { type: 'edit', text: 'pivot_root "$M" "$M/dev/.old"' });
  assert.equal(commandOf(state, 'e\u0015echo 容器\u001b[D\u007fx\r'), { type: 'edit', text: 'echo x器' });
  assert.equal(commandOf(state, 'e\u0015a\u001b[200~b\nc\u001b[201~\r'), { type: 'edit', text: 'ab c' });
  assert.is(commandOf(state, 'eq'), undefined);
  // Nothing is nothing, and Escape leaves it.
  assert.is(commandOf(state, 'e\u0015\r'), undefined);
  assert.equal(commandOf(press(state, 'e\u001b'), 'q'), { type: 'quit' });
});

test('a step that is no command can not be edited, and a key that means nothing says so', () => {
  const at = (step: string, key: string) => pressed(screenBefore(step), keys(key)[0] as Key).refusal;
  assert.match(at('open-gate', 'e') ?? '', /open-gate is no command/);
  assert.match(at('reserve-name', 'e') ?? '', /can not be edited/);
  assert.match(at('pivot-root', 'z') ?? '', /z means nothing/);
  assert.match(at('pivot-root', '\u001b[200~nnnc\u001b[201~') ?? '', /no command/);
});

test('the panel is that of what changed, until one is chosen', () => {
  assert.is(screenBefore('make-fifos').panel, 'files');
  assert.is(screenBefore('make-device-files').panel, 'mounts');
  assert.is(screenBefore('raise-loopback').panel, 'namespaces');
  assert.equal(
    ['1', '2', '3', '4', '5'].map(key => press(BROKEN, key).panel),
    ['mounts', 'namespaces', 'cgroup', 'files', 'processes'],
  );
  assert.is(press(BROKEN, '4').pinned, true);
  assert.is(press(BROKEN, '44').pinned, false);
  assert.is(press(BROKEN, '5\t').panel, 'mounts');
  assert.is(press(BROKEN, '1\u001b[Z').panel, 'processes');
});

test('mounts are known by the step that they came with', () => {
  const { since, debug, initSince } = screenBefore('pivot-root');
  const number = (id: string) => RECORDED_PLAN.steps.findIndex(step => step.id === id) + 1;
  const of = (target: string) =>
    since.get(debug.now?.init?.mounts.find(mount => mount.target.endsWith(target))?.id ?? 0);
  assert.is(of('/merged'), number('mount-overlay'));
  assert.is(of('/merged/proc'), number('mount-kernel-filesystems'));
  assert.is(of('/merged/data'), number('mount-volume-1'));
  assert.is(initSince, number('start-init'));
});

test.run();
