/**
 * The log of a container that nobody watches: what it writes comes through two fifos, and goes line by line to a file, each line with its stream and time. The
 * container never waits for longer than a write(2) takes: what the disk has no room for is lost, and said.
 */

import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type LogEntry, type LogStream, logLine } from '../plan/log-entry.ts';

export const LOG_FILE = 'log';
/** What was the log until it was full. */
export const OLD_LOG_FILE = 'log.1';

/** A line that gets longer is cut into pieces, as docker does it, in bytes. */
const LONGEST = 16_384;
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
  close(): void;
}

/** Opens the fifos in a directory, and the log there, for at most `max` bytes of both its files. Throws the system's error. */
export function openLogWriter(directory: string, max: number): LogWriter {
  const log = new RotatedFile(directory, max);
  const held: number[] = [];
  const open = (name: string, flags: number): number => {
    const fd = openSync(join(directory, name), flags);
    held.push(fd);
    return fd;
  };
  // A fifo that is opened for writing waits for a reader, so the reading end comes first.
  const readers = (['out', 'err'] as const).map(name =>
    openSync(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK),
  );
  const [stdout, stderr] = [open('out', constants.O_WRONLY), open('err', constants.O_WRONLY)];
  const stdin = openSync(join(directory, 'in'), constants.O_RDWR);
  const ended = readers.map((fd, index) => record(fd, index === 0 ? 'stdout' : 'stderr', log));
  let closed = false;
  return {
    ...{ stdin, stdout, stderr },
    handedOver: () => {
      for (const fd of held.splice(0)) closeSync(fd);
    },
    drained: Promise.all(ended.map(({ done }) => done)).then(() => undefined),
    close: () => {
      if (closed) return;
      closed = true;
      for (const fd of held.splice(0)) closeSync(fd);
      for (const { socket } of ended) socket.destroy();
      closeSync(stdin);
      log.close();
    },
  };
}

/** Reads one stream to its end, and writes it down by lines. */
function record(
  fd: number,
  stream: LogStream,
  log: RotatedFile,
): { readonly socket: Socket; readonly done: Promise<void> } {
  const socket = new Socket({ fd, readable: true, writable: false });
  let rest: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (rest.length > 0) log.write([{ stream, bytes: rest, time: new Date() }]);
    rest = Buffer.alloc(0);
  };
  socket.on('data', (chunk: Buffer) => {
    const time = new Date();
    const { lines, rest: begun } = linesOf(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    log.write(lines.map(bytes => ({ stream, bytes, time })));
    rest = begun;
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

/** Whole lines with their ends, long ones in pieces, and what follows the last end. */
function linesOf(bytes: Buffer): { readonly lines: readonly Buffer[]; readonly rest: Buffer } {
  const lines: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const whole = end >= 0 && end - at < LONGEST;
    if (!whole && bytes.length - at < LONGEST) break;
    const next = whole ? end + 1 : at + LONGEST;
    lines.push(bytes.subarray(at, next));
    at = next;
  }
  return { lines, rest: Buffer.from(bytes.subarray(at)) };
}

/** A file that only grows, and when it has half of what it may have, becomes the old one. */
class RotatedFile {
  readonly #path: string;
  readonly #old: string;
  readonly #half: number;
  #fd: number;
  #size: number;
  /** Bytes of the container that there was no room for. */
  #lost = 0;

  constructor(directory: string, max: number) {
    this.#path = join(directory, LOG_FILE);
    this.#old = join(directory, OLD_LOG_FILE);
    this.#half = max / 2;
    this.#fd = openLog(this.#path);
    this.#size = fstatSync(this.#fd).size;
  }

  write(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const told =
        this.#lost === 0
          ? ''
          : logLine({
              stream: 'stderr',
              time: entry.time,
              bytes: Buffer.from(
                `tinydocker: ${this.#lost} bytes of output are lost: the log could not be written\n`,
              ),
            });
      this.#append(`${told}${logLine(entry)}`, entry.bytes.length);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #append(text: string, bytes: number): void {
    const line = Buffer.from(text);
    try {
      if (this.#size > 0 && this.#size + line.length > this.#half) this.#rotate();
      for (let at = 0; at < line.length; ) {
        const count = writeSync(this.#fd, line, at);
        at += count;
        this.#size += count;
      }
      this.#lost = 0;
    } catch {
      this.#lost += bytes;
    }
  }

  #rotate(): void {
    renameSync(this.#path, this.#old);
    closeSync(this.#fd);
    this.#fd = openLog(this.#path);
    this.#size = 0;
  }
}

function openLog(path: string): number {
  return openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
}
