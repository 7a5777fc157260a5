/** One line of a container's log, as docker's json-file driver writes it. Pure. */

export type LogStream = 'stdout' | 'stderr';

export interface LogEntry {
  readonly stream: LogStream;
  /** When it was read. */
  readonly time: Date;
  /** With its line end, if it had one. */
  readonly bytes: Buffer;
}

/** A line that gets longer is cut into pieces, as docker does it, in bytes. */
export const LONGEST_LINE = 16_384;

const LINE_END = 0x0a;

/**
 * Cuts output into blocks: each holds whole lines with their ends, or one piece of a line that is too long. The rest is the beginning of a line. Never
 * looks at each line, because there may be very many.
 */
export function cutLines(bytes: Buffer): { readonly blocks: readonly Buffer[]; readonly rest: Buffer } {
  const blocks: Buffer[] = [];
  let [block, at] = [0, 0];
  const endBlock = (end: number): void => {
    if (end > block) blocks.push(bytes.subarray(block, end));
    block = end;
  };
  while (at < bytes.length) {
    const end = bytes.lastIndexOf(LINE_END, at + LONGEST_LINE - 1);
    if (end >= at) at = end + 1;
    else if (bytes.length - at < LONGEST_LINE) break;
    else {
      endBlock(at);
      at += pieceOf(bytes.subarray(at, at + LONGEST_LINE));
      endBlock(at);
    }
  }
  endBlock(at);
  return { blocks, rest: bytes.subarray(at) };
}

/** How much of a long line makes a piece: no character of UTF-8 is cut, if that is what it is. */
function pieceOf(bytes: Buffer): number {
  for (let end = bytes.length; end > bytes.length - 4; end--) {
    const last = bytes[end - 1] ?? 0;
    if (last < 0x80) return end;
    if (last >= 0xc0) {
      const length = last >= 0xf0 ? 4 : last >= 0xe0 ? 3 : 2;
      return bytes.length - (end - 1) >= length ? bytes.length : end - 1;
    }
  }
  return bytes.length;
}

/** The entries of one block of cutLines, or of the beginning of a line, each as a line of JSON with its end. */
export function logLines(block: Buffer, stream: LogStream, time: Date): string {
  const text = block.toString('utf8');
  const when = `"stream":"${stream}","time":"${time.toISOString()}"`;
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  if (Buffer.from(text).equals(block)) {
    const whole = lines.map(line => `{"log":${JSON.stringify(`${line}\n`)},${when}}\n`);
    return `${whole.join('')}${rest === '' ? '' : `{"log":${JSON.stringify(rest)},${when}}\n`}`;
  }
  return eachLine(block)
    .map(bytes => logLine({ bytes, stream, time }))
    .join('');
}

function eachLine(block: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf(LINE_END, at);
    const next = end < 0 ? block.length : end + 1;
    lines.push(block.subarray(at, next));
    at = next;
  }
  return lines;
}

/** The entry as a line of JSON with its end. What is no UTF-8 is kept in base64 besides, because JSON could not give it back. */
export function logLine({ stream, time, bytes }: LogEntry): string {
  const log = bytes.toString('utf8');
  const exact = Buffer.from(log).equals(bytes);
  return `${JSON.stringify({ log, stream, time: time.toISOString(), ...(exact ? {} : { base64: bytes.toString('base64') }) })}\n`;
}

/** The entry in a line; undefined for a line that is damaged: a log that was broken off may end anywhere. */
export function parseLogLine(line: string): LogEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { log, stream, time, base64 } = value as Readonly<Record<string, unknown>>;
  if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr') || typeof time !== 'string')
    return undefined;
  const when = new Date(time);
  if (Number.isNaN(when.getTime())) return undefined;
  return {
    stream,
    time: when,
    bytes: typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(log),
  };
}
