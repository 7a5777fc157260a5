/** The screen on a real terminal: the file starts itself as a small program there, and types into it. */

import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { watchTerminal } from '../../../src/exec/terminal-keeper.ts';
import type { Key } from '../../../src/ui/screen/keys.ts';
import { openScreen } from '../../../src/ui/screen/screen.ts';
import { withPlace } from '../../support/modes.ts';
import {
  childrenOf,
  NO_PYTHON,
  type Pty,
  type PtyOptions,
  PYTHON,
  startPty,
  text,
} from '../../support/pty.ts';
import { skipUnless } from '../../support/skip.ts';
import { until } from '../../support/until.ts';

const PROGRAM = 'SCREEN_TEST_PROGRAM';
const ENTERED = '\u001b[?1049h';
const LEFT = '\u001b[?1049l';
const test = suite('screen');

/** Shows the keys that it got. s: a shell; x: an error that nobody catches; q: the end. */
async function program(): Promise<void> {
  const keys: string[] = [];
  const screen = await openScreen({
    input: process.stdin as ReadStream,
    output: process.stderr,
    watch: watchTerminal,
    draw: ({ columns, rows }) => [`${columns}x${rows}`, ...keys.slice(-6), `${keys.length} keys`],
    onKey: key => {
      keys.push(`<${nameOf(key)}>`);
      screen.redraw();
      if (key.type !== 'character') return;
      if (key.character === 's') void shell();
      if (key.character === 'q') void screen.close();
      if (key.character === 'x')
        setImmediate(() => {
          throw new Error('nobody catches this');
        });
    },
    onGone: () => process.exit(3),
  });
  const shell = async () => {
    await screen.handOver();
    // It takes its time to come, while somebody types.
    await sleep(60);
    const child = spawn('sh', ['-i'], { stdio: 'inherit', env: { ...process.env, PS1: 'shell$ ' } });
    await new Promise(resolve => child.on('exit', resolve));
    keys.push('<back>');
    await screen.takeBack();
  };
}

function nameOf(key: Key): string {
  if (key.type === 'character') return key.character;
  if (key.type === 'paste') return `pasted ${JSON.stringify(key.text)}`;
  return key.type === 'control' ? `ctrl-${key.letter}` : key.type;
}

function onTerminal(name: string, body: (pty: Pty) => Promise<void>, options: PtyOptions = {}): void {
  skipUnless(test, name, PYTHON !== undefined, NO_PYTHON, () =>
    withPlace(
      { name: 'root', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: 'me', prefix: [] },
      async place => {
        const argv = [process.execPath, process.argv[1] ?? ''];
        const pty = startPty(place, argv, { ...options, env: { [PROGRAM]: '1', ...options.env } });
        try {
          await pty.seen(/0 keys/);
          await body(pty);
        } finally {
          pty.close();
          await pty.ended.catch(() => undefined);
        }
      },
    ),
  );
}

async function quits(pty: Pty): Promise<void> {
  pty.write('q');
  const { status, output, restored } = await pty.ended;
  assert.is(status, 0, output);
  assert.ok(restored, 'the settings of the terminal were not restored');
  assert.ok(output.includes(LEFT) && output.lastIndexOf(LEFT) > output.lastIndexOf(ENTERED));
  assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'), 'the cursor is hidden');
}

onTerminal('it is entered, drawn, and left as it was found', async pty => {
  assert.match(pty.output(), ENTERED);
  assert.match(text(pty.output()), /80x24/);
  await quits(pty);
});

onTerminal('keys that come at once are all told, in their order', async pty => {
  pty.write('ab\u001b[A\u001b[6~\tc');
  await pty.seen(/<a>.*<b>.*<up>.*<page-down>.*<tab>.*<c>/s);
  pty.write('\u001b');
  await pty.seen(/<escape>/);
  pty.write('\u001b[');
  pty.write('B');
  await pty.seen(/<down>/);
  pty.write('\u0003层');
  await pty.seen(/<ctrl-c>.*<层>/s);
  await quits(pty);
});

onTerminal('what is pasted is text, and no commands', async pty => {
  pty.write('\u001b[200~q x\rs\u001b[201~');
  await pty.seen(/<pasted "q x\\rs">/);
  await quits(pty);
});

onTerminal(
  'it follows the size of the window',
  async pty => {
    pty.resize(30, 100);
    await pty.seen(/100x30/);
    await quits(pty);
  },
  { rows: 10, columns: 40 },
);

onTerminal(
  'a shell gets every key that is typed after the hand-over, ten times, and the screen those after it',
  async pty => {
    for (let round = 1; round <= 10; round++) {
      const before = pty.output().length;
      pty.write('s');
      await until(() => pty.output().slice(before).includes(LEFT));
      // At once: the shell is not even started.
      pty.write(`echo early-$((${round} * 7))\n`);
      await until(() => text(pty.output().slice(before)).includes(`early-${round * 7}\n`));
      pty.write('exit\n');
      await until(() => pty.output().slice(before).includes(ENTERED));
      pty.write(`${'z'.repeat(round)}`);
      await until(() => text(pty.output().slice(before)).includes('<z>'));
    }
    // s, back, and so many z.
    await pty.seen(new RegExp(`${10 + 10 + 55} keys`));
    await quits(pty);
  },
);

onTerminal('an error that nobody catches is told on the terminal as it was', async pty => {
  pty.write('x');
  const { status, output, restored } = await pty.ended;
  assert.is(status, 1);
  assert.ok(restored);
  assert.ok(output.lastIndexOf('nobody catches this') > output.lastIndexOf(LEFT));
});

onTerminal('kill -9: the terminal is as it was all the same', async pty => {
  const [pid = 0] = childrenOf(pty.pid);
  process.kill(pid, 'SIGKILL');
  await until(() => pty.output().includes(LEFT));
  const { status, restored } = await pty.ended;
  assert.is(status, -9);
  assert.ok(restored);
});

if (process.env[PROGRAM] === undefined) test.run();
else await program();
