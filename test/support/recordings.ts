/** Recordings for tests: of events, with a time for each. */

import type { PlanEvent } from '../../src/events.ts';
import type { RecordedEvent, RecordHeader } from '../../src/record/format.ts';
import type { Recording } from '../../src/record/read.ts';

export const HEADER: RecordHeader = {
  format: 'tinydocker-record',
  version: 1,
  tinydocker: '0.1.0',
  commandLine: ['run', 'hello1', 'sh', '-c', 'exit 3'],
  started: '2026-01-02T03:04:05.678Z',
  machine: { kernel: '6.18.0', user: 'root' },
  terminal: { columns: 80, rows: 24 },
};

/** The events of one plan, `seconds` apart. */
export function recordingOf(
  events: readonly (PlanEvent | RecordedEvent)[],
  seconds = 0.01,
  header: Partial<RecordHeader> = {},
): Recording {
  return {
    header: { ...HEADER, ...header },
    lines: events.map((event, index) => ({ time: (index + 1) * seconds, plan: 1, event })),
    torn: false,
    unknown: 0,
  };
}
