/** Journals on disk, read. A journal is data that may come from anywhere: nothing in it is believed that does not have our shape. */

import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Arg, STORE } from '../plan/arg.ts';
import type { Plan, Undo } from '../plan/step.ts';
import type { Owner } from './owner.ts';
import { readOwn } from './text-file.ts';

export const JOURNAL_FILE = 'journal.jsonl';
export const JOURNAL_VERSION = 1;

/** In place of a boot id: the journal came here with a copy of its store. */
export const ELSEWHERE = 'another store';

/** The undo of a step, as far as it is a command. */
export interface JournaledUndo {
  readonly step: string;
  readonly undo: Extract<Undo, { type: 'command' }>;
  /** It counts only once the step is done; see Step.reserves. */
  readonly reserves?: true;
}

/** The first record: what would have to be undone, with which values, and who would do it. */
export interface JournalHead {
  readonly version: typeof JOURNAL_VERSION;
  readonly kind: Plan['kind'];
  readonly subject: string;
  readonly owner: Owner;
  readonly values: Readonly<Record<string, string>>;
  /** In the order of the steps. */
  readonly undos: readonly JournaledUndo[];
}

/** Every further record. */
export type JournalRecord =
  | {
      readonly type: 'begin' | 'done' | 'undone';
      readonly step: string;
      readonly values?: Readonly<Record<string, string>>;
    }
  /** The plan has done what it was for; what is left are the undos that always run. */
  | { readonly type: 'succeeded' }
  /** The last undo is done: from here on its owner holds nothing any more, even if it lives. */
  | { readonly type: 'ended' };

export interface JournalContents {
  readonly head: JournalHead;
  readonly records: readonly JournalRecord[];
  /** The values that the plan began with, and those that its steps have found out. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads the journal of a workspace: undefined when there is none whose head was written and is sound. A torn line is ignored. Whoever wants to run what
 * it says asks for a journal that is `ours`: somebody else's could hold any command.
 */
export function readJournal(workspace: string, ours = false): JournalContents | undefined {
  try {
    const journal = parseJournal(readOwn(join(workspace, JOURNAL_FILE), stats => !ours || isOurs(stats)));
    return journal === undefined || isOfStore(journal, workspace) ? journal : copied(journal);
  } catch {
    return undefined;
  }
}

/**
 * Whether the store that it names is the one that the workspace lies in, by whatever name. In the copy of a store that was made while something ran, the
 * processes that are named are those of the other one.
 */
function isOfStore({ head }: JournalContents, workspace: string): boolean {
  const named = head.values[STORE.var];
  if (named === undefined) return true;
  const root = join(workspace, '..', '..');
  if (named === root) return true;
  const [its, ours] = [named, root].map(path => statSync(path, { throwIfNoEntry: false }));
  return its !== undefined && ours !== undefined && its.ino === ours.ino && its.dev === ours.dev;
}

/** The same, of an owner that lives nowhere. */
function copied(journal: JournalContents): JournalContents {
  return { ...journal, head: { ...journal.head, owner: { ...journal.head.owner, boot: ELSEWHERE } } };
}

/** Whether only this user, or root, can have written it. */
function isOurs({ uid, mode }: Stats): boolean {
  return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}

/** The journal in a text; undefined when its first line is not a sound head. */
export function parseJournal(text: string): JournalContents | undefined {
  // What follows the last line end was not written completely.
  const end = text.indexOf('\n');
  const head = parse(text.slice(0, Math.max(end, 0)));
  if (!isHead(head)) return undefined;
  const lines = () =>
    text
      .slice(end + 1)
      .split('\n')
      .slice(0, -1);
  let records: readonly JournalRecord[] | undefined;
  let values: ReadonlyMap<string, string> | undefined;
  // Who asks for the owner or a value, of many containers, does not wait for the rest.
  return {
    head,
    get records() {
      records ??= lines().map(parse).filter(isRecord);
      return records;
    },
    get values() {
      values ??= foundIn(
        head,
        lines()
          .filter(line => line.includes('"values"'))
          .map(parse)
          .filter(isRecord),
      );
      return values;
    },
  };
}

/** What is to be undone now that the owner is dead: newest first, with all values that were found out. */
export function pendingUndos({ head, records, values }: JournalContents): {
  readonly undos: readonly JournaledUndo[];
  readonly values: ReadonlyMap<string, string>;
} {
  // A step may be taken back and done again: what counts is what was written last about it.
  const [begun, done] = [new Set<string>(), new Set<string>()];
  for (const record of records) {
    if (record.type === 'begin') begun.add(record.step);
    if (record.type === 'done') done.add(record.step);
    if (record.type !== 'undone') continue;
    begun.delete(record.step);
    done.delete(record.step);
  }
  const succeeded = hasSucceeded(records);
  const undos = head.undos.filter(
    ({ step, undo, reserves }) =>
      (reserves ? done : begun).has(step) && (undo.when === 'always' || !succeeded),
  );
  return { undos: undos.toReversed(), values };
}

function foundIn(head: JournalHead, records: readonly JournalRecord[]): ReadonlyMap<string, string> {
  const found = records.flatMap(record => ('values' in record ? Object.entries(record.values ?? {}) : []));
  return new Map([...Object.entries(head.values), ...found]);
}

/** Whether the plan had done what it was for. */
export function hasSucceeded(records: readonly JournalRecord[]): boolean {
  return records.some(({ type }) => type === 'succeeded');
}

/** Whether the plan was over, its undos included. */
export function hasEnded(records: readonly JournalRecord[]): boolean {
  return records.some(({ type }) => type === 'ended');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const KINDS: Readonly<Record<Plan['kind'], true>> = {
  run: true,
  start: true,
  import: true,
  base: true,
  tag: true,
  commit: true,
  save: true,
  'remove-image': true,
  'remove-container': true,
  prune: true,
  export: true,
  copy: true,
  fork: true,
  exec: true,
  stop: true,
  kill: true,
  rename: true,
  lesson: true,
};

function isHead(value: unknown): value is JournalHead {
  return (
    isObject(value) &&
    value['version'] === JOURNAL_VERSION &&
    typeof value['kind'] === 'string' &&
    Object.hasOwn(KINDS, value['kind']) &&
    typeof value['subject'] === 'string' &&
    isOwner(value['owner']) &&
    isValues(value['values']) &&
    Array.isArray(value['undos']) &&
    value['undos'].every(isUndo)
  );
}

function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value)) return false;
  switch (value['type']) {
    case 'succeeded':
    case 'ended':
      return true;
    case 'begin':
    case 'done':
    case 'undone':
      return (
        typeof value['step'] === 'string' && (value['values'] === undefined || isValues(value['values']))
      );
    default:
      return false;
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['pid']) &&
    Number(value['pid']) > 0 &&
    typeof value['start'] === 'string' &&
    typeof value['boot'] === 'string' &&
    typeof value['namespace'] === 'string'
  );
}

function isUndo(value: unknown): value is JournaledUndo {
  if (!isObject(value) || typeof value['step'] !== 'string') return false;
  const { undo } = value as { undo?: unknown };
  return (
    isObject(undo) &&
    undo['type'] === 'command' &&
    (undo['when'] === 'always' || undo['when'] === 'failure') &&
    Array.isArray(undo['argv']) &&
    undo['argv'].length > 0 &&
    undo['argv'].every(isArg)
  );
}

function isArg(value: unknown): value is Arg {
  return (
    isText(value) ||
    (Array.isArray(value) && value.every(part => isText(part) || (isObject(part) && isText(part['var']))))
  );
}

function isValues(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every(isText);
}

/** No argument of a command can hold a NUL byte. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
