/**
 * The log of a container in the background, read while somebody may write it: src/exec/rotated-log.ts lets it grow, and renames it to the old log when it is full. No lock
 * is needed, because what was written does not change: whoever holds a file open can read it to its end, whatever it is called by then.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { type LogEntry, parseLogLine } from '../plan/log-entry.ts';
import { linesBackward } from './lines-backward.ts';
import { type OutputReader, READ_SIZE } from './output-reader.ts';

export const LOG_FILE = 'log';
/** What was the log until it was full. */
export const OLD_LOG_FILE = 'log.1';

const LINE_END = 0x0a;

/** A file that is being read, and from where. */
interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
  readonly offset: number;
}

/** Opens the log in a container's directory, at the last `tail` lines or at its beginning. Undefined when there is none. Throws the system's error. */
export function openLogReader(directory: string, tail?: number): OutputReader | undefined {
  const files = openFiles(directory);
  if (files.length === 0) return undefined;
  return new LogReader(directory, tail === undefined ? files : fromTail(files, tail));
}

class LogReader implements OutputReader {
  readonly #directory: string;
  /** The first is being read, the others follow. */
  #files: readonly OpenFile[];
  #offset: number;
  /** The beginning of a line. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(directory: string, files: readonly OpenFile[]) {
    this.#directory = directory;
    this.#files = files;
    this.#offset = files[0]?.offset ?? 0;
  }

  next(): readonly LogEntry[] {
    for (;;) {
      const entries = this.#read();
      if (entries !== undefined) return entries;
      if (this.#files.length === 1 && !this.#openNext()) return [];
      // It can have grown between our read and the moment when it became the old one.
      const last = this.#read();
      if (last === undefined) this.#toNext();
      else return last;
    }
  }

  close(): void {
    for (const { fd } of this.#files) closeSync(fd);
    this.#files = [];
  }

  /** Undefined at the end of the file. */
  #read(): readonly LogEntry[] | undefined {
    const [file] = this.#files;
    if (file === undefined) return undefined;
    for (;;) {
      const bytes = Buffer.alloc(READ_SIZE);
      const count = readSync(file.fd, bytes, 0, bytes.length, this.#offset);
      if (count === 0) return undefined;
      this.#offset += count;
      const known = Buffer.concat([this.#rest, bytes.subarray(0, count)]);
      const end = known.lastIndexOf(LINE_END) + 1;
      this.#rest = known.subarray(end);
      const entries = entriesIn(known.subarray(0, end));
      if (entries.length > 0) return entries;
    }
  }

  /** Whether the file that is being read has become the old one: then what follows it is opened. */
  #openNext(): boolean {
    const [current] = this.#files;
    const now = lstatSync(join(this.#directory, LOG_FILE), { throwIfNoEntry: false });
    if (current === undefined || now === undefined || isSame(now, current.stats)) return false;
    const found = openFiles(this.#directory);
    // Perhaps it was renamed twice, and the old one is what follows ours.
    const [follow, known] = [
      found.filter(file => !isSame(file.stats, current.stats)),
      found.filter(file => isSame(file.stats, current.stats)),
    ];
    for (const { fd } of known) closeSync(fd);
    this.#files = [current, ...follow];
    return follow.length > 0;
  }

  #toNext(): void {
    const [done, ...follow] = this.#files;
    if (done !== undefined) closeSync(done.fd);
    this.#files = follow;
    this.#offset = follow[0]?.offset ?? 0;
    this.#rest = Buffer.alloc(0);
  }
}

/** The old log and the log, as far as they are there. */
function openFiles(directory: string): readonly OpenFile[] {
  for (;;) {
    const log = openFile(join(directory, LOG_FILE));
    const old = openFile(join(directory, OLD_LOG_FILE));
    const files = [old, log].filter(file => file !== undefined);
    if (log === undefined || old === undefined || !isSame(log.stats, old.stats)) return files;
    // It was renamed between the two.
    for (const { fd } of files) closeSync(fd);
  }
}

function openFile(path: string): OpenFile | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return { fd, stats: fstatSync(fd), offset: 0 };
}

/** The files from where the last lines of both begin. */
function fromTail(files: readonly OpenFile[], tail: number): readonly OpenFile[] {
  const begun = new Set<string>();
  let lines = 0;
  for (const [index, file] of [...files.entries()].toReversed()) {
    let from = file.stats.size;
    for (const { offset, bytes, whole } of linesBackward(file.fd, file.stats.size)) {
      const entry = whole ? parseLogLine(bytes.toString()) : undefined;
      // A piece of a line belongs to what follows it in its stream.
      const isLine = entry !== undefined && (entry.bytes.at(-1) === LINE_END || !begun.has(entry.stream));
      if (isLine && lines === tail) {
        for (const { fd } of files.slice(0, index)) closeSync(fd);
        return [{ ...file, offset: from }, ...files.slice(index + 1)];
      }
      if (isLine) lines += 1;
      if (entry !== undefined) {
        begun.add(entry.stream);
        from = offset;
      }
    }
  }
  return files;
}

function entriesIn(lines: Buffer): readonly LogEntry[] {
  if (lines.length === 0) return [];
  return lines
    .toString()
    .split('\n')
    .map(parseLogLine)
    .filter(entry => entry !== undefined);
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
