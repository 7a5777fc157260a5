/**
 * The output of a container that nobody watches: it comes through two fifos, and goes line by line to a file, each line with its stream and time; and at once,
 * as it is, to whoever is attached. The container never waits for longer than a write(2) to the file takes, and never for those who are attached.
 */

import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { cutLines, type LogStream, logLines } from '../plan/log-entry.ts';
import { type AttachServer, serveAttached } from './attach-server.ts';
import { openAgain } from './open-again.ts';
import { RotatedLog } from './rotated-log.ts';

/** How long the beginning of a line waits for the rest, in milliseconds: a prompt has no end. */
const PATIENCE_MS = 100;

export interface LogWriter {
  /** Descriptors for the container: its stdin, which never ends, stdout and stderr. */
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  /** To be called when the container has them: from then on the end of its last process is the end of the streams. */
  handedOver(): void;
  /** Settles when everything that was written is in the log. */
  readonly drained: Promise<void>;
  /** Tells those who are attached how the container ended. */
  tellStatus(status: number): void;
  /** The end also for those who are attached. */
  close(): void;
}

/** Opens the fifos in a directory, and the log there, for at most `max` bytes of both its files. Throws the system's error. */
export function openLogWriter(directory: string, max: number): LogWriter {
  const log = new RotatedLog(directory, max);
  const attached = serveAttached(directory);
  const held: number[] = [];
  // A fifo that is opened for writing waits for a reader, so the reading end comes first.
  const readers = (['out', 'err'] as const).map(name =>
    openSync(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK),
  );
  const [stdout = -1, stderr = -1] = readers.map(fd => openAgain(fd, constants.O_WRONLY));
  held.push(stdout, stderr);
  const stdin = openSync(join(directory, 'in'), constants.O_RDWR);
  const ended = readers.map((fd, index) => record(fd, index === 0 ? 'stdout' : 'stderr', log, attached));
  let closed = false;
  return {
    ...{ stdin, stdout, stderr },
    handedOver: () => {
      for (const fd of held.splice(0)) closeSync(fd);
    },
    drained: Promise.all(ended.map(({ done }) => done)).then(() => undefined),
    tellStatus: status => attached.tellStatus(status),
    close: () => {
      if (closed) return;
      closed = true;
      for (const fd of held.splice(0)) closeSync(fd);
      for (const { socket } of ended) socket.destroy();
      closeSync(stdin);
      log.close();
      attached.close();
    },
  };
}

/** Reads one stream to its end, and writes it down by lines. */
function record(
  fd: number,
  stream: LogStream,
  log: RotatedLog,
  attached: AttachServer,
): { readonly socket: Socket; readonly done: Promise<void> } {
  const socket = new Socket({ fd, readable: true, writable: false });
  let rest: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (rest.length > 0) log.write(logLines(rest, stream, new Date()));
    rest = Buffer.alloc(0);
  };
  socket.on('data', (chunk: Buffer) => {
    attached.send(stream, chunk);
    const time = new Date();
    const { blocks, rest: begun } = cutLines(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    if (blocks.length > 0) log.write(blocks.map(block => logLines(block, stream, time)).join(''));
    rest = Buffer.from(begun);
    if (rest.length > 0) timer ??= setTimeout(flush, PATIENCE_MS);
    else {
      clearTimeout(timer);
      timer = undefined;
    }
  });
  const done = new Promise<void>(resolve => {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      flush();
      resolve();
    });
  });
  return { socket, done };
}
