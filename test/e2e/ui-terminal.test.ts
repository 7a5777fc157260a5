// @long
/** The dashboard and its terminal: given to a shell and taken back, resized, stopped, killed, and afterwards as it was. */

import { existsSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ESCAPE, keep, onTerminal, sleeper, withUi } from '../support/dashboard.ts';
import { childrenOf, type Pty, ptyTinydocker, startPty, text } from '../support/pty.ts';
import { tinydockerProgram } from '../support/run.ts';
import { handedOver, onScreen, screenOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const test = suite('ui-terminal');

onTerminal(
  test,
  'a shell gets every key that is typed from the hand-over on, ten times, and the dashboard those after it',
  async place => {
    await sleeper(place, 'c1');
    await withUi(place, async pty => {
      await onScreen(pty, /c1 .*● up/);
      for (let round = 1; round <= 10; round++) {
        const before = pty.output().length;
        pty.write('e');
        await handedOver(pty, before);
        pty.write(`echo early-$((${round} * 7)); echo mark >/round${round}\n`);
        await until(() => text(pty.output().slice(before)).includes(`early-${round * 7}\n`), 20_000);
        pty.write('exit\n');
        await onScreen(pty, /exec -it c1 sh ended with 0/, 20_000);
        pty.write(`/round-${round}`);
        await onScreen(pty, new RegExp(`Filter by name or image: round-${round}`));
        pty.write(ESCAPE);
        await onScreen(pty, /▶ c1 /);
      }
      await onScreen(pty, /A \/round10/);
    });
  },
);

onTerminal(
  test,
  'it follows the size of the window',
  async place => {
    await keep(place, 'c1', ':');
    await withUi(place, async pty => {
      await onScreen(pty, /c1 /);
      pty.resize(40, 120);
      const large = await onScreen(pty, /┌─ Images \(1\) ─[\s\S]*┌─ Layers of c1/);
      assert.is(large.split('\n').length, 40);
      pty.resize(12, 40);
      const small = await onScreen(pty, /^tinydocker ui.*\n┌─ Containers \(1\) ─+┐\n/);
      assert.ok(small.split('\n').length <= 12);
      pty.resize(5, 20);
      await onScreen(pty, /20x5 is too small/);
      pty.resize(24, 80);
      await onScreen(pty, /\[1 Changes\]/);
    });
  },
  ['root'],
);

onTerminal(
  test,
  'without UTF-8 it is ASCII, without colours none is written, and with them some is',
  async place => {
    await keep(place, 'c1', 'echo x >/层');
    await withUi(
      place,
      async pty => {
        await onScreen(pty, /\+- Containers \(1\) -+\+[\s\S]*A \/\?\?/);
        assert.not.match(pty.output(), /[^\u0000-\u007f]/);
        assert.not.match(pty.output(), /\u001b\[[13]\d?m/);
      },
      { env: { LANG: 'C', NO_COLOR: '1' } },
    );
    await withUi(place, async pty => {
      await onScreen(pty, /A \/层/);
      assert.match(pty.output(), /\u001b\[32m/);
    });
  },
  ['root'],
);

onTerminal(
  test,
  'signals, kill -9 and a closed window: the terminal is as it was',
  async place => {
    for (const [signal, status] of [
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGINT', 130],
    ] as const) {
      const pty = ptyTinydocker(place, ['ui']);
      await onScreen(pty, /There is none/);
      process.kill(uiPid(pty), signal);
      const ended = await pty.ended;
      assert.equal([ended.status, ended.restored, screenOf(ended.output)], [status, true, undefined], signal);
    }
    const line = `${tinydockerProgram().join(' ')} ui; sleep 1`;
    const killed = startPty(place, ['sh', '-c', line]);
    await onScreen(killed, /There is none/);
    const [shell = 0] = childrenOf(killed.pid);
    process.kill(childrenOf(shell)[0] ?? 0, 'SIGKILL');
    const { restored, output } = await killed.ended;
    assert.equal([restored, screenOf(output)], [true, undefined]);
    const closed = ptyTinydocker(place, ['ui']);
    await onScreen(closed, /There is none/);
    const pid = uiPid(closed);
    closed.close();
    await closed.ended.catch(() => undefined);
    await until(() => !existsSync(`/proc/${pid}`));
  },
  ['root'],
);

onTerminal(
  test,
  'Ctrl-C quits; Ctrl-C in a shell is for the shell; Ctrl-Z gives the terminal back, and fg takes it',
  async place => {
    await sleeper(place, 'c1');
    const pty = startPty(place, ['bash', '--norc', '-i'], { env: { PS1: 'bash$ ' } });
    await pty.seen(/bash\$ /);
    pty.write(`${tinydockerProgram().join(' ')} ui\n`);
    await onScreen(pty, /c1 .*● up/);
    let before = pty.output().length;
    pty.write('\u001a');
    await handedOver(pty, before);
    await until(() => text(pty.output().slice(before)).includes('bash$ '));
    pty.write('echo $((6 * 7))\n');
    await until(() => text(pty.output().slice(before)).includes('42\n'));
    pty.write('fg\n');
    await onScreen(pty, /c1 .*● up/);
    before = pty.output().length;
    pty.write('e');
    await handedOver(pty, before);
    pty.write("sh -c 'echo asleep-$((3 * 3)); exec sleep 100'\n");
    await until(() => text(pty.output().slice(before)).includes('asleep-9'));
    pty.write('\u0003');
    // The kernel throws away what was typed before a signal.
    await until(() => text(pty.output().slice(before)).includes('^C'));
    await sleep(200);
    pty.write('echo $((3 * 7))\n');
    await until(() => text(pty.output().slice(before)).includes('21\n'));
    pty.write('exit\n');
    await onScreen(pty, /exec -it c1 sh ended with/);
    pty.write('\u0003');
    await until(() => screenOf(pty.output()) === undefined);
    pty.write('exit\n');
    const { restored } = await pty.ended;
    assert.ok(restored);
  },
  ['root'],
);

/** Python's child is tinydocker. */
function uiPid(pty: Pty): number {
  return childrenOf(pty.pid)[0] ?? 0;
}

test.run();
