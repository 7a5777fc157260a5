/** What a container's journal tells of the plan that made it: which steps were done, and how they are undone. Read-only. */

import { quoteArgv } from '../plan/quote.ts';
import { type JournalContents, readJournal } from './journal-file.ts';

export interface StepLook {
  readonly id: string;
  /** What it does, where that is known: a journal has only its name. */
  readonly title: string | undefined;
  /** Undefined: the journal says only how it would be undone. */
  readonly state: 'begun' | 'done' | 'undone' | undefined;
  /** The command that undoes it, with the plan's variables in it; undefined when it needs none of its own. */
  readonly undo: string | undefined;
}

export interface PlanLook {
  /** run, start, fork. */
  readonly kind: string;
  readonly steps: readonly StepLook[];
  /** What the variables of the plan are: "C", a path. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

/** Undefined when there is no journal: a script made the container. */
export function planLook(directory: string, titles: ReadonlyMap<string, string>): PlanLook | undefined {
  const journal = readJournal(directory);
  return journal === undefined ? undefined : planOf(journal, titles);
}

/** The same of a journal that was read; `titles` are those of steps that are known, by their names. */
export function planOf(journal: JournalContents, titles: ReadonlyMap<string, string>): PlanLook {
  const undos = new Map(journal.head.undos.map(({ step, undo }) => [step, quoteArgv(undo.argv)]));
  const states = new Map<string, StepLook['state']>(journal.head.undos.map(({ step }) => [step, undefined]));
  const order: string[] = [];
  for (const record of journal.records) {
    if (!('step' in record)) continue;
    if (!order.includes(record.step)) order.push(record.step);
    states.set(record.step, record.type === 'begin' ? 'begun' : record.type);
  }
  const others = [...states.keys()].filter(step => !order.includes(step));
  return {
    kind: journal.head.kind,
    steps: [...order, ...others].map(id => ({
      id,
      title: titles.get(id),
      state: states.get(id),
      undo: undos.get(id),
    })),
    values: [...journal.values],
  };
}
