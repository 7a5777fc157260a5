/** The append-only record of a plan's progress, written ahead of each step: enough to undo after a crash. It lies in the plan's workspace. */

import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../plan/arg.ts';
import type { Plan, Undo } from '../plan/step.ts';

export const JOURNAL_FILE = 'journal.jsonl';
const VERSION = 1;

/** The first record: what would have to be undone, and with which values. */
export interface JournalHead {
  readonly version: typeof VERSION;
  readonly kind: Plan['kind'];
  readonly subject: string;
  readonly values: Readonly<Record<string, string>>;
  readonly undos: readonly { readonly step: string; readonly undo: Undo }[];
}

/** Every further record. */
export type JournalRecord =
  | {
      readonly type: 'begin' | 'done' | 'undone';
      readonly step: string;
      readonly values?: Readonly<Record<string, string>>;
    }
  /** The plan has done what it was for; what is left are the undos that always run. */
  | { readonly type: 'succeeded' };

export interface Journal {
  append(record: JournalRecord): void;
  close(): void;
}

/** Begins the journal of a plan whose first step has just made `workspace`. Throws the system's error when it can't be written. */
export function openJournal(workspace: string, plan: Plan, values: Values): Journal {
  const fd = openSync(join(workspace, JOURNAL_FILE), 'ax', 0o600);
  const head: JournalHead = {
    version: VERSION,
    kind: plan.kind,
    subject: plan.subject,
    values: Object.fromEntries(values),
    undos: plan.steps.flatMap(({ id, undo }) => (undo.type === 'command' ? [{ step: id, undo }] : [])),
  };
  const leavesSomething = new Set(head.undos.map(({ step }) => step));
  const write = (record: JournalHead | JournalRecord): void => {
    writeSync(fd, `${JSON.stringify(record)}\n`);
    // A step that only the kernel undoes leaves nothing that could survive a loss of power: its record need not either. That a step is done
    // may be forgotten, because undos are safe to run twice.
    if (!('type' in record) || (record.type === 'begin' && leavesSomething.has(record.step))) fsyncSync(fd);
  };
  write(head);
  return { append: write, close: () => closeSync(fd) };
}

export interface JournalContents {
  readonly head: JournalHead;
  readonly records: readonly JournalRecord[];
}

/** Reads the journal of a workspace: undefined when there is none, or none whose head was written. A torn last line is ignored. */
export function readJournal(workspace: string): JournalContents | undefined {
  let text: string;
  try {
    text = readFileSync(join(workspace, JOURNAL_FILE), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n').slice(0, -1).flatMap(parse);
  const [head, ...records] = lines;
  if (head === undefined || !('version' in head) || head.version !== VERSION) return undefined;
  return { head: head as JournalHead, records: records as readonly JournalRecord[] };
}

function parse(line: string): readonly (JournalHead | JournalRecord)[] {
  try {
    return [JSON.parse(line) as JournalHead | JournalRecord];
  } catch {
    return [];
  }
}
