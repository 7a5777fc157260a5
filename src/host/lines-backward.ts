/** The lines of a file from its last to its first, read in blocks: for the end of a long file, its beginning is never read. */

import { readSync } from 'node:fs';

const BLOCK = 1 << 16;
const LINE_END = 0x0a;

export interface FileLine {
  /** Where it begins. */
  readonly offset: number;
  /** Without its end. */
  readonly bytes: Buffer;
  /** Only the last line of a file can lack its end. */
  readonly whole: boolean;
}

/** The lines of the first `size` bytes. Throws the system's error. */
export function* linesBackward(fd: number, size: number): Generator<FileLine> {
  /** The end of a line whose beginning was not read yet. */
  let tail: Buffer = Buffer.alloc(0);
  let whole = false;
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - BLOCK);
    const block = Buffer.concat([readExactly(fd, begin, end - begin), tail]);
    let stop = block.length;
    for (
      let at = block.lastIndexOf(LINE_END);
      at >= 0;
      at = at === 0 ? -1 : block.lastIndexOf(LINE_END, at - 1)
    ) {
      if (whole || at + 1 < stop)
        yield { offset: begin + at + 1, bytes: block.subarray(at + 1, stop), whole };
      whole = true;
      stop = at;
    }
    tail = block.subarray(0, stop);
    end = begin;
  }
  if (whole || tail.length > 0) yield { offset: 0, bytes: tail, whole };
}

function readExactly(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const count = readSync(fd, bytes, at, length - at, position + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
