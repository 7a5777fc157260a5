/** The table of causes as docs/errors.md shows it. */

import { CAUSES, type CauseRow } from './causes-table.ts';

const MARK = '<!-- What follows is written by the tests: node scripts/test.mjs --update causes-page -->\n';

/** The page: what stands before the mark is written by hand. */
export function causesPage(page: string): string {
  const at = page.indexOf(MARK);
  return `${at < 0 ? page : page.slice(0, at)}${MARK}${CAUSES.map(({ title, rows }) => `\n## ${title}\n\n${table(rows)}`).join('')}`;
}

/** With columns of one width, as biome wants them. */
function table(rows: readonly CauseRow[]): string {
  const cells = [
    ['cause', 'how a test makes it', 'what is said', 'lesson'],
    ...rows.map(({ id, made, said, lesson }) => [`\`${id}\``, cell(made), cell(said), lesson ?? '-']),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0))) ?? [];
  const [head = '', ...lines] = cells.map(
    row => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...lines, ''].join('\n');
}

/** What depends on the machine stands in capitals. */
function cell(text: string): string {
  return text
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())
    .replaceAll('|', '\\|')
    .replaceAll('*', '\\*');
}
