/** Processes: the only module that imports execa. An argv goes to the kernel as it is; no shell ever sees it. */

import { closeSync, constants, openSync, read } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
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

/** init's parent at work; `pid` settles with the host's PID of init, or undefined when init never reported one. */
export interface Container {
  readonly initPid: Promise<number | undefined>;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** The most of a command's output that is kept, in bytes. */
const KEPT_OUTPUT = 1 << 20;

const SURROUNDINGS = {
  reject: false,
  cleanup: false,
  extendEnv: false,
  stripFinalNewline: false,
  maxBuffer: KEPT_OUTPUT,
  cwd: '/',
} as const;

/** Descriptors that starting a process takes, for a moment. */
const FOR_COMMAND = 6;
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
    env: options.callersEnvironment ? { ...process.env, ...environment() } : environment(),
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

/**
 * Starts init's chain of programs. It gets the caller's stdin (or nothing), stdout; 3, the gate's reading end; 4, the writing end of `ready`; and 5, the
 * caller's stderr, which init takes over when it starts the command. What the chain itself says goes to a pipe. On a terminal of its own, it is
 * script(1) that gets the caller's three.
 */
export function startContainer(
  argv: readonly string[],
  options: {
    readonly gate: string;
    readonly ready: string;
    readonly stdin: boolean;
    readonly terminal: boolean;
    /** Descriptors to use in place of the caller's three. */
    readonly log?: { readonly stdin: number; readonly stdout: number; readonly stderr: number } | undefined;
  },
): Container {
  const [program = '', ...words] = argv;
  // Opening a fifo for one direction waits for the other side, unless somebody has it open for both.
  const both = openSync(options.ready, constants.O_RDWR);
  const reading = openSync(options.ready, constants.O_RDONLY);
  const writing = openSync(options.ready, constants.O_WRONLY);
  closeSync(both);
  const gate = openSync(options.gate, constants.O_RDONLY);
  const { log } = options;
  const stdin = options.stdin || options.terminal ? (log?.stdin ?? 'inherit') : 'ignore';
  const stdout = log?.stdout ?? 'inherit';
  const child = execa(program, words, {
    ...SURROUNDINGS,
    env: environment(),
    buffer: { stdout: false },
    stdio: descriptors(
      stdin,
      stdout,
      options.terminal ? stdout : 'pipe',
      gate,
      writing,
      log?.stderr ?? callersStderr(),
    ),
  });
  closeSync(gate);
  closeSync(writing);
  return {
    initPid: readPid(reading),
    ended: child.then(ended),
    // On a terminal, our child is its keeper: it has to tidy up, and kills the others itself.
    kill: signal => child.kill(options.terminal ? 'SIGTERM' : signal),
  };
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

/**
 * Node makes a pipe behind its stderr non-blocking, and with it everybody's who shares the pipe: the command would lose what a slow reader has no
 * room for (EAGAIN). libuv takes that back for a new process's 0, 1 and 2, but for no other descriptor.
 */
function callersStderr(): number {
  const { _handle } = process.stderr as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  _handle?.setBlocking?.(true);
  return process.stderr.fd;
}

function environment(): Record<string, string> {
  return {
    ...STEP_ENVIRONMENT,
    PATH: stepPath(),
    ...(process.env['TERM'] ? { TERM: process.env['TERM'] } : {}),
  };
}

/** execa's types do not know that any descriptor may be passed on; it does, as child_process.spawn() does. */
function descriptors(...targets: readonly (number | 'ignore' | 'inherit' | 'pipe')[]): never {
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

function ended(result: ProcessResult): Ended {
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

async function readPid(fd: number): Promise<number | undefined> {
  try {
    const { bytesRead, buffer } = await promisify(read)(fd, Buffer.alloc(32), 0, 32, null);
    const pid = Number(buffer.toString('latin1', 0, bytesRead).trim());
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } finally {
    closeSync(fd);
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
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
export async function runInPlace(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  const [program = '', ...words] = argv;
  return ended(
    await execa(program, words, {
      ...SURROUNDINGS,
      cleanup: true,
      env: { ...environment(), ...variables },
      stdio: 'inherit',
    }),
  );
}

/** A process that outlives us, in a session of its own. */
export interface Background {
  /** What it prints, line by line, until we leave. */
  readonly lines: AsyncIterable<string>;
  /** What it said on stderr, once it has ended. */
  readonly said: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Lets go of it: it goes on, and what it prints is lost. */
  leave(): void;
}

/** Starts a process that reads `input` on its stdin, in our environment. */
export function startBackground(argv: readonly string[], input: string): Background {
  needDescriptors(FOR_COMMAND);
  const [program = '', ...words] = argv;
  const child = execa(program, words, {
    ...SURROUNDINGS,
    extendEnv: true,
    detached: true,
    input,
    buffer: { stdout: false },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return {
    lines: createInterface({ input: child.stdout }),
    said: child.then(result => ended(result).stderr),
    kill: signal => killGroup(child.pid, signal),
    leave: () => {
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    },
  };
}

/** A process that outlasts us for a moment, and does something at our end. */
export interface Survivor {
  /** Settles when it says that it is ready, or can not be. */
  readonly ready: Promise<boolean>;
  /** Lets it do what it is for; settles when it has. */
  finish(): Promise<void>;
}

/** Starts a process on the caller's stdin, in a session of its own. It prints something when it is ready; its descriptor 3 reads end of file when we end, however we end. */
export function startSurvivor(argv: readonly string[]): Survivor {
  needDescriptors(FOR_COMMAND);
  const [program = '', ...words] = argv;
  const child = execa(program, words, {
    ...SURROUNDINGS,
    env: environment(),
    detached: true,
    buffer: false,
    stdio: descriptors('inherit', 'pipe', 'ignore', 'pipe') as never,
  });
  const [, said, , end] = child.stdio as unknown as readonly (Duplex | null)[];
  end?.on('error', () => undefined);
  return {
    ready: Promise.race([
      new Promise<boolean>(resolve => said?.once('data', () => resolve(true))),
      child.then(() => false),
    ]),
    finish: async () => {
      end?.destroy();
      await child;
    },
  };
}
