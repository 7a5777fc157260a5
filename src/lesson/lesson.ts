/** What a lesson is: text that is read, blocks that are run, and what is expected of them. Only data. */

import type { IdMapping } from '../plan/facts.ts';

/** Whom a block or an expectation is for: root; ordinary users; only those with ranges of ids; only those without. */
export type Audience = 'root' | 'user' | 'range' | 'single';

export const AUDIENCES: readonly Audience[] = ['root', 'user', 'range', 'single'];

export interface Lesson {
  readonly title: string;
  /** One line for the list of lessons. */
  readonly summary: string;
  readonly sections: readonly Section[];
}

export interface Section {
  /** The first one's is the title. */
  readonly heading: string;
  readonly parts: readonly Part[];
}

export type Part = { readonly type: 'text'; readonly text: string } | Block;

/** Commands for sh(1). */
export interface Block {
  readonly type: 'block';
  readonly script: string;
  readonly audience?: Audience;
  /** The first one that is for the reader counts. Without any, only the exit status is looked at: it has to be 0. */
  readonly expectations: readonly Expectation[];
}

/** What the commands print, stdout and stderr together. */
export interface Expectation {
  readonly audience?: Audience;
  /** "..." stands for any lines, in a line for any text; "{name}" for a word that is the same wherever the name stands. */
  readonly lines: readonly string[];
  /** Of the last command. */
  readonly status: number;
}

/** Whether something is for a reader whose containers get their ids in this way. */
export function isFor(audience: Audience | undefined, mapping: IdMapping): boolean {
  switch (audience) {
    case undefined:
      return true;
    case 'root':
      return mapping === 'host';
    case 'user':
      return mapping !== 'host';
    case 'range':
    case 'single':
      return mapping === audience;
  }
}

/** What a block has to print for this reader. */
export function expectationFor({ expectations }: Block, mapping: IdMapping): Expectation | undefined {
  return (
    expectations.find(({ audience }) => audience !== undefined && isFor(audience, mapping)) ??
    expectations.find(({ audience }) => audience === undefined)
  );
}
