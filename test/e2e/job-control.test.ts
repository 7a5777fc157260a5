/** Ctrl-Z at a container in the foreground: with a terminal of its own the key is for the container, without one both stop and go on together. */

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedInit } from '../../src/host/init-process.ts';
import { quote } from '../../src/plan/quote.ts';
import { directoryOf, monitorOf } from '../support/containers.ts';
import { leavesNothing } from '../support/host.ts';
import type { Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { ask, eachTerminalMode, type Pty, startPty } from '../support/pty.ts';
import { tinydocker, tinydockerProgram } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('job-control');
const [CTRL_C, CTRL_Z] = ['\u0003', '\u001a'];

/** The container's shell has a child in its own session, which is to stop as well. */
const TICK = `${GUARD}i=0; while :; do i=$((i + 1)); echo "tick $i"; sleep 0.1; done`;

function atShell(name: string, body: (place: Place, pty: Pty) => Promise<void>): void {
  const whole = leavesNothing(async place => {
    const pty = startPty(place, ['sh', '-i'], { env: { PS1: 'host> ' } });
    try {
      await body(place, pty);
      // The second one where a job is stopped.
      pty.write('exit\nexit\n');
      await pty.ended;
    } finally {
      pty.close();
    }
  });
  eachTerminalMode(test, name, whole, ['root', 'single']);
}

const tinydockerText = () => tinydockerProgram().map(quote).join(' ');

function stateOf(pid: number): string {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
}

/** Types the command, and gives init's PID once the container is stopped. */
async function stopped(place: Place, pty: Pty, command: string): Promise<number> {
  pty.write(`${command}\n`);
  await pty.seen(/tick 3/);
  pty.write(CTRL_Z);
  await pty.seen(/Stopped/);
  const init = recordedInit(directoryOf(place, 'c1'))?.pid ?? 0;
  await until(() => stateOf(init) === 'T');
  return init;
}

atShell(
  'without a terminal of its own the container stops, the shell has the terminal, and fg goes on',
  async (place, pty) => {
    const init = await stopped(place, pty, `${tinydockerText()} run -q c1 sh -c ${quote(TICK)} | cat`);
    const said = await ask(pty, 'echo mine', 1);
    assert.match(said, /mine/);
    const tick = /.*tick (\d+)/s.exec(pty.output())?.[1];
    pty.write('fg\n');
    await pty.seen(new RegExp(`tick ${Number(tick) + 3}\\b`));
    assert.is.not(stateOf(init), 'T');
    // And once more.
    pty.write(CTRL_Z);
    await until(() => stateOf(init) === 'T');
    pty.write('fg\n');
    await until(() => stateOf(init) !== 'T');
    pty.write(CTRL_C);
    await until(() => monitorOf(place, 'c1') === undefined);
  },
);

atShell('killed while it is stopped, tinydocker takes the container along', async (place, pty) => {
  await stopped(place, pty, `${tinydockerText()} run -q c1 sh -c ${quote(TICK)} | cat`);
  process.kill(monitorOf(place, 'c1') ?? 0, 'SIGKILL');
  await ask(pty, 'true', 1);
  await until(() => recordedInit(directoryOf(place, 'c1')) === undefined);
  const { status } = await tinydocker(place, ['prune', '--force']);
  assert.is(status, 0);
});

atShell('with a terminal of its own, Ctrl-Z is for what runs in the container', async (_place, pty) => {
  pty.write(`${tinydockerText()} run -q c1 sh\n`);
  await ask(pty, 'cat /.tinydocker-image', 1);
  pty.write('sleep 300\n');
  await pty.seen(/sleep 300/);
  let stopped = false;
  // The key may come before sleep has started.
  for (let tries = 0; !stopped && tries < 20; tries += 1) {
    pty.write(CTRL_Z);
    await new Promise(resolve => setTimeout(resolve, 200));
    stopped = /Stopped/.test(pty.output());
  }
  assert.ok(stopped, pty.output());
  assert.match(await ask(pty, 'jobs; cat /.tinydocker-image', 2), /Stopped[^\n]*sleep 300/);
  // exit would be refused while a job is stopped.
  pty.write('exec true\n');
  await pty.seen(/exec true\s+host> $/);
});

test.run();
