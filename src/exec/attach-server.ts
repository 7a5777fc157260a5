/** Those who are attached to a container in the background: each is connected to a socket in its directory, and gets the output as it is read. */

import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { LogStream } from '../plan/log-entry.ts';
import { type Frame, frameBytes } from './attach-frame.ts';
import { attachPath } from './attach-path.ts';

/** The most output that waits for one reader, in bytes. What comes while he is that far behind is left out for him. */
const WAITING_MAX = 1 << 20;
/** How long a reader gets to take the last output, in milliseconds. */
const LAST_MS = 2000;

export interface AttachServer {
  send(stream: LogStream, bytes: Buffer): void;
  tellStatus(status: number): void;
  /** Ends all connections. */
  close(): void;
}

/** Listens in the container's directory, which only its owner may enter. Where that can not be done, nobody can attach, and the container runs all the same. */
export function serveAttached(directory: string): AttachServer {
  const readers = new Set<Reader>();
  const server = createServer(socket => {
    const reader = new Reader(socket);
    readers.add(reader);
    socket.on('close', () => readers.delete(reader));
  });
  server.on('error', () => undefined);
  const directoryFd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = attachPath(directoryFd);
  server.listen(path);
  try {
    chmodSync(path, 0o600);
  } catch {
    // There is no socket.
  }
  return {
    send: (stream, bytes) => {
      for (const reader of readers) reader.send({ kind: stream, bytes });
    },
    tellStatus: number => {
      for (const reader of readers) reader.send({ kind: 'status', number });
    },
    close: () => {
      // Node removes the socket's file by its path, which goes through the descriptor.
      server.close(() => closeSync(directoryFd));
      for (const reader of readers) reader.end();
    },
  };
}

class Reader {
  readonly #socket: Socket;
  #skipped = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    // He has nothing to say; and his end is no error of ours.
    socket.on('error', () => undefined).resume();
    socket.on('drain', () => this.#tellSkipped());
  }

  /** Who has missed something gets nothing more until he has read all that waits for him: one gap is better than many. */
  send(frame: Frame): void {
    if ('bytes' in frame && (this.#skipped > 0 || this.#socket.writableLength > WAITING_MAX)) {
      this.#skipped += frame.bytes.length;
      return;
    }
    this.#tellSkipped();
    this.#write(frame);
  }

  end(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LAST_MS).unref();
  }

  #tellSkipped(): void {
    if (this.#skipped === 0) return;
    const number = this.#skipped;
    this.#skipped = 0;
    this.#write({ kind: 'skipped', number });
  }

  #write(frame: Frame): void {
    this.#socket.cork();
    for (const bytes of frameBytes(frame)) this.#socket.write(bytes);
    this.#socket.uncork();
  }
}
