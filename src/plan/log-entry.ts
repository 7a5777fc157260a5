/** One line of a container's log, as docker's json-file driver writes it. Pure. */

export type LogStream = 'stdout' | 'stderr';

export interface LogEntry {
  readonly stream: LogStream;
  /** When it was read. */
  readonly time: Date;
  /** With its line end, if it had one. */
  readonly bytes: Buffer;
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
