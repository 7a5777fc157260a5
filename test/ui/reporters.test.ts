/** What the reporters write, event by event. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { usageError } from '../../src/errors.ts';
import type { PlanEvent } from '../../src/events.ts';
import type { Plan } from '../../src/plan/step.ts';
import { type Capabilities, capabilities } from '../../src/ui/capabilities.ts';
import { shownMode } from '../../src/ui/choose-reporter.ts';
import { jsonReporter } from '../../src/ui/json.ts';
import { endingSentence, leftoversMessage, messageText, size } from '../../src/ui/messages.ts';
import { plainReporter } from '../../src/ui/plain.ts';
import { quietReporter } from '../../src/ui/quiet.ts';
import type { Reporter } from '../../src/ui/reporter.ts';
import { visible } from '../../src/ui/visible.ts';
import { EVENTS, PLAN } from './events.ts';

const test = suite('reporters');

function written(make: (write: (text: string) => void) => Reporter, events: readonly PlanEvent[]): string {
  let text = '';
  const reporter = make(more => {
    text += more;
  });
  for (const event of events) reporter.emit(event);
  return text;
}

test('plain: one sentence per event, in order', () => {
  assert.is(
    written(plainReporter, EVENTS.success),
    `run hello1 from the image base:latest: 5 steps
step 1/5 reserve-name (reserve the name): done in 5 ms
step 2/5 start-init (new namespaces): done in 13 ms
step 3/5 mount-overlay (join the layers): done in 9 ms
step 4/5 open-gate (start the command): done in 0 ms
hello1: 5 steps in 27 ms
the command ended with exit status 3
discarded 3 changes: --keep keeps them, --commit IMAGE saves them
undone: start-init (new namespaces), in 4 ms
undone: reserve-name (reserve the name), in 4 ms
hello1: cleaned up in 8 ms: processes, mounts, directory; exit status 3
`,
  );
});

test('plain: the time of a plan that starts nothing is that of its undos too', () => {
  const [reserve] = PLAN.steps;
  const plan = { ...PLAN, kind: 'remove-image', summary: 'remove the image x', steps: [reserve] } as Plan;
  const step = 'reserve-name';
  const outcome = { type: 'succeeded', status: 0, leftovers: [], milliseconds: 0 } as const;
  const text = written(plainReporter, [
    { type: 'plan-started', plan },
    { type: 'step-started', step },
    { type: 'step-done', step, milliseconds: 5 },
    { type: 'undo-started', step, command: 'rm' },
    { type: 'undo-done', step, milliseconds: 1600 },
    { type: 'plan-ended', outcome },
  ]);
  assert.match(text, /^remove the image x: 1 step in 1\.6 s\n$/m);
});

test('plain: a failure, what it said made harmless, each undo, the result', () => {
  assert.is(
    written(plainReporter, EVENTS.leftover),
    `run hello1 from the image base:latest: 5 steps
step 1/5 reserve-name (reserve the name): done in 5 ms
step 2/5 start-init (new namespaces): done in 13 ms
step 3/5 mount-overlay (join the layers): failed, exit status 32: nsenter --target "$INIT" --mount -- mount -t overlay
  mount: wrong fs type, bad option
  \\x1b[2J\\x1b]0;pwned\\x07dmesg(1) may have more
undone: start-init (new namespaces), in 4 ms
UNDO FAILED: reserve-name (reserve the name): rm: cannot remove: Device or resource busy
hello1 failed at step 3/5 (mount-overlay, exit status 32) and was NOT undone completely: 1/2 undos done; exit status 125
`,
  );
});

test('json: each line an object with version, time and type; the plan by ids and commands', () => {
  const at = new Date('2026-01-02T03:04:05Z');
  const lines = written(write => jsonReporter(write, () => at), EVENTS.failure)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  assert.is(lines.length, EVENTS.failure.length);
  assert.ok(lines.every(line => line['version'] === 1 && line['time'] === '2026-01-02T03:04:05.000Z'));
  const plan = lines[0]?.['plan'] as { readonly steps: readonly Record<string, string>[] } | undefined;
  assert.equal(plan?.steps[0], {
    id: 'reserve-name',
    phase: 'make',
    title: 'reserve the name',
    where: 'host',
    command: 'mkdir -m 0700 -- "$C"',
    undo: 'rm -rf -- "$C"',
  });
});

test('quiet: nothing but errors', () => {
  assert.is(
    written(write => quietReporter(write, { notes: false }), EVENTS.failure),
    '',
  );
});

test('an error: the cause, the way out, what was looked at, the lesson; in columns', () => {
  const message = {
    kind: 'error',
    text: 'The kernel refuses pivot_root.',
    hint: 'Make it private.',
    checked: [
      { what: '$M is a directory', holds: true },
      { what: 'the mount of $M/dev/.old is shared', holds: false },
      { what: 'an odd\u001b[2J name', holds: undefined },
      { what: 'the parent mount of $M is shared', holds: true, culprit: true },
    ],
    lesson: 'pivot-root',
  } as const;
  assert.is(
    messageText(message),
    `tinydocker: The kernel refuses pivot_root.
Make it private.
Checked  $M is a directory: yes  the mount of $M/dev/.old is shared: no
         an odd\\x1b[2J name: not known
         the parent mount of $M is shared: YES <--
Lesson   tinydocker lesson pivot-root
`,
  );
  assert.match(messageText(message, '✔'), /^Checked {2}\$M is a directory ✔ {2}the mount of/m);
  const [first] = message.checked;
  assert.not.match(messageText({ ...message, checked: [first] }), /Checked/);
  const lines: string[] = [];
  jsonReporter(line => lines.push(line)).say(message);
  const { checked, lesson } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  // In JSON, what is not known is not there.
  assert.equal({ checked, lesson }, JSON.parse(JSON.stringify({ checked: message.checked, lesson })));
  assert.is(lesson, 'pivot-root');
});

test('leftovers are said with the commands that finish them', () => {
  const [last] = EVENTS.leftover.slice(-1);
  assert.is(
    messageText(leftoversMessage(last?.type === 'plan-ended' ? last.outcome.leftovers : [])),
    `tinydocker: NOT EVERYTHING WAS UNDONE: the undo of reserve-name failed.
  reserve-name: busy
To finish by hand, in this order:
  rm -rf -- /store/containers/hello1
`,
  );
});

test('how a command ended, in a sentence', () => {
  assert.is(endingSentence({ exitStatus: 32 }), 'It ended with exit status 32.');
  assert.is(endingSentence({ signal: 'SIGKILL' }), 'It was killed by SIGKILL.');
  assert.is(endingSentence({}), 'It was not executed.');
});

test('sizes as people read them', () => {
  assert.equal([999, 1000, 9_949, 12_345, 999_499, 4_100_000].map(size), [
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '12 kB',
    '999 kB',
    '4.1 MB',
  ]);
});

test('whatever a terminal would act on is escaped', () => {
  for (const code of [...Array(32).keys(), 127, 0x85, 0x9b, 0x200b, 0x202e, 0x2028, 0xfeff]) {
    const shown = visible(`a${String.fromCharCode(code)}b`);
    assert.not.match(shown, /[\u0000-\u001f\u007f-\u009f\u200b\u202e\u2028\ufeff]/, code.toString(16));
  }
  assert.is(visible('grüße 日本'), 'grüße 日本');
});

const SCREEN = { isTTY: true, columns: 80, rows: 24 } as const;
const XTERM = { TERM: 'xterm', LANG: 'de_DE.UTF-8' } as const;
const able = (
  stream: Parameters<typeof capabilities>[0],
  environment: Record<string, string>,
): Capabilities => capabilities(stream, environment);

for (const [name, stream, environment, mode] of [
  ['a terminal', SCREEN, XTERM, 'tty'],
  ['a dumb terminal', SCREEN, { TERM: 'dumb' }, 'plain'],
  ['a terminal without TERM', SCREEN, {}, 'plain'],
  ['39 columns', { ...SCREEN, columns: 39 }, XTERM, 'plain'],
  ['9 rows', { ...SCREEN, rows: 9 }, XTERM, 'plain'],
  ['no size', { isTTY: true, columns: 0, rows: 0 }, XTERM, 'plain'],
  ['CI', SCREEN, { ...XTERM, CI: 'true' }, 'plain'],
  ['not CI', SCREEN, { ...XTERM, CI: 'false' }, 'tty'],
  ['a pipe', {}, XTERM, 'silent'],
] as const) {
  test(`auto on ${name} is ${mode}`, () => {
    assert.is(shownMode({ quiet: false }, environment, able(stream, environment)), mode);
  });
}

test('-q before --progress before TINYDOCKER_PROGRESS', () => {
  const terminal = able(SCREEN, XTERM);
  assert.is(shownMode({ quiet: true, progress: 'plain' }, {}, terminal), 'quiet');
  assert.is(
    shownMode({ quiet: false, progress: 'plain' }, { TINYDOCKER_PROGRESS: 'json' }, terminal),
    'plain',
  );
  assert.is(shownMode({ quiet: false }, { TINYDOCKER_PROGRESS: 'json' }, terminal), 'json');
  assert.is(shownMode({ quiet: false, progress: 'tty' }, {}, able({}, XTERM)), 'plain');
});

test('a mode that does not exist is a usage error', () => {
  try {
    shownMode({ quiet: false, progress: 'ttx' }, {}, able(SCREEN, XTERM));
    assert.unreachable();
  } catch (error) {
    assert.equal((error as Error & { status: number }).status, usageError('').status);
    assert.match((error as Error).message, /"ttx".*auto, tty, plain, json, quiet/);
  }
});

for (const [environment, level] of [
  [{ TERM: 'xterm' }, 1],
  [{ TERM: 'xterm-256color' }, 2],
  [{ TERM: 'xterm', COLORTERM: 'truecolor' }, 3],
  [{ TERM: 'xterm', NO_COLOR: '1' }, 0],
  [{ TERM: 'xterm', NO_COLOR: '' }, 1],
  [{ TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: '3' }, 0],
  [{ TERM: 'xterm', FORCE_COLOR: '0' }, 0],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, 1],
  [{ TERM: 'dumb' }, 0],
] as const) {
  test(`colours: ${JSON.stringify(environment)} is level ${level}`, () => {
    assert.is(able(SCREEN, environment).colour, level);
  });
}

test('the first of LC_ALL, LC_CTYPE and LANG that is set decides about UTF-8', () => {
  assert.ok(able(SCREEN, { LANG: 'C.UTF-8' }).unicode);
  assert.not(able(SCREEN, { LANG: 'C.UTF-8', LC_ALL: 'C' }).unicode);
  assert.ok(able(SCREEN, { LANG: 'C', LC_CTYPE: 'en_US.utf8' }).unicode);
  assert.not(able(SCREEN, {}).unicode);
});

test.run();
