/** A recording, read and checked: it may come from anywhere. Pure. */

import { failed, ok, type PlanFailure, type Result } from '../plan/result.ts';
import {
  RECORD_FORMAT,
  RECORD_VERSION,
  type RecordedEvent,
  type RecordHeader,
  type RecordLine,
} from './format.ts';
import { isObject } from './shape.ts';
import { EVENT_SHAPES, HEADER_SHAPE, LINE_SHAPE } from './shapes.ts';

export interface Recording {
  readonly header: RecordHeader;
  /** In order; a time is never less than the one before. */
  readonly lines: readonly RecordLine[];
  /** The last line is not whole: whoever wrote it was killed, or the disk was full. */
  readonly torn: boolean;
  /** How many lines have an event of a type that this version does not know. They are left out. */
  readonly unknown: number;
}

/** The longest line that is looked at, in characters: a plan of 350 layers takes less than one of them. */
const LONGEST_LINE = 1 << 24;

/** Reads a whole recording. What is wrong with it is said with the number of its line. */
export function readRecording(content: string): Result<Recording> {
  const texts = content.split('\n');
  // What stands behind the last line end is nothing, or a line that was broken off.
  const rest = texts.pop() ?? '';
  const header = readHeader(texts[0] ?? rest);
  if (!header.ok) return header;
  const lines: RecordLine[] = [];
  let unknown = 0;
  let last = 0;
  for (const [index, text] of texts.entries()) {
    if (index === 0) continue;
    const line = readLine(text);
    if (typeof line === 'string') return notOurs(`line ${index + 1}: ${line}`);
    last = Math.max(last, line.time);
    if (line.event === undefined) unknown += 1;
    else lines.push({ time: last, plan: line.plan, event: line.event });
  }
  return ok({ header: header.value, lines, torn: rest !== '', unknown });
}

function readHeader(text: string): Result<RecordHeader> {
  const value = parsed(text);
  if (!isObject(value) || value['format'] !== RECORD_FORMAT)
    return notOurs('its first line is not the header of one');
  const { version } = value;
  if (version !== RECORD_VERSION)
    return failed({
      code: 'record-version',
      message: `The recording has version ${JSON.stringify(version)?.slice(0, 20)} of the format, and this tinydocker reads version ${RECORD_VERSION}.`,
      hint: 'The tinydocker that made it can replay it, and so can a newer one.',
    });
  const fault = HEADER_SHAPE(value, 'header');
  return fault === undefined ? ok(value as unknown as RecordHeader) : notOurs(`line 1: ${fault}`);
}

/** A line, without its event when the type is not known; or what is wrong with it. */
function readLine(
  text: string,
): { readonly time: number; readonly plan: number; readonly event?: RecordedEvent } | string {
  if (text.length > LONGEST_LINE) return 'it is longer than any line of a recording';
  const value = parsed(text);
  const fault = LINE_SHAPE(value, 'it');
  if (fault !== undefined) return value === undefined ? 'it is no JSON' : fault;
  const { time, plan, event } = value as RecordLine;
  const shape = Object.hasOwn(EVENT_SHAPES, event.type) ? EVENT_SHAPES[event.type] : undefined;
  if (shape === undefined) return { time, plan };
  return shape(event, event.type) ?? { time, plan, event };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notOurs(what: string): ReturnType<typeof failed> {
  const failure: PlanFailure = {
    code: 'no-recording',
    message: `This is no recording of tinydocker: ${what}.`,
    hint: 'tinydocker run --record FILE makes one, and tinydocker ops lists those that are in the store.',
  };
  return failed(failure);
}
