// @long
/** The debugger's screen on a real terminal: every key, and shells and the container that get the terminal whole. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ALTERNATE,
  assertLeft,
  containersIn,
  onTerminal,
  press,
  seenAfter,
  startDebugger,
} from '../support/debug-screen.ts';
import { IMAGE_MARK_FILE } from '../support/image.ts';
import { ask, ptyTinydocker, text } from '../support/pty.ts';

const test = suite('debug-screen');

const INSIDE = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;

onTerminal(test, 'step by step to the end, with a last screen', async place => {
  const pty = await startDebugger(place, ['-i', 'box', 'sh', '-c', `${INSIDE}echo from-inside`]);
  assert.ok(pty.output().includes(ALTERNATE));
  await press(pty, 'n', /Step 2 {2}make the gate/);
  assert.equal(containersIn(place), ['box']);
  await press(pty, 'N', /everything is as it was before the step/);
  assert.equal(containersIn(place), []);
  await press(pty, '\r', /Step 2 {2}make the gate/);
  // Typed ahead, each is a step of its own.
  await press(pty, 'nnnn', /Step 6 {2}new namespaces/);
  await press(pty, '\u001b[C', /Step 7 {2}join the layers/);
  await press(pty, 'c', /any key leaves/);
  assert.match(text(pty.output()), /from-inside/);
  assert.match(text(pty.output()), /Nothing is left/);
  assert.equal(containersIn(place), []);
  pty.write('z');
  const { status, output, restored } = await pty.ended;
  assert.is(status, 0);
  assertLeft(output, restored, /box: cleaned up in .*exit status 0\n(.*\n)*left behind: nothing/);
});

onTerminal(test, 'a shell gets every key, ten times, and the screen is back after it', async place => {
  const pty = await startDebugger(place);
  await press(pty, 'nnnnnnn', /Step 8 /);
  for (let round = 1; round <= 10; round++) {
    const before = text(pty.output()).length;
    pty.write('s');
    await seenAfter(pty, before, /host, box after step 7\/\d+> /);
    const said = await ask(pty, `echo "<${'abcdefghij'.repeat(round)}>" \${INIT:+init} "\${C##*/}"`, round);
    assert.match(said, new RegExp(`^<${'abcdefghij'.repeat(round)}> init box$`, 'm'));
    await press(pty, 'exit\n', /Step 8 /);
  }
  // The keys are for the screen again.
  await press(pty, 'n', /Step 9 /);
  pty.write('q');
  const { status, output, restored } = await pty.ended;
  assert.is(status, 130);
  assertLeft(output, restored, /box was interrupted after step 8/);
});

onTerminal(test, 'a shell inside, as it is at the step, and what was changed in it', async place => {
  const pty = await startDebugger(place);
  await press(pty, 'nnnnnnn', /Step 8 /);
  const before = text(pty.output()).length;
  pty.write('S');
  await seenAfter(pty, before, /inside, box after step 7\/\d+> /);
  assert.match(await ask(pty, 'hostname changed; hostname', 1), /^changed$/m);
  await press(pty, 'exit\n', /hostname {2}.* -> changed/);
  pty.write('q');
  const { status, restored } = await pty.ended;
  assert.is(status, 130);
  assert.ok(restored);
});

onTerminal(
  test,
  'the container gets every key, ten times',
  async place => {
    for (let round = 1; round <= 10; round++) {
      const pty = ptyTinydocker(place, ['run', '--break', 'open-gate', 'box', '/bin/sh']);
      await pty.seen(/Step \d+ {2}start the command/);
      const before = text(pty.output()).length;
      pty.write('n');
      await seenAfter(pty, before, /[#$] $/);
      const word = `word${'abcdefghij'.repeat(round)}`;
      assert.match(
        await ask(pty, `${INSIDE}echo "<${word}>"; stty size`, round),
        new RegExp(`^<${word}>\n24 80$`, 'm'),
      );
      await press(pty, `exit ${round}\n`, /any key leaves/);
      pty.write(' ');
      const { status, output, restored } = await pty.ended;
      assert.is(status, round);
      assertLeft(output, restored, new RegExp(`exit status ${round}`));
    }
  },
  ['root', 'range'],
);

onTerminal(
  test,
  'steps back over the start of a terminal leave the screen its keys',
  async place => {
    const pty = await startDebugger(place, ['-t', 'box', 'true']);
    const start = /Step 7 {2}new namespaces/;
    await press(pty, 'nnnnnn', start);
    for (let round = 0; round < 3; round++) {
      await press(pty, 'n', /Step 8 /);
      await press(pty, 'N', /everything is as it was before the step/);
    }
    await press(pty, 'nnn', /Step 10 /);
    await press(pty, 'r', /Step 1 {2}reserve the name/);
    await press(pty, 'n', /Step 2 /);
    await press(pty, 'c', /any key leaves/);
    pty.write('q');
    const { status, output, restored } = await pty.ended;
    assert.is(status, 0);
    assertLeft(output, restored, /left behind: nothing/);
  },
  ['root', 'range'],
);

onTerminal(
  test,
  'each other key',
  async place => {
    const pty = await startDebugger(place);
    await press(pty, 'nnnnnn', /Step 7 {2}join the layers/);
    await press(pty, '?', /take the last step back/);
    await press(pty, ' ', /Step 7 /);
    await press(pty, 'w', /special device overlay does not exist/);
    await press(pty, '\u001b', /Step 7 /);
    await press(pty, 'd', /What the last step changed/);
    await press(pty, '\r', /Step 7 /);
    await press(pty, 'l', /> {3}7 mount-overlay/);
    await press(pty, 'x', /1 Mounts/);
    await press(pty, '2', /\[2 Ns\]/);
    await press(pty, '\t', /\[3 Cg\]/);
    await press(pty, '4', /\[4 Files\]/);
    await press(pty, '5', /PID \d+ on the host, 1 inside/);
    await press(pty, '1', /mounts of the host, unchanged/);
    await press(pty, 'a', /more, unchanged/);
    await press(pty, 'z', /z means nothing here/);
    await press(pty, '\u001b[200~nnnn\u001b[201~', /Pasted text is no command/);
    await press(pty, '\u001b[A', /Step 6 {2}new namespaces/);
    await press(pty, 'b', /breakpoint at start-init: set/);
    await press(pty, 'b', /breakpoint at start-init: taken away/);
    await press(pty, '\u001b[B\u001b[B\u001b[B', /Step 9 /);
    await press(pty, 'b', /breakpoint at mount-kernel-filesystems: set/);
    await press(pty, 'c', /breakpoint/);
    await press(pty, '\u001b[D', /everything is as it was before the step/);
    // Edited: an export of the plan has it.
    await press(pty, 'nc', /any key leaves/);
    pty.write('q');
    assert.is((await pty.ended).restored, true);
  },
  ['root'],
);

onTerminal(
  test,
  'an edited command, and the plan in a file',
  async place => {
    const pty = await startDebugger(place);
    const at = /Step 13 {2}set the hostname/;
    await press(pty, 'bnnnnnnnnnnnn', at);
    await press(pty, 'e', /Another command for step 13/);
    // In the middle of what is there: hostname box becomes hostname my-box.
    await press(pty, '\u001b[D\u001b[D\u001b[Dmy-', /hostname my-box/);
    await press(pty, '\r', /MODIFIED/);
    await press(pty, 'x', /Write the plan into a file/);
    await press(pty, '\u0015my plan.md\r', /written: .*my plan\.md/);
    assert.match(readFileSync(join(place.home, 'my plan.md'), 'utf8'), /hostname my-box/);
    await press(pty, 'n', /hostname {2}\S+ -> my-box/);
    pty.write('q');
    assert.is((await pty.ended).status, 130);
  },
  ['root'],
);

onTerminal(
  test,
  'a failure that is asked for: shown, and taken back',
  async place => {
    const pty = await startDebugger(place);
    await press(pty, 'nnn', /Step 4 /);
    await press(pty, 'f', /FAILED: step 4/);
    assert.equal(containersIn(place), ['box']);
    await press(pty, 'N', /Step 4 {2}write down what it is/);
    await press(pty, 'f', /FAILED: step 4/);
    await press(pty, 'n', /any key leaves/);
    pty.write('\r');
    const { status, output, restored } = await pty.ended;
    assert.is(status, 125);
    assertLeft(output, restored, /box failed at step 4\/\d+ .*(\n.*)*left behind: nothing/);
  },
  ['root', 'single'],
);

test.run();
