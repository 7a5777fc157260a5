#!/usr/bin/env node
// Runs the tests: each file in a process of its own, because uvu exits 0 when a suite is broken (see "judge" below).
//
//   node scripts/test.mjs [--update] [--suites DIR] [FILTER...]     only files whose path contains one of the FILTERs
//
// As many files at once as the machine can do, but for those marked "// @alone"; those marked "// @long" begin first. Each is on a line of its own.
// Ends with one line, "N passed, N failed, N skipped"; exits 1 when anything failed or nothing ran.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const UNIT_TIMEOUT_MS = 60_000;
const E2E_TIMEOUT_MS = 300_000;
/** One more than there are processors: tests wait for processes that are to be gone, too. */
const PARALLEL = availableParallelism() + 1;
/** What stands in front of a test file's process: root's get a mount table of their own, which no other test changes. */
const OWN_MOUNTS = ownMounts();

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    update: { type: 'boolean' },
    // For the runner's own test.
    suites: { type: 'string', default: 'test' },
    timeout: { type: 'string' },
  },
});

const all = testFiles(join(PROJECT, values.suites));
const files = all.filter(file => filters.length === 0 || filters.some(filter => file.includes(filter)));
const totals = { passed: 0, failed: 0, skipped: 0 };
const skips = [];

if (files.length === 0) {
  console.log(`no test file matches ${filters.join(' ') || values.suites}`);
} else {
  mkdirSync(join(PROJECT, 'build'), { recursive: true });
  const out = mkdtempSync(join(PROJECT, 'build', 'tests-'));
  process.on('exit', () => rmSync(out, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  const broken = await bundle(files, out);
  const good = files.filter(file => !broken.has(file));
  for (const [file, problem] of broken) report(file, { problems: [problem], output: '' });
  const alone = file => /^\/\/ @alone\b/m.test(sourceOf(file));
  const long = file => /^\/\/ @long\b/m.test(sourceOf(file));
  const together = good.filter(file => !alone(file));
  // The long ones first: nothing is then left to wait for while the other processors are idle.
  const order = [long, file => !long(file) && isE2e(file), file => !long(file) && !isE2e(file)];
  await inParallel(
    order.flatMap(kind => together.filter(kind)),
    PARALLEL,
    out,
  );
  await inParallel(good.filter(alone), 1, out);
}

for (const { file, name, reason } of skips) console.log(`skipped: ${file}: ${name}: ${reason}`);
if (totals.passed === 0 && totals.failed === 0) console.log('nothing ran');
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;

function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter(name => /\.test\.tsx?$/.test(name))
    .map(name => relative(PROJECT, join(folder, name)))
    .sort();
}

function sourceOf(file) {
  return readFileSync(join(PROJECT, file), 'utf8');
}

function isE2e(file) {
  return file.includes('/e2e/');
}

/** Empty where that can not be done: what needs it is skipped. */
function ownMounts() {
  const words = ['unshare', '--mount', '--propagation', 'private', '--'];
  const [program, ...args] = [...words, 'true'];
  return process.getuid?.() === 0 && spawnSync(program, args).status === 0 ? words : [];
}

/** Builds all files at once; when that fails, each by itself, to find those that don't build. */
async function bundle(sources, out) {
  const options = {
    outdir: out,
    outbase: PROJECT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
    jsx: 'automatic',
    loader: { '.page.css': 'text', '.page.js': 'text' },
  };
  const entry = file => join(PROJECT, file);
  try {
    await build({ ...options, entryPoints: sources.map(entry) });
    return new Map();
  } catch {
    const problems = new Map();
    for (const file of sources) {
      await build({ ...options, entryPoints: [entry(file)] }).catch(error =>
        problems.set(file, `does not build: ${error.message}`),
      );
    }
    return problems;
  }
}

async function inParallel(queue, width, out) {
  const waiting = [...queue];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      report(file, await runFile(file, out));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function runFile(file, out) {
  const begin = performance.now();
  const own = isE2e(file) ? E2E_TIMEOUT_MS : UNIT_TIMEOUT_MS;
  const limit = values.timeout === undefined ? own : Number(values.timeout);
  const ended = await runNode(join(out, file.replace(/\.tsx?$/, '.mjs')), limit);
  return {
    ...judge(ended, sourceOf(file), limit),
    output: ended.output,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** In a process group of its own, so that a file that hangs takes its children with it. */
function runNode(script, limit) {
  const { FORCE_COLOR: _, ...env } = process.env;
  const [program, ...args] = [...OWN_MOUNTS, process.execPath, '--enable-source-maps', script];
  const child = spawn(program, args, {
    cwd: PROJECT,
    // What is compared is English, whatever the locale of whoever runs it.
    env: { ...env, LC_ALL: '', LC_MESSAGES: 'C', NO_COLOR: '1', ...(values.update ? { UPDATE: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  };
  process.on('exit', killGroup);
  let output = '';
  let timedOut = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
    });
  }
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup();
  }, limit);
  return new Promise(resolve => {
    const settle = (status, signal) => {
      clearTimeout(timer);
      process.off('exit', killGroup);
      killGroup();
      resolve({ status, signal, output, timedOut });
    };
    child.on('error', error => {
      output += String(error);
      settle(undefined, undefined);
    });
    // Not "close": a grandchild may hold the pipes; what it writes later is not the test's.
    child.on('exit', (status, signal) => setTimeout(() => settle(status, signal), 20));
  });
}

/**
 * uvu's exit status says too little: a before hook or an after.each hook that throws, a suite without .run(), a test that leaves the event
 * loop empty, `.only` all end with 0. So the numbers have to fit as well, and each skip has to have said its reason.
 */
function judge({ status, signal, output, timedOut }, source, limit) {
  const [total, passed, skipped] = [
    ...output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm),
  ]
    .at(-1)
    ?.slice(1)
    .map(Number) ?? [0, 0, 0];
  const named = [...output.matchAll(/^# skip (\{.*\})$/gm)].map(match => JSON.parse(match[1]));
  const suites = [...source.matchAll(/\bsuite\(/g)].length;
  const runs = [...source.matchAll(/\.run\(\)/g)].length;
  const problems = [];
  if (timedOut) problems.push(`did not end within ${limit / 1000} s`);
  else if (signal) problems.push(`was killed by ${signal}`);
  else if (total === 0 && skipped === 0)
    problems.push('ran no test: is .run() missing, or did it end early?');
  if (passed !== total) problems.push(`${total - passed} of ${total} tests did not pass`);
  if (runs < suites) problems.push(`has ${suites} suites and runs ${runs}`);
  if (skipped !== named.length)
    problems.push(`skips ${skipped} tests, ${named.length} of them with a reason (test.only?)`);
  if (problems.length === 0 && status !== 0) problems.push(`ended with status ${status}`);
  return { total, passed, named, problems };
}

function report(file, { total = 0, passed = 0, named = [], problems, output, seconds = 0 }) {
  totals.passed += passed;
  totals.skipped += named.length;
  skips.push(...named.map(skip => ({ file, ...skip })));
  if (problems.length === 0) {
    console.log(`ok   ${file} (${passed}, ${seconds.toFixed(1)} s)`);
    return;
  }
  totals.failed += Math.max(total - passed, 1);
  console.log(`FAIL ${file}: ${problems.join('; ')}`);
  console.log(output.replace(/^/gm, '     '));
}
