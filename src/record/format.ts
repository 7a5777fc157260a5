/**
 * The format of a recording: one JSON object a line (NDJSON). The first line is the header; each other one has the time, the number of the plan that it is about, and
 * an event as the executor emitted it, the whole plan included. Pure: who writes it to a file is in src/exec, who reads it from one in src/host.
 */

import type { PlanEvent } from '../events.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';

/** What the header's `format` says. */
export const RECORD_FORMAT = 'tinydocker-record';

/** It changes when a field changes its meaning or goes. New fields and new types of events may come at any time: readers skip what they do not know. */
export const RECORD_VERSION = 1;

export interface RecordHeader {
  readonly format: typeof RECORD_FORMAT;
  readonly version: number;
  /** The version of tinydocker that wrote it. */
  readonly tinydocker: string;
  /** The words behind "tinydocker". Whatever was on the command line is here, values of variables included. */
  readonly commandLine: readonly string[];
  /** When it began, ISO 8601 in UTC; times are counted from here. */
  readonly started: string;
  readonly machine: {
    /** As uname(2) says it: "6.18.0-amd64". */
    readonly kernel: string;
    readonly user: 'root' | 'ordinary';
  };
  /** The size of the terminal that it was watched on, if there was one. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Who writes it: with this others see whether a recording without an end is still being made. */
  readonly writer?: RecordWriterId;
}

/** A process, so that it can not be taken for a later one of the same number; see src/host/owner.ts. */
export interface RecordWriterId {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly namespace: string;
}

/** What is written down: what the executor emits, what was said besides, and who went on with it. */
export type RecordedEvent =
  | PlanEvent
  | ({
      readonly type: 'message';
      readonly kind: 'note' | 'error';
      readonly text: string;
      readonly hint?: string | undefined;
    } & Pick<Diagnosis, 'checked' | 'lesson'>)
  /** Another process carries the plan out from here on: the container goes to the background. */
  | { readonly type: 'continued'; readonly writer: RecordWriterId };

export interface RecordLine {
  /** Seconds since the start, with microseconds. */
  readonly time: number;
  /** Which plan of the command line, from 1 on: one may begin before another has ended. */
  readonly plan: number;
  readonly event: RecordedEvent;
}

/** The first line, with its line end. */
export function headerText(header: RecordHeader): string {
  return `${JSON.stringify(header)}\n`;
}

/** Any other line, with its line end. */
export function lineText(line: RecordLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Milliseconds as a line has its time. */
export function secondsOf(milliseconds: number): number {
  return Math.round(Math.max(0, milliseconds) * 1000) / 1_000_000;
}
