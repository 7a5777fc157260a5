// @long
/** The debugger's line prompt on a real terminal: each key reaches whoever it is for. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDebugger, withDebugger } from '../support/debugger.ts';
import { leavesNothing } from '../support/host.ts';
import type { Mode, Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { eachTerminalMode, ptyTinydocker, text } from '../support/pty.ts';

const test = suite('e2e/debug-terminal');

function onTerminal(
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][] = ['root'],
): void {
  eachTerminalMode(test, name, leavesNothing(body), only);
}

const SHELL = ['-t', 'c1', '/bin/sh'];
const ECHO = ['c1', '/bin/sh', '-c', `${GUARD}echo ran`];

onTerminal('Enter and the arrows step; Ctrl-D leaves, with everything undone', async place => {
  const session = await startDebugger(place, ECHO, { terminal: true });
  assert.match(await session.send(''), /reserve-name .*: done/);
  assert.match(await session.send('\u001b[C'), /make-fifos .*: done/);
  assert.match(await session.send('\u001b[D'), /make-fifos .*: taken back/);
  const pty = session.pty;
  pty?.write('\u0004');
  const { status, restored } = (await pty?.ended) ?? {};
  assert.is(status, 130);
  assert.ok(restored);
});

onTerminal('Ctrl-C at the prompt undoes everything', async place => {
  const session = await startDebugger(place, SHELL, { terminal: true });
  await session.send('b mount-overlay');
  await session.send('c');
  session.pty?.write('\u0003');
  const { status, output, restored } = (await session.pty?.ended) ?? { output: '' };
  assert.is(status, 130, output);
  assert.match(text(output), /left behind: nothing/);
  assert.ok(restored);
});

onTerminal('the shell on the host gets all keys, ten times, and the prompt all that follow', async place => {
  await withDebugger(place, ECHO, { terminal: true }, async session => {
    await session.send('n');
    for (let time = 1; time <= 10; time += 1) {
      // Typed ahead, all at once: nobody may read what is not his.
      const said = await session.send(`s\necho got-$((${time} + 0))-$C\nexit`);
      assert.match(said, new RegExp(`^got-${time}-\\S+/containers/c1$`, 'm'));
      assert.match(said, /what you changed:\n {2}host mount table: unchanged/);
    }
    assert.match(await session.send('n'), /make-fifos .*: done/);
    assert.is((await session.last('c')).status, 0);
  });
});

onTerminal(
  'the shell inside gets all keys, ten times, with a container that has a terminal of its own',
  async place => {
    await withDebugger(place, SHELL, { terminal: true }, async session => {
      await session.send('b bind-devices');
      await session.send('c');
      for (let time = 1; time <= 10; time += 1) {
        const said = await session.send(`S\necho got-$((${time} + 0))-$(readlink /proc/self/ns/mnt)\nexit`);
        assert.match(said, new RegExp(`^got-${time}-mnt:\\[\\d+\\]$`, 'm'));
      }
      session.pty?.write('c\n');
      await session.pty?.seen(/# $/);
      session.pty?.write('echo end-$((40 + 2)); exit 5\n');
      const { status, output, restored } = (await session.pty?.ended) ?? { output: '' };
      assert.is(status, 5, output);
      assert.match(text(output), /^end-42$/m);
      assert.match(text(output), /left behind: nothing/);
      assert.ok(restored);
    });
  },
  ['root', 'range'],
);

onTerminal('the shell of the image enters as exec does, behind pivot_root', async place => {
  await withDebugger(place, SHELL, { terminal: true }, async session => {
    await session.send('b open-gate');
    await session.send('c');
    session.pty?.write('S\n');
    await session.pty?.seen(/inside, c1 after step \d+\/\d+> $/);
    assert.match(await session.send('cat /.tinydocker-image; exit'), /tinydocker test image/);
    assert.match(await session.send('N'), /here again/);
    const { status, stderr } = await session.last('q');
    assert.is(status, 130, stderr);
  });
});

onTerminal('the keys of the container reach it, ten times, after steps back', async place => {
  for (let time = 1; time <= 10; time += 1) {
    const session = await startDebugger(place, SHELL, { terminal: true });
    await session.send('b find-terminal');
    await session.send('c');
    await session.send('N');
    await session.send('n');
    session.pty?.write('c\n');
    await session.pty?.seen(/# $/);
    session.pty?.write(`echo end-$((${time} + 100)); exit\n`);
    const { status, output } = (await session.pty?.ended) ?? { output: '' };
    assert.is(status, 0, output);
    assert.match(text(output), new RegExp(`^end-${time + 100}$`, 'm'));
  }
});

onTerminal('a terminal without any ability still gets the prompt', async place => {
  const pty = ptyTinydocker(place, ['run', '--step', ...ECHO], { env: { TERM: 'dumb' } });
  await pty.seen(/debug> $/);
  pty.write('c\n');
  const { status, output } = await pty.ended;
  assert.is(status, 0, output);
  assert.match(text(output), /^ran$/m);
});

test.run();
