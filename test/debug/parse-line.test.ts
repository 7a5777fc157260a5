/** Lines of the prompt, and what can be edited. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KEYS } from '../../src/debug/command.ts';
import { commandText, edited } from '../../src/debug/edit.ts';
import { parseLine } from '../../src/debug/parse-line.ts';
import { arg, M } from '../../src/plan/arg.ts';
import { failing } from '../../src/plan/fail-at.ts';
import { planOf } from '../support/plans.ts';

const test = suite('debug/parse-line');
const PLAN = planOf('host');
const stepOf = (id: string) => PLAN.steps.find(step => step.id === id) as (typeof PLAN.steps)[number];

const CASES: readonly (readonly [line: string, command: object])[] = [
  ['', { type: 'next' }],
  ['n', { type: 'next' }],
  [' n \r', { type: 'next' }],
  ['\u001b[C', { type: 'next' }],
  ['N', { type: 'back' }],
  ['\u001b[D', { type: 'back' }],
  ['\u001bOD', { type: 'back' }],
  ['b', { type: 'break' }],
  ['b pivot-root', { type: 'break', step: 'pivot-root' }],
  ['e', { type: 'ask-edit' }],
  ['e mount  -t x', { type: 'edit', text: 'mount  -t x' }],
  ['s', { type: 'host-shell' }],
  ['S ls -l', { type: 'inside-shell', line: 'ls -l' }],
  ['x a.md', { type: 'export', file: 'a.md' }],
  ['?', { type: 'help' }],
];
for (const [line, command] of CASES)
  test(`${JSON.stringify(line)} is ${JSON.stringify(command)}`, () =>
    assert.equal(parseLine(line), { ok: true, value: command }));

test('what means nothing is refused, with the key that may be meant', () => {
  for (const [line, why] of [
    ['next', /"next" means nothing here.*Did you mean n \(next\)/],
    ['z', /\? lists/],
    ['n n', /n takes nothing else/],
  ] as const) {
    const parsed = parseLine(line);
    assert.not.ok(parsed.ok, line);
    if (!parsed.ok)
      assert.match(parsed.failures.map(({ message, hint }) => `${message} ${hint}`).join(' '), why);
  }
});

test('each key is one letter, and none has two meanings', () => {
  assert.is(new Set(KEYS.map(({ key }) => key)).size, KEYS.length);
  for (const { key } of KEYS) assert.is(key.length, 1);
});

test('an edited step runs where it did, keeps its undo, and is taken back by starting again', () => {
  const step = stepOf('mount-overlay');
  const result = edited(PLAN, step, 'mount -t tmpfs "a b" $M');
  assert.ok(result.ok);
  if (!result.ok) return;
  assert.equal(result.value.action, { ...step.action, argv: ['mount', '-t', 'tmpfs', 'a b', arg`${M}`] });
  assert.equal([result.value.where, result.value.undo], [step.where, step.undo]);
  assert.is(result.value.back?.type, 'replay');
  assert.match(result.value.why, /^Edited in the debugger/);
});

test('the text of a command is read back as the same command', () => {
  for (const step of PLAN.steps) {
    const text = commandText(step);
    if (!text.ok || !('argv' in step.action)) continue;
    const again = edited(PLAN, step, text.value);
    assert.ok(again.ok && 'argv' in again.value.action, step.id);
    if (again.ok && 'argv' in again.value.action) assert.equal(again.value.action.argv, step.action.argv);
  }
});

test('a step that is no command, and one that reserves, are not edited', () => {
  for (const id of ['reserve-name', 'hold-gate', 'record-container', 'open-gate'])
    assert.not.ok(commandText(stepOf(id)).ok, id);
});

test('a step that --fail-at replaced is not edited: it would run on the host what was meant for the container', () => {
  assert.not.ok(edited(PLAN, failing(stepOf('set-hostname')), 'hostname x').ok);
});

test.run();
