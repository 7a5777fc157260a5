/** exec on a real terminal: a pseudo terminal of its own, in a container that runs without one. */

import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { compiled } from '../support/compiled.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { IMAGE_MARK_FILE, makeImage } from '../support/image.ts';
import type { Mode, Place } from '../support/modes.ts';
import { ask, childrenOf, eachTerminalMode, ptyTinydocker, startPty, text } from '../support/pty.ts';
import { tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('exec-terminal');
const push = compiled('push-keys');
const INSIDE = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;

/** What execs have beside the files of the container. */
function directories({ store }: Place): readonly string[] {
  const container = join(store, 'containers/box');
  return readdirSync(container)
    .filter(name => name.startsWith('exec-'))
    .map(name => join(container, name));
}

function onTerminal(
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][] = ['root', 'range', 'single'],
): void {
  eachTerminalMode(
    test,
    name,
    async place => {
      makeImage(place, push === undefined ? {} : { change: root => cpSync(push, join(root, 'bin/push')) });
      await whileRuns(place, 'box', '', async () => {
        const before = hostState(place.store);
        await body(place);
        await assertUnchanged(before, place.store);
      });
    },
    only,
  );
}

onTerminal(
  'every key, ten times; name, size, Ctrl-C, settings, status',
  async place => {
    for (let round = 1; round <= 10; round++) {
      const pty = ptyTinydocker(place, ['exec', 'box', '/bin/sh'], { rows: 30, columns: 100 });
      pty.write(`echo early-$((${round} * 7))\n`);
      await pty.seen(new RegExp(`early-${round * 7}`));
      const word = `word${'abcdefghij'.repeat(round)}`;
      if (round === 1) {
        assert.match(await ask(pty, 'stty size; echo "term $TERM"', 2), /30 100\nterm xterm/);
        pty.resize(41, 93);
        await sleep(200);
        assert.match(await ask(pty, 'stty size', 3), /41 93/);
        pty.write('sleep 1000\n');
        await sleep(300);
        pty.write('\u0003');
        await ask(pty, 'echo x >/dev/tty', 4);
      }
      pty.write(`echo "<${word}>"; exit ${round}\n`);
      const { status, output, restored } = await pty.ended;
      assert.is(status, round, output);
      assert.match(text(output), new RegExp(`^<${word}>$`, 'm'));
      assert.ok(restored, 'the settings of the terminal were not restored');
    }
  },
  ['root', 'single'],
);

onTerminal('nothing is said but what the command says; the printed script does the same', async place => {
  const command = ['/bin/sh', '-c', `${INSIDE}echo one; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && exit 5`];
  const { status, output } = await ptyTinydocker(place, ['exec', 'box', ...command]).ended;
  assert.equal([status, output], [5, 'one\r\n']);
  const line = `${tinydockerProgram().join(' ')} exec --dry-run box /bin/sh -c 'echo two; exit 6' >s.sh; sh s.sh`;
  const script = await startPty(place, ['sh', '-c', line]).ended;
  assert.equal([script.status, script.output], [6, 'two\r\n']);
});

onTerminal(
  'another user owns the terminal',
  async place => {
    const command = ['/bin/sh', '-c', `${INSIDE}echo one >/dev/tty; echo two >/proc/self/fd/1; id -u`];
    const { status, output } = await ptyTinydocker(place, ['exec', '-u', '1000:1000', 'box', ...command])
      .ended;
    assert.equal([status, text(output)], [0, 'one\ntwo\n1000\n']);
  },
  ['root'],
);

onTerminal('tinydocker is killed: the terminal gets its settings back, and the command goes', async place => {
  // The shell waits for the terminal to be given back before it ends.
  const line = `${tinydockerProgram().join(' ')} exec box /bin/sh; for i in $(seq 100); do stty -a | grep -q ' icanon' && break; sleep 0.1; done`;
  const pty = startPty(place, ['sh', '-c', line]);
  await ask(pty, 'true', 1);
  // What a mode puts in front becomes Python; below are its shell and tinydocker.
  const [shell = 0] = childrenOf(pty.pid);
  const [tinydocker = 0] = childrenOf(shell);
  process.kill(tinydocker, 'SIGKILL');
  const { restored } = await pty.ended;
  assert.ok(restored);
  // Nobody is left who could remove it.
  for (const directory of directories(place)) rmSync(directory, { recursive: true });
});

onTerminal('the window is closed: the command ends', async place => {
  const pty = ptyTinydocker(place, ['exec', 'box', '/bin/sh']);
  await ask(pty, 'true', 1);
  pty.close();
  await pty.ended.catch(() => undefined);
  await until(() => directories(place).length === 0);
});

if (push === undefined)
  skipUnless(test, 'nothing can be typed into the caller', false, 'there is no C compiler', () => undefined);
else
  onTerminal('nothing can be typed into the caller (TIOCSTI)', async place => {
    // Whatever reached the caller's terminal would be read by the shell that waits behind tinydocker.
    const line = `${tinydockerProgram().join(' ')} exec box /bin/push; echo back; read -r word; echo "read <$word>"`;
    const pty = startPty(place, ['sh', '-c', line]);
    await pty.seen(/pushed\n/);
    await pty.seen(/back\n/);
    pty.write('mine\n');
    const { output } = await pty.ended;
    assert.match(text(output), /read <mine>/, JSON.stringify(text(output)));
  });

test.run();
