/**
 * A log file of bounded size: it only grows, and when it has half of what it may have, it becomes the old one. It holds lines of JSON (src/plan/log-entry.ts).
 * What the disk has no room for is lost, and said as soon as there is room again. Once the file is open, nothing here throws.
 */

import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { LOG_FILE, OLD_LOG_FILE } from '../host/log-reader.ts';
import { logLine, parseLogLine } from '../plan/log-entry.ts';

const LINE_END = 0x0a;

export class RotatedLog {
  readonly #path: string;
  readonly #old: string;
  readonly #half: number;
  #fd: number;
  #size: number;
  /** The file ends in the middle of a line: the disk was full, or whoever wrote before was killed. */
  #torn: boolean;
  /** The file has become the old one, and there is no new one yet. */
  #renamed = false;
  /** Bytes of the container that there was no room for. */
  #lost = 0;

  /** Opens the log in a directory, for at most `max` bytes in both its files. Throws the system's error. */
  constructor(directory: string, max: number) {
    this.#path = join(directory, LOG_FILE);
    this.#old = join(directory, OLD_LOG_FILE);
    this.#half = Math.floor(max / 2);
    this.#fd = openLog(this.#path);
    this.#size = fstatSync(this.#fd).size;
    this.#torn = this.#size > 0 && lastByte(this.#fd, this.#size) !== LINE_END;
  }

  /** Writes whole lines of JSON with their ends: with one write(2), if they fit. */
  write(lines: string): void {
    const all = Buffer.from(this.#lost === 0 ? lines : lossLine(this.#lost) + lines);
    const rest = this.#append(all);
    // As long as nobody could be told, what is lost adds up.
    if (rest.length === all.length) this.#lost += outputIn(Buffer.from(lines));
    else this.#lost = outputIn(rest);
  }

  close(): void {
    if (this.#lost > 0) this.#append(Buffer.from(lossLine(this.#lost)));
    closeSync(this.#fd);
  }

  /** Returns what was not written, from the beginning of a line on. */
  #append(lines: Buffer): Buffer {
    let at = 0;
    try {
      while (at < lines.length) {
        const end = at + fitting(lines.subarray(at), this.#half - this.#size);
        // A line that is longer than the file may be still has to go somewhere.
        const whole = end === at && this.#size === 0 ? lines.indexOf(LINE_END, at) + 1 : end;
        if (whole === at) this.#rotate();
        while (at < whole) at += this.#write(lines.subarray(at, whole));
      }
    } catch {
      const begun = at === 0 ? 0 : lines.lastIndexOf(LINE_END, at - 1) + 1;
      if (begun < at) this.#torn = true;
      at = begun;
    }
    return lines.subarray(at);
  }

  #write(bytes: Buffer): number {
    if (this.#torn) this.#size += writeSync(this.#fd, '\n');
    this.#torn = false;
    const count = writeSync(this.#fd, bytes);
    this.#size += count;
    return count;
  }

  /** When the new file can not be made, the old one goes on, and it is tried again. */
  #rotate(): void {
    if (!this.#renamed) rename(this.#path, this.#old);
    this.#renamed = true;
    const next = openLog(this.#path);
    closeSync(this.#fd);
    this.#fd = next;
    this.#size = fstatSync(next).size;
    this.#renamed = false;
    this.#torn = false;
  }
}

/** How many bytes of the lines fit into the room: whole lines only. */
function fitting(lines: Buffer, room: number): number {
  if (lines.length <= room) return lines.length;
  return room <= 0 ? 0 : lines.lastIndexOf(LINE_END, room - 1) + 1;
}

function lossLine(bytes: number): string {
  const text = `tinydocker: ${bytes} bytes of output are lost: the log could not be written\n`;
  return logLine({ stream: 'stderr', time: new Date(), bytes: Buffer.from(text) });
}

/** How many bytes of the container the lines stand for. */
function outputIn(lines: Buffer): number {
  return lines
    .toString()
    .split('\n')
    .reduce((sum, line) => sum + (parseLogLine(line)?.bytes.length ?? 0), 0);
}

/** Somebody may have removed the log: then there is nothing to keep. */
function rename(path: string, old: string): void {
  try {
    renameSync(path, old);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, size - 1);
  return byte[0];
}

function openLog(path: string): number {
  return openSync(
    path,
    constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
}
