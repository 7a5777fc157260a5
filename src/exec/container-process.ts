/** The process that a container begins with: the parent of its init. */

import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import { execa } from 'execa';
import { openAgain } from './open-again.ts';
import { descriptors, type Ended, ended, environment, killGroup, SURROUNDINGS } from './process.ts';
import type { Suspendable } from './suspend.ts';

/** init's parent at work; `pid` settles with the host's PID of init, or undefined when init never reported one. */
export interface Container {
  readonly initPid: Promise<number | undefined>;
  readonly ended: Promise<Ended>;
  /** KILL reaches all of its session: a program on the way to init may have started another one, as unshare(1) does with newuidmap(1). */
  kill(signal: NodeJS.Signals): void;
  /** Stops what runs in its session, and lets that go on; undefined on a terminal of its own, where keys are for the container. */
  readonly suspendable: Suspendable | undefined;
}

/**
 * Starts init's chain of programs. It gets the caller's stdin (or nothing), stdout; 3, the gate's reading end; 4, the writing end of `ready`; and 5, the
 * caller's stderr, which init takes over when it starts the command. What the chain itself says goes to a pipe. On a terminal of its own, it is
 * script(1) that gets the caller's three.
 */
export function startContainer(
  argv: readonly string[],
  options: {
    /** Its descriptor, held. */
    readonly gate: number;
    readonly ready: string;
    readonly stdin: boolean;
    readonly terminal: boolean;
    /** In place of the caller's stdout, its stderr. */
    readonly toStderr: boolean;
    /** Descriptors to use in place of the caller's three. */
    readonly log?: { readonly stdin: number; readonly stdout: number; readonly stderr: number } | undefined;
  },
): Container {
  const [program = '', ...words] = argv;
  const reading = openSync(options.ready, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openAgain(reading, constants.O_WRONLY);
  const gate = openAgain(options.gate, constants.O_RDONLY);
  const { log } = options;
  const stdin = options.stdin || options.terminal ? (log?.stdin ?? 'inherit') : 'ignore';
  const stdout = log?.stdout ?? (options.toStderr ? callersStderr() : 'inherit');
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
  let reported = false;
  const exited = new Promise<void>(resolve => {
    child.once('error', () => resolve());
    child.once('exit', () => {
      // Its number is nobody's by now, unless what it had started is still in its group.
      if (!reported && !existsSync(`/proc/${child.pid}`)) killGroup(child.pid, 'SIGKILL');
      resolve();
    });
  });
  const suspendable: Suspendable = {
    suspend: () => {
      killGroup(child.pid, 'SIGSTOP');
      // init's parent has to see that we die, stopped as we are.
      child.kill('SIGCONT');
    },
    resume: () => killGroup(child.pid, 'SIGCONT'),
  };
  return {
    suspendable: options.terminal ? undefined : suspendable,
    initPid: readPid(reading, exited).then(pid => {
      reported = pid !== undefined;
      return pid;
    }),
    ended: child.then(ended),
    kill: signal => {
      // On a terminal, our child is its keeper: it has to tidy up, and kills the others itself.
      if (options.terminal) child.kill('SIGTERM');
      else {
        if (signal === 'SIGKILL') killGroup(child.pid, signal);
        child.kill(signal);
      }
    },
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

/** How long what init said before its parent ended may take to get here, in milliseconds. */
const LAST_WORD_MS = 50;

/**
 * What init says, or undefined when its parent ends before. End of file alone would not do: whoever else has the descriptor may keep it. Through a socket of Node's, because a read(2) that
 * nothing ends would hold one of its threads, and us at our end.
 */
function readPid(fd: number, exited: Promise<void>): Promise<number | undefined> {
  const socket = new Socket({ fd, readable: true, writable: false });
  let said = '';
  return new Promise(resolve => {
    const tell = (): void => {
      socket.destroy();
      const pid = Number(said.trim());
      resolve(said.endsWith('\n') && Number.isSafeInteger(pid) && pid > 1 ? pid : undefined);
    };
    socket.on('data', chunk => {
      said += chunk.toString('latin1');
      if (said.includes('\n')) tell();
    });
    socket.on('error', () => undefined);
    socket.on('close', tell);
    void exited.then(() => {
      if (!socket.destroyed) setTimeout(tell, LAST_WORD_MS);
    });
  });
}
