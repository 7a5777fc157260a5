#!/usr/bin/env node
// npm run bench: what the dashboard costs while nothing happens, and how quickly it answers a key, with one container and with 200 kept ones.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { $ } from 'zx';

const SECONDS = Number(process.argv[2] ?? 20);
const CLI = new URL('../dist/cli.js', import.meta.url).pathname;
const TICKS_PER_SECOND = 100;

const scratch = mkdtempSync(join(tmpdir(), 'td-bench-ui-'));
const env = {
  ...process.env,
  TINYDOCKER_ROOT: join(scratch, 'store'),
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
};
$.env = env;
try {
  await $`${process.execPath} ${CLI} run -q --keep c0 true`;
  report('1 kept container', await measured());
  const containers = join(env.TINYDOCKER_ROOT, 'containers');
  const record = readFileSync(join(containers, 'c0', 'container.json'));
  for (let number = 1; number < 200; number++) {
    for (const part of ['', 'upper', 'work', 'merged']) mkdirSync(join(containers, `c${number}`, part));
    writeFileSync(join(containers, `c${number}`, 'container.json'), record);
  }
  report(`${readdirSync(containers).length} kept containers`, await measured());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function report(what, { seconds, rss, key, first }) {
  const cpu = ((seconds * 60) / SECONDS).toFixed(2);
  console.log(
    `dashboard, ${what}: first frame ${first} ms; ${cpu} CPU seconds a minute idle; ${Math.round(rss / 1e6)} MB; a key is answered in ${key} ms (median of 40)`,
  );
}

/** Runs it on a terminal, types, and leaves it alone for a while. */
async function measured() {
  const began = performance.now();
  const ui = spawn(
    'script',
    ['-qec', `stty rows 40 cols 120; exec ${process.execPath} ${CLI} ui`, '/dev/null'],
    {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let written = 0;
  let output = '';
  ui.stdout.setEncoding('utf8').on('data', text => {
    written += text.length;
    output = (output + text).slice(-100_000);
  });
  while (!output.includes('Containers (')) await sleep(5);
  const first = Math.round(performance.now() - began);
  await sleep(4000);
  const times = [];
  for (let round = 0; round < 40; round++) {
    const [before, start] = [written, performance.now()];
    ui.stdin.write(round % 2 === 0 ? '3' : '6');
    while (written === before && performance.now() - start < 2000) await sleep(1);
    times.push(performance.now() - start);
    await sleep(60);
  }
  ui.stdin.write('1');
  await sleep(4000);
  const pid = Number(readFileSync(`/proc/${ui.pid}/task/${ui.pid}/children`, 'utf8').split(' ')[0]);
  const ticks = ticksOf(pid);
  await sleep(SECONDS * 1000);
  const seconds = (ticksOf(pid) - ticks) / TICKS_PER_SECOND;
  const rss = Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  ui.stdin.write('q');
  await new Promise(resolve => ui.on('close', resolve));
  return { seconds, rss, first, key: Math.round(times.toSorted((a, b) => a - b)[20]) };
}

/** Of the process alone, user and system time; see proc(5). */
function ticksOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return fields[11] + fields[12];
}
