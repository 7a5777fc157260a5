/** Lists with docker's --format: a table, JSON lines, or a template. Pure. */

import { failureError, valueOf } from '../errors.ts';
import {
  type Data,
  fieldsOf,
  fillTemplate,
  noSuchField,
  parseTemplate,
  type Template,
} from '../plan/template.ts';
import { table } from './table.ts';

/** The fields that the lines of a list have, each with the heading of its column. */
export type Headings = Readonly<Record<string, string>>;

/** One line: a value for each field. */
export type Line = Readonly<Record<string, Data>>;

export type Format =
  | { readonly type: 'json' }
  | { readonly type: 'table'; readonly columns: readonly Template[] }
  | { readonly type: 'lines'; readonly template: Template };

/**
 * What --format asks for: `table`, which has the `columns` (also when nothing is asked for), `json`, "table TEMPLATE" with a tab between columns, or a template. Throws
 * a usage error for what templates can not do, and for a field that the list does not have.
 */
export function parseFormat(
  text: string | undefined,
  headings: Headings,
  columns: readonly string[],
): Format {
  if (text === 'json') return { type: 'json' };
  if (text === undefined || text === 'table')
    return { type: 'table', columns: columns.map(name => [{ path: [name], shape: 'text' }]) };
  const asTable = /^table\s+(.*)$/s.exec(text)?.[1];
  if (asTable !== undefined)
    return { type: 'table', columns: asTable.split(/\\t|\t/).map(column => known(column, headings)) };
  return { type: 'lines', template: known(text, headings) };
}

/** The lines as text. */
export function listing(lines: readonly Line[], format: Format, headings: Headings): string {
  switch (format.type) {
    case 'json':
      return lines.map(line => `${JSON.stringify(line)}\n`).join('');
    case 'lines':
      return lines.map(line => `${valueOf(fillTemplate(format.template, line))}\n`).join('');
    case 'table':
      return table(
        [headings, ...lines].map(line => format.columns.map(column => valueOf(fillTemplate(column, line)))),
      );
  }
}

function known(text: string, headings: Headings): Template {
  const template = valueOf(parseTemplate(text));
  const unknown = fieldsOf(template).find(name => !Object.hasOwn(headings, name));
  if (unknown === undefined) return template;
  const failure = noSuchField(`.${unknown}`, Object.keys(headings));
  throw failureError(failure.ok ? [] : failure.failures);
}
