/** Commands run as a mode's user, tinydocker first of all: the built one, as a user would start it. */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { newTempDir, removeTree } from './dirs.ts';
import { type Mode, PATH, type Place } from './modes.ts';

export interface RunOptions {
  /** In addition to HOME, PATH, TERM and TINYDOCKER_ROOT: the command sees nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to a pipe that is the command's stdin; without it stdin is /dev/null. */
  readonly input?: string;
  /** stdin is a pipe that stays open: `child.stdin` writes to it. */
  readonly openInput?: true;
  /** Instead of the place's store. */
  readonly store?: string;
  readonly cwd?: string;
  /** Milliseconds; then the whole process group is killed and the promise rejects. */
  readonly timeout?: number;
}

export interface Finished {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** The process id of the command itself: what stands in front of it has become it. */
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has written up to now. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Finished>;
}

/** The project's root directory: scripts/test.mjs runs every file there. */
export const PROJECT = process.cwd();

let program: readonly string[] | undefined;

/** node, "--" and dist/cli.js at a place where every user may read them. */
export function tinydockerProgram(): readonly string[] {
  program ??= publish();
  return program;
}

/** Runs tinydocker to its end as the place's user. Rejects only when it does not end in time. */
export function tinydocker(
  place: Place,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return startTinydocker(place, args, options).ended;
}

/** Starts tinydocker as the place's user. */
export function startTinydocker(place: Place, args: readonly string[], options: RunOptions = {}): Running {
  return startAs(place, [...tinydockerProgram(), ...args], options);
}

/** Runs any command to its end as the place's user. */
export function runAs(place: Place, argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return startAs(place, argv, options).ended;
}

/** Starts any command as the place's user, in a process group of its own. Its output goes to files: a pipe of Node's is a socket, which /dev/stdout can't open. */
export function startAs(place: Place, argv: readonly string[], options: RunOptions = {}): Running {
  const { mode, dir, home } = place;
  const output = outputFiles(mode, dir);
  const environment = Object.entries({
    HOME: home,
    PATH,
    TERM: 'dumb',
    TINYDOCKER_ROOT: options.store ?? place.store,
    ...options.env,
  });
  const [name = '', ...words] = [
    ...mode.prefix,
    'env',
    '-i',
    ...environment.map(entry => entry.join('=')),
    ...argv,
  ];
  const fds = [openSync(output.out, 'a'), openSync(output.err, 'a')] as const;
  const child = spawn(name, words, {
    cwd: options.cwd ?? home,
    detached: true,
    env: { PATH },
    stdio: [options.input === undefined && !options.openInput ? 'ignore' : 'pipe', ...fds],
  });
  for (const fd of fds) closeSync(fd);
  child.stdin?.on('error', () => undefined);
  if (!options.openInput) child.stdin?.end(options.input);
  const running = {
    pid: child.pid ?? 0,
    child,
    stdout: () => written(output.out),
    stderr: () => written(output.err),
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
  };
  return { ...running, ended: toEnd(child, argv, running, options.timeout ?? 60_000) };
}

function toEnd(
  child: ChildProcess,
  argv: readonly string[],
  running: Pick<Running, 'stdout' | 'stderr'>,
  timeout: number,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(
        new Error(
          `did not end in ${timeout} ms: ${argv.join(' ')}\n${running.stdout()}\n${running.stderr()}`,
        ),
      );
    }, timeout);
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      clearTimeout(timer);
      resolve({
        status: status ?? undefined,
        signal: signal ?? undefined,
        stdout: running.stdout(),
        stderr: running.stderr(),
      });
    });
  });
}

/** Empty when the place is gone: a test that failed has left before its process ended. */
function written(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

let outputs = 0;

function outputFiles(mode: Mode, dir: string): { readonly out: string; readonly err: string } {
  outputs += 1;
  const [out, err] = [join(dir, `out.${outputs}`), join(dir, `err.${outputs}`)] as const;
  for (const file of [out, err]) {
    closeSync(openSync(file, 'wx'));
    if (process.getuid?.() === 0) chownSync(file, mode.uid, mode.gid);
  }
  return { out, err };
}

/** The checkout may lie where only root can look, and so may node. */
function publish(): readonly string[] {
  const dir = newTempDir();
  process.on('exit', () => removeTree(dir));
  cpSync(join(PROJECT, 'dist'), join(dir, 'dist'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(dir, 'package.json'));
  cpSync(join(PROJECT, 'lessons'), join(dir, 'lessons'), { recursive: true });
  let node = process.execPath;
  if (!readableByAll(node)) {
    mkdirSync(join(dir, 'bin'));
    node = join(dir, 'bin', 'node');
    cpSync(process.execPath, node);
    chmodSync(node, 0o755);
  }
  return [node, '--', join(dir, 'dist', 'cli.js')];
}

function readableByAll(path: string): boolean {
  if ((statSync(path).mode & 0o005) !== 0o005) return false;
  return path === '/' || readableByAll(dirname(path));
}

/** What was said besides what this machine can not do. */
export function withoutNotes(stderr: string): string {
  return stderr.replaceAll(/^tinydocker: note: .*\n/gm, '');
}
