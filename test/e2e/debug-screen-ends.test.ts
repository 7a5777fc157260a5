// @long
/** Ends of every kind of the debugger's screen: everything is undone, and the terminal is as it was. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJournal } from '../../src/host/journal-file.ts';
import {
  ALTERNATE,
  assertLeft,
  containersIn,
  LEAVE,
  onTerminal,
  press,
  seenAfter,
  startDebugger,
} from '../support/debug-screen.ts';
import { IMAGE_MARK_FILE } from '../support/image.ts';
import { ask, ptyTinydocker, text } from '../support/pty.ts';
import { until } from '../support/until.ts';

const test = suite('debug-screen-ends');

const INSIDE = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;

/** Moments at which Ctrl-C comes, by the keys that lead there. */
const MOMENTS: Readonly<Record<string, readonly [keys: string, seen: RegExp]>> = {
  'before the first step': ['', /Step 1 /],
  'with namespaces': ['nnnnnnn', /Step 8 /],
  'on the page of help': ['nnn?', /take the last step back/],
  'while a command is edited': ['nnnnnnne', /can not be edited|no command|Another command/],
  'at a failure': ['nnf', /FAILED: step 3/],
  'while steps are done': ['nnnnnnnnnnnn', /running|Step [2-9]/],
};

for (const [moment, [keys, seen]] of Object.entries(MOMENTS)) {
  onTerminal(
    test,
    `Ctrl-C undoes everything: ${moment}`,
    async place => {
      const pty = await startDebugger(place);
      if (keys !== '') await press(pty, keys, seen);
      pty.write('\u0003');
      const { status, output, restored } = await pty.ended;
      assert.is(status, moment === 'at a failure' ? 125 : 130);
      assert.equal(containersIn(place), []);
      assertLeft(output, restored, /box (was interrupted|failed) .*(\n.*)*left behind: nothing/);
    },
    ['root'],
  );
}

onTerminal(
  test,
  'Ctrl-C in a shell is for the shell, and in the container for the container',
  async place => {
    const pty = await startDebugger(place, [
      '-i',
      '-i',
      'box',
      'sh',
      '-c',
      `${INSIDE}trap 'echo got-it; exit 7' INT; echo looping; while :; do sleep 0.1; done`,
    ]);
    const before = text(pty.output()).length;
    pty.write('s');
    await seenAfter(pty, before, /host, box before step 1\/\d+> /);
    pty.write('sleep 30\n');
    await sleep(300);
    pty.write('\u0003');
    assert.match(await ask(pty, 'echo alive', 1), /alive/);
    await press(pty, 'exit\n', /Step 1 /);
    await press(pty, 'c', /looping\n/);
    await press(pty, '\u0003', /got-it/);
    await pty.seen(/any key leaves/);
    pty.write(' ');
    const { status, restored } = await pty.ended;
    assert.is(status, 7);
    assert.ok(restored);
  },
  ['root'],
);

onTerminal(
  test,
  'a terminal that goes away undoes everything',
  async place => {
    for (const keys of ['', 'nnnnnnn']) {
      const pty = await startDebugger(place);
      if (keys !== '') await press(pty, keys, /Step 8 /);
      pty.close();
      await until(() => containersIn(place).length === 0, 20_000);
    }
  },
  ['root', 'range'],
);

onTerminal(
  test,
  'SIGTERM undoes everything, also while the last screen waits',
  async place => {
    const pty = await startDebugger(place);
    await press(pty, 'nnnnnnn', /Step 8 /);
    const pid = readJournal(join(place.store, 'containers/box'))?.head.owner.pid ?? 0;
    process.kill(pid, 'SIGTERM');
    const { status, output, restored } = await pty.ended;
    assert.is(status, 143);
    assertLeft(output, restored, /left behind: nothing/);
    const other = await startDebugger(place);
    await press(other, 'n', /Step 2 /);
    const owner = readJournal(join(place.store, 'containers/box'))?.head.owner.pid ?? 0;
    await press(other, 'c', /any key leaves/);
    process.kill(owner, 'SIGTERM');
    const ended = await other.ended;
    assert.ok(ended.restored);
    assert.is(ended.status, 0);
  },
  ['root'],
);

onTerminal(
  test,
  'a crash leaves the terminal as it was, and kill -9 does',
  async place => {
    const bomb = join(place.home, 'bomb.mjs');
    writeFileSync(bomb, "process.on('SIGUSR2', () => { throw new Error('broken on purpose'); });\n");
    for (const signal of ['SIGUSR2', 'SIGKILL'] as const) {
      const pty = await startDebugger(place, undefined, { env: { NODE_OPTIONS: `--import=${bomb}` } });
      await press(pty, 'nnnnnnn', /Step 8 /);
      const pid = readJournal(join(place.store, 'containers/box'))?.head.owner.pid ?? 0;
      process.kill(pid, signal);
      const { output, restored } = await pty.ended;
      if (signal === 'SIGUSR2') {
        assertLeft(output, restored, /broken on purpose/);
      } else {
        // Whoever watches needs a moment.
        assert.ok(output.includes(LEAVE));
      }
      // Nobody of the container lives; the next run of the name clears up.
      const next = await startDebugger(place);
      await press(next, 'c', /any key leaves/);
      next.write('q');
      assert.is((await next.ended).status, 0);
    }
  },
  ['root'],
);

onTerminal(
  test,
  'another size is another arrangement',
  async place => {
    const pty = await startDebugger(place);
    assert.not.match(text(pty.output()), /2 Namespaces/);
    const before = text(pty.output()).length;
    pty.resize(40, 120);
    await seenAfter(pty, before, /2 Namespaces/);
    const small = text(pty.output()).length;
    pty.resize(24, 60);
    await seenAfter(pty, small, /Step 1 /);
    pty.write('q');
    assert.is((await pty.ended).status, 130);
  },
  ['root'],
);

onTerminal(
  test,
  'where a screen is not wanted, or not possible, there are lines',
  async place => {
    const ways: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
      [['--progress', 'plain'], {}],
      [[], { TINYDOCKER_PROGRESS: 'plain' }],
      [[], { TERM: 'dumb' }],
    ];
    for (const [options, env] of ways) {
      const pty = ptyTinydocker(place, ['run', '--step', ...options, '-i', 'box', 'true'], { env });
      await pty.seen(/debug> /);
      assert.not.ok(pty.output().includes(ALTERNATE));
      pty.write('q\n');
      assert.is((await pty.ended).status, 130);
    }
  },
  ['root'],
);

onTerminal(
  test,
  'without colours and without UTF-8',
  async place => {
    const pty = await startDebugger(place, undefined, { env: { NO_COLOR: '1', LANG: 'C', LC_ALL: 'C' } });
    await press(pty, 'n', /Step 2 /);
    assert.match(pty.output(), /^[\u0000-\u007e]*$/);
    assert.not.match(pty.output(), /\u001b\[[39]\dm/);
    pty.write('q');
    assert.is((await pty.ended).status, 130);
  },
  ['root'],
);

test.run();
