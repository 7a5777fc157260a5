/** Joining a container that has a terminal, from a real terminal: every key, the size of the window, leaving it, and the terminal as it was. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LOG_FILE } from '../../src/host/log-reader.ts';
import {
  amongContainers,
  background,
  directoryOf,
  ended,
  exitStatus,
  monitorOf,
  withContainers,
} from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { eachTerminalMode, type Pty, ptyTinydocker, startPty, text } from '../support/pty.ts';
import { tinydockerProgram } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('attach-terminal');
const DETACH = '\u0010\u0011';

function onTerminal(
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][],
): void {
  eachTerminalMode(test, name, amongContainers(body), only);
}

/** Types into a shell and waits for what its command prints; the marker is computed, so that the echo of the keys does not count. */
async function ask(pty: Pty, line: string, number: number): Promise<string> {
  const before = text(pty.output()).length;
  pty.write(`${line}; echo end-$((${number} + 0))-\n`);
  await pty.seen(new RegExp(`end-${number}-`));
  return text(pty.output()).slice(before);
}

onTerminal(
  'a shell gets every key, ten times, also those typed before one is attached; and it goes on between',
  async place => {
    await background(place, ['-it', 'c1', 'sh']);
    for (let round = 1; round <= 10; round++) {
      const pty = ptyTinydocker(place, ['attach', 'c1']);
      pty.write(`echo early-$((${round} * 7))\n`);
      await pty.seen(new RegExp(`early-${round * 7}\n`));
      const word = `word${'abcdefghij'.repeat(round)}`;
      pty.write(`echo "<${word}>"\n`);
      await pty.seen(new RegExp(`^<${word}>$`, 'm'));
      if (round === 1) await ask(pty, 'kept=3', 1);
      if (round === 10) pty.write('exit "$kept"\n');
      else pty.write(DETACH);
      const { status, output, restored } = await pty.ended;
      assert.is(status, round === 10 ? 3 : 0, output);
      if (round < 10) assert.match(output, /c1 goes on; tinydocker attach c1 joins it again/);
      assert.ok(restored, 'the settings of the terminal were not restored');
    }
    await ended(place, 'c1');
    assert.is(exitStatus(place, 'c1'), 3);
  },
  ['root', 'single'],
);

onTerminal(
  'the size is that of the window and follows it, Ctrl-C is for the command, keys are shown where nobody does it himself',
  async place => {
    await background(place, ['-it', 'c1', 'sh']);
    const pty = ptyTinydocker(place, ['attach', 'c1'], { rows: 30, columns: 100 });
    await pty.seen(/ctrl-p ctrl-q leaves it running/);
    await until30(pty);
    pty.resize(41, 93);
    for (let round = 2; !/41 93/.test(await ask(pty, 'stty size', round)); round++) assert.ok(round < 40);
    pty.write('sleep 1000\n');
    await sleep(300);
    pty.write('\u0003');
    await ask(pty, 'echo "still here"', 50);
    pty.write('cat\n');
    await sleep(300);
    pty.write('shown twice\n');
    await pty.seen(/shown twice\nshown twice\n/);
    pty.write('\u0004');
    await ask(pty, 'true', 51);
    const second = ptyTinydocker(place, ['attach', '--detach-keys', 'ctrl-],x', 'c1'], {
      rows: 30,
      columns: 90,
    });
    await second.seen(/ctrl-\] x leaves it running/);
    assert.match(await ask(second, 'echo both', 52), /both/);
    await pty.seen(/end-52-/);
    second.write('\u001dx');
    assert.is((await second.ended).status, 0);
    pty.write('exit 42\n');
    const { status, restored } = await pty.ended;
    assert.is(status, 42);
    assert.ok(restored);
  },
  ['root', 'range', 'single'],
);

onTerminal(
  'from a terminal that belongs to somebody else, as after su',
  async place => {
    await background(place, ['-it', 'c1', 'sh']);
    const pty = ptyTinydocker(place, ['attach', 'c1'], { foreign: true });
    await ask(pty, 'true', 1);
    pty.write('exit 6\n');
    const { status, restored } = await pty.ended;
    assert.is(status, 6);
    assert.ok(restored);
  },
  ['single'],
);

async function until30(pty: Pty): Promise<void> {
  for (let round = 100; !/30 100/.test(await ask(pty, 'stty size', round)); round++) assert.ok(round < 140);
}

onTerminal(
  'a program that fills the screen is drawn anew for whoever joins, and again when the window changes',
  async place => {
    await background(place, ['-it', 'c1', 'vi', '/file']);
    // Before it has drawn something, vi has no handler for WINCH yet.
    await until(() => readFileSync(join(directoryOf(place, 'c1'), LOG_FILE), 'utf8').includes('- /file'));
    const pty = ptyTinydocker(place, ['attach', 'c1'], { rows: 20, columns: 70 });
    // The line below the text is the last one of the window.
    await until(() => pty.output().includes('\u001b[20;1H\u001b[K- /file'));
    pty.resize(15, 60);
    await until(() => pty.output().includes('\u001b[15;1H\u001b[K- /file'));
    pty.write('ihello\u001b');
    await pty.seen(/hello/);
    pty.write(`${DETACH}`);
    assert.is((await pty.ended).status, 0);
    const again = ptyTinydocker(place, ['attach', 'c1'], { rows: 20, columns: 70 });
    await again.seen(/hello/);
    again.write(':wq\n');
    const { status, restored } = await again.ended;
    assert.is(status, 0);
    assert.ok(restored);
  },
  ['root'],
);

onTerminal(
  'kill -9 of attach, and a window that is closed: the terminal is as it was, and the container goes on',
  async place => {
    const deep = ownDirectory(place.mode, join(place.dir, 'd'.repeat(120)));
    const { mode, dir, home } = place;
    for (const store of [place.store, deep]) {
      const here = { mode, dir, home, store };
      await withContainers(here, async () => {
        makeImage(here);
        await background(here, ['-it', 'c1', 'sh']);
        const line = `${tinydockerProgram().join(' ')} attach c1; sleep 1`;
        const pty = startPty(here, ['sh', '-c', line]);
        await ask(pty, 'true', 1);
        process.kill(attachPid(pty.pid), 'SIGKILL');
        assert.ok((await pty.ended).restored);
        const other = ptyTinydocker(here, ['attach', 'c1']);
        await ask(other, 'true', 2);
        other.close();
        await other.ended.catch(() => undefined);
        assert.ok(monitorOf(here, 'c1'));
        const last = ptyTinydocker(here, ['attach', 'c1']);
        await ask(last, 'true', 3);
        last.write('exit 5\n');
        assert.is((await last.ended).status, 5);
      });
    }
  },
  ['root', 'single'],
);

/** Python, its shell, tinydocker. */
function attachPid(pid: number): number {
  const [shell = 0] = childrenOf(pid);
  const [tinydocker = 0] = childrenOf(shell);
  return tinydocker;
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

test.run();
