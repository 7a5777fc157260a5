/** The process that a container begins with: the parent of its init. */

import { closeSync, constants, openSync, read } from 'node:fs';
import process from 'node:process';
import { promisify } from 'node:util';
import { execa } from 'execa';
import { descriptors, type Ended, ended, environment, SURROUNDINGS } from './process.ts';

/** init's parent at work; `pid` settles with the host's PID of init, or undefined when init never reported one. */
export interface Container {
  readonly initPid: Promise<number | undefined>;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
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

/**
 * Node makes a pipe behind its stderr non-blocking, and with it everybody's who shares the pipe: the command would lose what a slow reader has no
 * room for (EAGAIN). libuv takes that back for a new process's 0, 1 and 2, but for no other descriptor.
 */
function callersStderr(): number {
  const { _handle } = process.stderr as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  _handle?.setBlocking?.(true);
  return process.stderr.fd;
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
