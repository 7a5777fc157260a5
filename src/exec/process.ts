/** Commands, and what all processes that we start have in common. An argv goes to the kernel as it is; no shell ever sees it. */

import { closeSync, constants, openSync } from 'node:fs';
import process from 'node:process';
import { execa } from 'execa';
import { stepPath } from '../host/programs.ts';
import { STEP_ENVIRONMENT } from '../plan/environment.ts';

/** How a process ended. */
export interface Ended {
  /** Undefined when it could not be started or was killed. */
  readonly exitStatus?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Files for stdin and stdout; otherwise stdin is empty and stdout is thrown away. */
  readonly stdin?: string | undefined;
  /** The command's stdin is the caller's: a terminal can be somebody else's, and then not be opened again. */
  readonly callersStdin?: boolean;
  readonly stdout?: string | undefined;
  /** The command writes to the caller's stdout itself. */
  readonly callersStdout?: boolean;
  /** The command has the caller's environment, with our PATH and locale. */
  readonly callersEnvironment?: boolean;
  /** The command has exactly these variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where it works; otherwise in the root directory. */
  readonly directory?: string;
  /** Keep what the command prints; a pipe costs about a millisecond. */
  readonly keepStdout?: boolean;
  /** Descriptor of a file that takes stderr instead of a pipe. */
  readonly stderr?: number | undefined;
  /** Called with the process's PID once it is started. */
  readonly started?: (pid: number) => void;
}

/** A command at work. `kill` reaches its whole process group. */
export interface Command {
  readonly ended: Promise<Ended>;
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
}

/** The most of a command's output that is kept, in bytes. */
const KEPT_OUTPUT = 1 << 20;

export const SURROUNDINGS = {
  reject: false,
  cleanup: false,
  extendEnv: false,
  stripFinalNewline: false,
  maxBuffer: KEPT_OUTPUT,
  cwd: '/',
} as const;

/** Descriptors that starting a process takes, for a moment. */
export const FOR_COMMAND = 6;
/** What has to be free before a step, so that its undo can still be started whatever the step keeps open. */
export const FOR_STEP = 14;

/** Starts one command in a process group of its own, so that Ctrl-C at the terminal reaches only us, and we decide. Throws when there are no descriptors left. */
export function startCommand(argv: readonly string[], options: CommandOptions = {}): Command {
  needDescriptors(FOR_COMMAND);
  const [program = '', ...words] = argv;
  const files: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags, 0o600);
    files.push(fd);
    return fd;
  };
  const noFile = options.callersStdin ? 'inherit' : 'ignore';
  const stdin = options.stdin === undefined ? noFile : open(options.stdin, constants.O_RDONLY);
  const noOutput = options.callersStdout ? 'inherit' : options.keepStdout ? 'pipe' : 'ignore';
  const stdout =
    options.stdout === undefined
      ? noOutput
      : open(options.stdout, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  const child = execa(program, words, {
    ...SURROUNDINGS,
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    env:
      options.variables ??
      (options.callersEnvironment ? { ...process.env, ...environment() } : environment()),
    stdio: descriptors(stdin, stdout, options.stderr ?? 'pipe'),
    detached: true,
  });
  files.forEach(closeSync);
  return {
    ended: child.then(ended),
    pid: child.pid,
    kill: signal => killGroup(child.pid, signal),
  };
}

/** Runs one command to its end, and keeps what it prints. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return startCommand(argv, { keepStdout: true, ...options }).ended;
}

/** Without descriptors, Node makes half a child process, which ends ours when it is used; so they are tried first. Throws EMFILE. */
export function needDescriptors(count: number): void {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync('/dev/null', constants.O_RDONLY));
  } finally {
    opened.forEach(closeSync);
  }
}

export function environment(): Record<string, string> {
  return {
    ...STEP_ENVIRONMENT,
    PATH: stepPath(),
    ...(process.env['TERM'] ? { TERM: process.env['TERM'] } : {}),
  };
}

/** execa's types do not know that any descriptor may be passed on; it does, as child_process.spawn() does. */
export function descriptors(...targets: readonly (number | 'ignore' | 'inherit' | 'pipe')[]): never {
  return targets as never;
}

/** What we use of execa's result; its own type depends on every option. */
interface ProcessResult {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly shortMessage?: string | undefined;
}

export function ended(result: ProcessResult): Ended {
  const text = (output: unknown) => (typeof output === 'string' ? output : '');
  return {
    ...(result.exitCode === undefined ? {} : { exitStatus: result.exitCode }),
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    stdout: text(result.stdout),
    stderr: text(result.stderr) || startFailure(result),
  };
}

/** Why the program could not be started at all, in the words of a shell. */
function startFailure(result: ProcessResult): string {
  if (result.exitCode !== undefined || result.signal !== undefined) return '';
  return result.code === 'ENOENT'
    ? `${result.command?.split(' ')[0]}: command not found`
    : (result.shortMessage ?? '');
}

/** Sends a signal to a process group, which has its first process's number. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Runs one command to its end with these inputs as descriptors 0, 3, 4, ...; what it prints is kept as bytes, all of it. */
export async function runFilter(
  argv: readonly string[],
  [input, ...more]: readonly Buffer[],
): Promise<{ readonly exitStatus: number | undefined; readonly stdout: Buffer; readonly stderr: string }> {
  const [program = '', ...words] = argv;
  const result: { exitCode?: number; stdout?: unknown; stderr?: unknown } = await execa(program, words, {
    ...SURROUNDINGS,
    env: environment(),
    encoding: 'buffer',
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: [input ?? 'ignore', 'pipe', 'pipe', ...more] as never,
  });
  const bytes = (output: unknown) => (output instanceof Uint8Array ? Buffer.from(output) : Buffer.alloc(0));
  return {
    exitStatus: result.exitCode,
    stdout: bytes(result.stdout),
    stderr: bytes(result.stderr).toString('utf8'),
  };
}

/** Runs one command to its end with our own stdin, stdout and stderr, in our process group, and these variables besides the usual ones. */
export function runInPlace(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  return runAttached(argv, { ...environment(), ...variables }, SURROUNDINGS.cwd);
}

/** The same with exactly these variables, in that directory. */
export async function runAttached(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  directory: string,
): Promise<Ended> {
  const [program = '', ...words] = argv;
  return ended(
    await execa(program, words, {
      ...SURROUNDINGS,
      cleanup: true,
      cwd: directory,
      env: variables,
      stdio: 'inherit',
    }),
  );
}

/**
 * Runs a shell for the user, to its end: what it reads is the caller's stdin or nothing, what it says goes to the caller's stderr. At a terminal it stays in our
 * session, so that it can have jobs; otherwise it is a process group of its own, and `stopped` ends it. Returns its exit status.
 */
export async function runShell(
  argv: readonly string[],
  options: {
    readonly variables: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly terminal: boolean;
    readonly stopped: AbortSignal;
  },
): Promise<number | undefined> {
  const [program = '', ...words] = argv;
  const { terminal, stopped } = options;
  const child = execa(program, words, {
    ...SURROUNDINGS,
    env: { ...options.variables },
    cwd: options.directory,
    detached: !terminal,
    stdio: descriptors(terminal ? 'inherit' : 'ignore', process.stderr.fd, process.stderr.fd),
  });
  const stop = () => (terminal ? child.kill('SIGHUP') : killGroup(child.pid, 'SIGKILL'));
  stopped.addEventListener('abort', stop);
  const { exitCode } = await child;
  stopped.removeEventListener('abort', stop);
  return exitCode;
}
