/** The output of a container that a printed script runs in the background: as it was written, in a file for each stream, without times. */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import type { LogStream } from '../plan/log-entry.ts';
import { linesBackward } from './lines-backward.ts';
import { type Output, type OutputReader, READ_SIZE } from './output-reader.ts';

const STREAMS: readonly LogStream[] = ['stdout', 'stderr'];

/** Opens both files, at the last `tail` lines of each or at their beginning. Undefined when there are none. Throws the system's error. */
export function openRawOutput(directory: string, tail?: number): OutputReader | undefined {
  const files = STREAMS.flatMap(stream => {
    const fd = openFile(join(directory, `${stream}.log`));
    return fd === undefined ? [] : [{ stream, fd, offset: tail === undefined ? 0 : tailOffset(fd, tail) }];
  });
  if (files.length === 0) return undefined;
  return {
    next: () => {
      for (const file of files) {
        const bytes = Buffer.alloc(READ_SIZE);
        const count = readSync(file.fd, bytes, 0, bytes.length, file.offset);
        file.offset += count;
        if (count > 0) return [{ stream: file.stream, bytes: bytes.subarray(0, count) } satisfies Output];
      }
      return [];
    },
    close: () => {
      for (const { fd } of files) closeSync(fd);
    },
  };
}

function tailOffset(fd: number, tail: number): number {
  const { size } = fstatSync(fd);
  let [lines, from] = [0, size];
  for (const { offset } of linesBackward(fd, size)) {
    if (lines === tail) break;
    lines += 1;
    from = offset;
  }
  return from;
}

function openFile(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
