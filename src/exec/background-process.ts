/** Processes that outlive us. */

import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import {
  descriptors,
  ended,
  environment,
  FOR_COMMAND,
  killGroup,
  needDescriptors,
  SURROUNDINGS,
} from './process.ts';

/** A process that outlives us, in a session of its own. */
export interface Background {
  readonly pid: number | undefined;
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
    pid: child.pid,
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
  /** Lets it do what it is for, or, given a word, tells it that first; settles when it has. */
  finish(word?: string): Promise<void>;
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
    finish: async word => {
      if (word === undefined) end?.destroy();
      else end?.end(`${word}\n`);
      await child;
    },
  };
}
