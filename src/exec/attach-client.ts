/** Being attached to a container in the background: its output comes through a socket in its directory, what is typed goes to the fifo that it reads. */

import { closeSync, constants, openSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import type { LogStream } from '../plan/log-entry.ts';
import { frameReader } from './attach-frame.ts';
import { attachPath } from './attach-path.ts';

export interface Attachment {
  /** Called for what the container writes. Returning false stops the flow until `resume`. */
  onOutput(listener: (stream: LogStream, bytes: Buffer) => boolean): void;
  /** Called with the number of bytes that were left out because we were too slow. */
  onSkipped(listener: (bytes: number) => void): void;
  resume(): void;
  /** Settles with the container's exit status, or with undefined when whoever watched it is gone without a word. */
  readonly status: Promise<number | undefined>;
  /** Settles when what ran the container has ended, and everything is undone. */
  readonly closed: Promise<void>;
  leave(): void;
}

/** Connects to the container in that directory. Throws the system's error when it is not there to be attached to. */
export async function attachTo(directory: string): Promise<Attachment> {
  const directoryFd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const socket = connect(attachPath(directoryFd));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
  } finally {
    closeSync(directoryFd);
  }
  socket.on('error', () => undefined);
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()));
  let output: (stream: LogStream, bytes: Buffer) => boolean = () => true;
  let skipped: (bytes: number) => void = () => undefined;
  const status = new Promise<number | undefined>(resolve => {
    const read = frameReader();
    socket.on('data', chunk => {
      for (const frame of read(chunk)) {
        if ('bytes' in frame) {
          if (!output(frame.kind, frame.bytes)) socket.pause();
        } else if (frame.kind === 'skipped') skipped(frame.number);
        else resolve(frame.number);
      }
    });
    void closed.then(() => resolve(undefined));
  });
  socket.pause();
  return {
    onOutput: listener => {
      output = listener;
      socket.resume();
    },
    onSkipped: listener => {
      skipped = listener;
    },
    resume: () => socket.resume(),
    status,
    closed,
    leave: () => socket.destroy(),
  };
}

/** What the container in that directory reads. Throws the system's error when nobody holds it. */
export function openInput(directory: string): Socket {
  const fd = openSync(
    join(directory, 'in'),
    constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
  );
  const input = new Socket({ fd, readable: false, writable: true });
  // The container has ended, which is told by other means.
  input.on('error', () => undefined);
  return input;
}
