/**
 * What goes from whoever watches a container to those who are attached: docker's frames, see "Stream format" of its API. A header of eight bytes (the kind, three zeros,
 * the length as a big-endian number), then the content.
 */

import type { LogStream } from '../plan/log-entry.ts';

/** Output as it was read; what was left out because the reader was too slow, in bytes; how the container ended. */
export type Frame =
  | { readonly kind: LogStream; readonly bytes: Buffer }
  | { readonly kind: 'skipped' | 'status'; readonly number: number };

const KINDS: Readonly<Record<Frame['kind'], number>> = { stdout: 1, stderr: 2, skipped: 101, status: 102 };
const HEADER = 8;

/** The header that a frame's content follows; a number needs no content of its own and is all there. */
export function frameBytes(frame: Frame): readonly Buffer[] {
  const header = Buffer.alloc(HEADER);
  header[0] = KINDS[frame.kind];
  if ('bytes' in frame) {
    header.writeUInt32BE(frame.bytes.length, 4);
    return [header, frame.bytes];
  }
  const content = Buffer.alloc(6);
  content.writeUIntBE(frame.number, 0, 6);
  header.writeUInt32BE(content.length, 4);
  return [header, content];
}

/** Takes what arrives, however it is cut, and gives the frames that are complete. What is of no kind that we know is left out. */
export function frameReader(): (chunk: Buffer) => readonly Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32BE(4);
      if (rest.length < end) break;
      frames.push(...frameOf(rest[0] ?? 0, rest.subarray(HEADER, end)));
      rest = rest.subarray(end);
    }
    return frames;
  };
}

function frameOf(kind: number, content: Buffer): readonly Frame[] {
  switch (kind) {
    case KINDS.stdout:
      return [{ kind: 'stdout', bytes: content }];
    case KINDS.stderr:
      return [{ kind: 'stderr', bytes: content }];
    case KINDS.skipped:
    case KINDS.status:
      if (content.length !== 6) return [];
      return [{ kind: kind === KINDS.skipped ? 'skipped' : 'status', number: content.readUIntBE(0, 6) }];
    default:
      return [];
  }
}
