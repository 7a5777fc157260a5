/** Keys that let a replay go on: any key of a terminal, or a line from anything else. */

import { createInterface } from 'node:readline';
import { EXIT } from '../errors.ts';

/** The user has had enough. */
export class Quit extends Error {
  readonly status: number;

  constructor(status: number) {
    super('ended by the user');
    this.status = status;
  }
}

export interface StepKeys {
  /** The next key. Rejects with a Quit for q, Ctrl-C and Ctrl-D. */
  next(): Promise<void>;
  close(): void;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

export function stepKeys(stdin: NodeJS.ReadStream): StepKeys {
  return stdin.isTTY ? terminalKeys(stdin) : lines(stdin);
}

function terminalKeys(stdin: NodeJS.ReadStream): StepKeys {
  let waiting: ((key: string) => void) | undefined;
  // Keys that nobody waits for are dropped: who leans on one would run through.
  const onKey = (data: Buffer | string) => {
    const key = String(data);
    if (waiting === undefined && key === CTRL_C) process.kill(process.pid, 'SIGINT');
    waiting?.(key);
    waiting = undefined;
  };
  stdin.setRawMode(true);
  stdin.on('data', onKey);
  return {
    async next() {
      const key = await new Promise<string>(resolve => {
        waiting = resolve;
      });
      if (key === CTRL_C) throw new Quit(EXIT.interrupted);
      if (key === 'q' || key === CTRL_D) throw new Quit(EXIT.ok);
    },
    close() {
      stdin.off('data', onKey);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

/** When there are no more lines, the rest is shown without waiting. */
function lines(stdin: NodeJS.ReadStream): StepKeys {
  const reader = createInterface({ input: stdin });
  const read = reader[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await read.next();
      if (!done && String(value).trim() === 'q') throw new Quit(EXIT.ok);
    },
    close: () => reader.close(),
  };
}
