#!/usr/bin/env node
// What the debugger costs, on its screen and as lines: CPU while it waits, CPU of its own for each step, memory. Part of npm run bench.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { $, tmpdir } from 'zx';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(PROJECT, 'dist/cli.js');
const IDLE_SECONDS = 5;
/** Clock ticks in a second: what /proc/PID/stat counts in. */
const TICKS = Number((await $`getconf CLK_TCK`.quiet()).stdout);

const scratch = tmpdir();
const env = { ...process.env, TERM: 'xterm', LANG: 'C.UTF-8', TINYDOCKER_ROOT: join(scratch, 'store') };
try {
  await $({ env, quiet: true })`${process.execPath} ${CLI} run -q warm-up true`;
  console.log('debugger          idle CPU   CPU per step     memory (RSS)');
  await report('screen, 80x24', 24, 80, [], key => key);
  await report('screen, 120x40', 40, 120, [], key => key);
  await report('lines', 24, 80, ['--progress', 'plain'], key => `${key}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function report(name, rows, columns, options, typed) {
  const terminal = open(rows, columns, [
    process.execPath,
    CLI,
    'run',
    '--step',
    ...options,
    '-i',
    'x',
    'true',
  ]);
  await terminal.seen(/reserve.the.name/);
  const pid = await debuggerBelow(terminal.pid);
  const begin = ticks(pid);
  await sleep(IDLE_SECONDS * 1000);
  const idle = (ticks(pid) - begin) / TICKS / IDLE_SECONDS;
  const before = ticks(pid);
  const steps = 16;
  for (let step = 1; step <= steps; step++) {
    const mark = terminal.mark();
    terminal.write(typed('n'));
    await terminal.seen(new RegExp(`(Step|next is step) ${step + 1}\\b`), mark);
  }
  const each = ((ticks(pid) - before) / TICKS / steps) * 1000;
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  terminal.write(typed('q'));
  await terminal.ended;
  console.log(
    `${name.padEnd(16)} ${`${(idle * 100).toFixed(1)} %`.padStart(9)} ${`${each.toFixed(0)} ms`.padStart(14)} ${`${memory.toFixed(0)} MB`.padStart(16)}`,
  );
}

/** CPU time of the process itself, without what it has started; see proc(5). */
function ticks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function debuggerBelow(python) {
  const [child] = readFileSync(`/proc/${python}/task/${python}/children`, 'utf8').split(' ');
  return Number(child);
}

/** A command on a pseudo terminal, by the driver that the tests have. */
function open(rows, columns, argv) {
  const driver = readFileSync(join(PROJECT, 'test/support/pty.py'), 'utf8');
  const child = spawn('python3', ['-c', driver, String(rows), String(columns), ...argv], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  });
  return {
    pid: child.pid,
    ended: new Promise(resolve => child.on('close', resolve)),
    mark: () => output.length,
    write: text => child.stdin.write(`${JSON.stringify({ write: text })}\n`),
    async seen(pattern, from = 0) {
      for (let waited = 0; !pattern.test(output.slice(from)); waited += 10) {
        if (waited > 20_000) throw new Error(`${pattern} was not seen: ${output.slice(-300)}`);
        await sleep(10);
      }
    },
  };
}
