/** A real terminal: handed over whole, given back as it was, and never typed into from inside. */

import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compiled } from '../support/compiled.ts';
import { leavesNothing } from '../support/host.ts';
import { IMAGE_MARK_FILE } from '../support/image.ts';
import type { Mode, Place } from '../support/modes.ts';
import { planOf } from '../support/plans.ts';
import { ask, childrenOf, eachTerminalMode, ptyTinydocker, startPty, text } from '../support/pty.ts';
import { tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('terminal');

/** How many steps the plan of a run on a terminal has: as many on a machine as on paper. */
const STEPS = planOf('host', { terminal: true }).steps.length;

/** A payload does nothing unless it is in the container. */
const INSIDE = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;

function onTerminal(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
  change?: (root: string) => void,
): void {
  eachTerminalMode(test, name, leavesNothing(body, change === undefined ? {} : { change }), only);
}

const command = (text: string): readonly string[] => ['/bin/sh', '-c', INSIDE + text];

onTerminal(
  'a shell gets every key, ten times, also those typed before it is there',
  async place => {
    for (let round = 1; round <= 10; round++) {
      const pty = ptyTinydocker(place, ['run', 'hello1', '/bin/sh']);
      pty.write(`echo early-$((${round} * 7))\n`);
      await pty.seen(new RegExp(`early-${round * 7}`));
      const word = `word${'abcdefghij'.repeat(round)}`;
      pty.write(`echo "<${word}>"; exit ${round}\n`);
      const { status, output, restored } = await pty.ended;
      assert.is(status, round);
      assert.match(text(output), new RegExp(`^<${word}>$`, 'm'));
      assert.ok(restored, 'the settings of the terminal were not restored');
    }
  },
  ['root', 'single'],
);

onTerminal(
  'it has a name, a size that follows the window, and Ctrl-C is for the command inside',
  async place => {
    const pty = ptyTinydocker(place, ['run', 'hello1', '/bin/sh'], { rows: 30, columns: 100 });
    assert.match(await ask(pty, 'tty', 1), /\/dev\/(console|pts\/\d+)/);
    assert.match(await ask(pty, 'stty size', 2), /30 100/);
    pty.resize(41, 93);
    await sleep(200);
    assert.match(await ask(pty, 'stty size', 3), /41 93/);
    pty.write('sleep 1000\n');
    await sleep(300);
    pty.write('\u0003');
    await ask(pty, 'echo "still here"', 4);
    assert.match(await ask(pty, 'echo x >/dev/console; echo "term $TERM"', 5), /x\nterm xterm/);
    pty.write('exit 42\n');
    const { status, restored } = await pty.ended;
    assert.is(status, 42);
    assert.ok(restored);
  },
);

onTerminal('the printed script gives the same terminal', async place => {
  const line = `${tinydockerProgram().join(' ')} run --dry-run hello1 /bin/sh | sh`;
  const pty = startPty(place, ['sh', '-c', line], { rows: 33, columns: 66 });
  assert.match(await ask(pty, 'tty', 1), /\/dev\/(console|pts\/\d+)/);
  assert.match(await ask(pty, 'stty size', 2), /33 66/);
  pty.write('exit 7\n');
  const { status, restored } = await pty.ended;
  assert.is(status, 7);
  assert.ok(restored);
});

const push = compiled('push-keys');
if (push === undefined)
  skipUnless(
    test,
    'nothing can be typed into the caller (TIOCSTI)',
    false,
    'there is no C compiler',
    () => undefined,
  );
else
  onTerminal(
    'nothing can be typed into the caller (TIOCSTI)',
    async place => {
      // Whatever reached the caller's terminal would be read by the shell that waits behind tinydocker.
      const line = `${tinydockerProgram().join(' ')} run hello1 /bin/push; read -r word; echo "read <$word>"`;
      const pty = startPty(place, ['sh', '-c', line]);
      await pty.seen(/pushed\n/);
      await pty.seen(/cleaned up/);
      await sleep(200);
      pty.write('mine\n');
      const { output } = await pty.ended;
      assert.match(text(output), /read <mine>/, JSON.stringify(text(output)));
    },
    undefined,
    root => cpSync(push, join(root, 'bin/push')),
  );

onTerminal('Ctrl-C while it is made slowly: stops, and undoes what was done', async place => {
  const pty = ptyTinydocker(place, ['run', '--pace', '300', 'hello1', '/bin/sh']);
  // Late: script(1) has the terminal in its hands by then.
  await pty.seen(/✔ +9 /);
  pty.write('\u0003');
  const { status, output, restored } = await pty.ended;
  assert.is(status, 130);
  assert.match(text(output), /SIGINT: stopping here and undoing what was done/);
  assert.match(
    output,
    new RegExp(
      `hello1 was interrupted after step \\d+/${STEPS} and was undone: 2/2 undos done; exit status 130`,
    ),
  );
  assert.ok(restored);
});

onTerminal('a slow run keeps its rows, hands over, and ends with the command', async place => {
  const pty = ptyTinydocker(place, [
    'run',
    '--pace',
    '20ms',
    'hello1',
    ...command('stty -a | grep -c -- " icanon"; exit 3'),
  ]);
  const { status, output, restored } = await pty.ended;
  assert.is(status, 3);
  assert.match(text(output), new RegExp(`${STEPS} steps in \\d+ ms.*\n1\n`));
  assert.match(text(output), /✔[^\n]*hello1: cleaned up in .*exit status 3/);
  // Nobody would bring a hidden cursor back after Ctrl-Z or kill -9.
  assert.not.match(output, /\u001b\[\?25l/);
  assert.ok(restored);
});

onTerminal(
  'on a terminal that belongs to somebody else, as after su',
  async place => {
    for (const pace of ['0', '20ms']) {
      const run = ['run', '--pace', pace, 'hello1', ...command('stty -a | grep -c -- " icanon"; exit 3')];
      const { status, output, restored } = await ptyTinydocker(place, run, { foreign: true }).ended;
      assert.is(status, 3, output);
      assert.match(text(output), /\n1\n/);
      assert.ok(restored);
    }
  },
  ['range', 'single'],
);

onTerminal(
  'the window is closed: the container ends, and everything is undone',
  async place => {
    const pty = ptyTinydocker(place, ['run', 'hello1', ...command('echo up; sleep 1000')]);
    await pty.seen(/up\n/);
    pty.close();
    await pty.ended.catch(() => undefined);
    const containers = join(place.store, 'containers');
    for (
      let waited = 0;
      existsSync(containers) && readdirSync(containers).length > 0 && waited < 12_000;
      waited += 50
    )
      await sleep(50);
  },
  ['root', 'single'],
);

onTerminal(
  'an ordinary user of the container uses the terminal, whoever owns it',
  async place => {
    const { status, output } = await ptyTinydocker(place, [
      ...['run', '-u', '1000:1000', 'hello1'],
      ...command('echo one; echo two >/dev/tty; tty; id -u'),
    ]).ended;
    assert.is(status, 0, output);
    assert.match(text(output), /\none\ntwo\n\/dev\/console\n1000\n/);
  },
  ['root', 'range'],
);

onTerminal(
  'an ordinary user of the container owns its terminal',
  async place => {
    const pty = ptyTinydocker(place, [
      ...['run', '-u', '1000:1000', 'hello1'],
      ...command('echo one >/dev/stdout; echo two >/dev/console; echo three >/dev/tty; id -u'),
    ]);
    const { status, output } = await pty.ended;
    assert.is(status, 0);
    assert.match(text(output), /\none\ntwo\nthree\n1000\n/);
  },
  ['root'],
);

onTerminal(
  'tinydocker is killed: the terminal gets its settings back',
  async place => {
    const run = `${tinydockerProgram().join(' ')} run hello1 /bin/sh`;
    const remove = 'sleep 0.5; rm -r "$TINYDOCKER_ROOT/containers/hello1"';
    const pty = startPty(place, ['sh', '-c', `${run}; ${remove}`]);
    await ask(pty, 'true', 1);
    // Python, its shell, tinydocker.
    const [shell] = childrenOf(pty.pid);
    const [tinydocker = 0] = childrenOf(shell ?? 0);
    process.kill(tinydocker, 'SIGKILL');
    const { restored } = await pty.ended;
    assert.ok(restored);
  },
  ['root'],
);

onTerminal(
  'a pipe gets the bytes of the command only',
  async place => {
    const line = `${tinydockerProgram().join(' ')} run hello1 echo 12345 | wc -c`;
    const { output } = await startPty(place, ['sh', '-c', line]).ended;
    assert.match(text(output), /^6$/m);
  },
  ['root'],
);

onTerminal(
  'no colour, no cursor movement, no more than two lines for a quick run',
  async place => {
    const { status, output } = await ptyTinydocker(place, ['run', 'hello1', ...command('exit 5')], {
      env: { NO_COLOR: '1', LANG: 'C' },
    }).ended;
    assert.is(status, 5);
    assert.match(
      output.replaceAll('\r', ''),
      new RegExp(
        `^\\+ hello1: ${STEPS} steps in \\d+ ms {3}\\(tinydocker explain\\)\n\\+ hello1: cleaned up in \\d+ ms: processes, mounts, directory; exit status 5\n$`,
      ),
    );
  },
  ['root'],
);

onTerminal(
  'a dumb terminal gets sentences',
  async place => {
    const { output } = await ptyTinydocker(place, ['run', 'hello1', ...command('exit 0')], {
      env: { TERM: 'dumb' },
    }).ended;
    assert.match(
      text(output),
      new RegExp(`^step 1/${STEPS} reserve-name \\(reserve the name\\): done in \\d+ ms$`, 'm'),
    );
    assert.not.match(output, /\u001b/);
    // script(1) has the terminal in raw mode for a part of the time: a line end alone would not go back to the left margin.
    assert.not.match(output, /[^\r]\n/);
  },
  ['root'],
);

onTerminal(
  'Ctrl-C when all is undone does not keep from telling how it ended',
  async place => {
    const pty = ptyTinydocker(place, ['run', '--fail-at', 'pivot-root', 'hello1', '/bin/sh']);
    const directory = join(place.store, 'containers/hello1');
    for (const there of [true, false])
      for (let waited = 0; existsSync(directory) !== there && waited < 10_000; waited += 5) await sleep(5);
    // Now what draws the report is being loaded.
    await sleep(60);
    pty.write('\u0003');
    const { status, output } = await pty.ended;
    assert.is(status, 125, output);
    assert.match(text(output), /hello1 failed at step \d+\/\d+ \(pivot-root, exit status 1\)/);
    assert.match(text(output), /--fail-at asked for it/);
  },
  ['root'],
);

onTerminal(
  'a hostile text moves no cursor',
  async place => {
    const { status, output } = await ptyTinydocker(
      place,
      ['run', '-v', '/:/../\u001b]0;pwned\u0007\u001b[2J', 'hello1', '/bin/sh'],
      { env: { NO_COLOR: '1' } },
    ).ended;
    assert.is(status, 125);
    assert.match(text(output), /failed at step/);
    assert.not.match(output, /\u001b/);
    assert.not.match(output, /\u0007/);
  },
  ['root'],
);

test.run();
