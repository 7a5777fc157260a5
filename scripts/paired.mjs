// Timings that are paired: within each round all contenders run in turn, so that a change of the machine's speed meets all of them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { which } from 'zx';

/** Clock ticks of /proc/PID/stat in a second; fixed at 100 for user space on Linux. */
const TICKS = 100;

/** A command that is timed, and what clears up before each time, which is not; skipped by name when its program is not installed. */
export function contender(name, argv, { before } = {}) {
  const problem = installed(argv[0]) ? undefined : 'not installed';
  return { name, argv, before, problem, samples: [] };
}

/** Runs every contender in turn, once to warm up and then as often as there are rounds. */
export function measure(contenders, rounds, env) {
  for (let round = -1; round < rounds; round++)
    for (const contender of contenders)
      if (contender.problem === undefined) sample(contender, round < 0, env);
}

function sample(contender, warmUp, env) {
  if (contender.before !== undefined) {
    const [program, ...args] = contender.before;
    spawnSync(program, args, { env, stdio: 'ignore' });
  }
  const [program, ...args] = contender.argv;
  const cpu = childrenTicks();
  const begin = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(program, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const wall = Number(process.hrtime.bigint() - begin) / 1e6;
  if (error !== undefined || status !== 0) {
    contender.problem = (error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit status ${status}`).slice(
      0,
      80,
    );
    return;
  }
  if (!warmUp) contender.samples.push({ wall, cpu: ((childrenTicks() - cpu) * 1000) / TICKS });
}

/** CPU time of all children that were waited for, in ticks: cutime + cstime of proc(5). */
function childrenTicks() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

/** A table: median, least and CPU time, and the ratio to each of the bases, which are contenders with a heading. */
export function print(contenders, bases) {
  const rows = contenders.map(({ name, samples, problem }) =>
    problem === undefined
      ? [
          name,
          ms(median(samples.map(s => s.wall))),
          ms(Math.min(...samples.map(s => s.wall))),
          ms(mean(samples.map(s => s.cpu))),
          ...Object.values(bases).map(base => ratio(samples, base.samples)),
        ]
      : [name, `skipped: ${problem}`, '', '', ...Object.keys(bases).map(() => '')],
  );
  const table = [['', 'median', 'least', 'CPU', ...Object.keys(bases)], ...rows];
  const widths = table[0].map((_, column) =>
    Math.max(...table.map(row => (row[1].startsWith('skipped') && column > 0 ? 0 : row[column].length))),
  );
  for (const row of table)
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
    );
}

/** Median of the ratios within each round. */
function ratio(samples, base) {
  return median(samples.map((s, i) => s.wall / base[i].wall)).toFixed(2);
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0
    ? Number.NaN
    : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ms(value) {
  return `${value.toFixed(0)} ms`;
}

export function installed(program) {
  return which.sync(program, { nothrow: true }) !== null;
}
