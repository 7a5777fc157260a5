/** What a test expects to be said about a cause of the table. */

import type { LessonName } from '../../src/plan/lessons.ts';
import { CAUSES, type CauseRow } from './causes-table.ts';

/** The row of that id. Throws when there is none. */
export function causeRow(id: string): CauseRow {
  const row = CAUSES.flatMap(({ rows }) => rows).find(candidate => candidate.id === id);
  if (row === undefined) throw new Error(`the table of causes has no ${id}`);
  return row;
}

/**
 * Matches a message that says the cause, the whole sentence, and names the lesson, if the row has one. `values` say what stands in the place of
 * a part in braces; any text may be in those that they leave out.
 */
export function saysCause(
  id: string,
  values: Readonly<Record<string, string>> = {},
  lesson: LessonName | undefined = causeRow(id).lesson,
): RegExp {
  const { said } = causeRow(id);
  const sentence = said
    .split(/(\{\w+\})/)
    .map(part => {
      const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
      return name === undefined || values[name] !== undefined ? literal(values[name ?? ''] ?? part) : '.*';
    })
    .join('');
  const more = lesson === undefined ? '' : `[^]*^Lesson +tinydocker lesson ${lesson}$`;
  return new RegExp(`^tinydocker: ${sentence}$${more}`, 'm');
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
