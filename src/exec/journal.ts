/** The append-only record of a plan's progress, written ahead of each step: enough to undo after a crash. It lies in the plan's workspace. */

import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FILE, JOURNAL_VERSION, type JournalHead, type JournalRecord } from '../host/journal-file.ts';
import { thisOwner } from '../host/owner.ts';
import type { Values } from '../plan/arg.ts';
import type { Plan } from '../plan/step.ts';

export interface Journal {
  /** Throws the system's error when the record can't be written. */
  append(record: JournalRecord): void;
  close(): void;
}

/** Begins the journal of a plan whose first step has just made `workspace`. Throws the system's error when it can't be written. */
export function openJournal(workspace: string, plan: Plan, values: Values): Journal {
  const fd = openSync(join(workspace, JOURNAL_FILE), 'ax', 0o600);
  const head: JournalHead = {
    version: JOURNAL_VERSION,
    kind: plan.kind,
    subject: plan.subject,
    owner: thisOwner(),
    values: Object.fromEntries(values),
    undos: plan.steps.flatMap(({ id, undo, reserves }) =>
      undo.type === 'command' ? [{ step: id, undo, ...(reserves ? { reserves } : {}) }] : [],
    ),
  };
  const leavesSomething = new Set(head.undos.map(({ step }) => step));
  const endMatters = head.undos.some(({ undo }) => undo.when === 'failure');
  // A step that only the kernel undoes leaves nothing that could survive a loss of power: its record need not either. That a step is done
  // may be forgotten, because undos are safe to run twice; that the plan has succeeded may not, where it decides what is undone.
  const mustLast = (record: JournalHead | JournalRecord): boolean =>
    !('type' in record) ||
    (record.type === 'begin' && leavesSomething.has(record.step)) ||
    (record.type === 'succeeded' && endMatters);
  let torn = false;
  const write = (record: JournalHead | JournalRecord): void => {
    // After a write that failed half-way, the next record must not become part of the broken line.
    const line = Buffer.from(`${torn ? '\n' : ''}${JSON.stringify(record)}\n`);
    torn = true;
    for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
    torn = false;
    if (mustLast(record)) fsyncSync(fd);
  };
  try {
    write(head);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { append: write, close: () => closeSync(fd) };
}
