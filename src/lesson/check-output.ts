/** Whether a block printed what a lesson expects. */

import type { Expectation } from './lesson.ts';

export interface BlockOutput {
  /** stdout and stderr, as they came. */
  readonly text: string;
  readonly status: number;
}

/** What "{name}" stood for, by name: the same in all that follows. */
export type Found = ReadonlyMap<string, string>;

export type Check =
  | { readonly ok: true; readonly found: Found }
  | {
      readonly ok: false;
      /** The first expected line that is not where it should be; undefined when something follows that is not expected. */
      readonly line?: string;
      /** Set when it is only the exit status. */
      readonly status?: number;
    };

/** Compares the output of a block with what is expected of it; without an expectation only the exit status counts. Blanks at the ends of lines and empty lines at the end do not. */
export function checkOutput(
  expectation: Expectation | undefined,
  { text, status }: BlockOutput,
  found: Found,
): Check {
  const { lines, status: wanted } = expectation ?? { lines: ['...'], status: 0 };
  const output = text
    .replaceAll(/[ \t\r]+$/gm, '')
    .replace(/\n+$/, '')
    .replace(/(?<=.)$/s, '\n');
  const match = pattern(lines, found, '$').exec(output);
  if (match === null) {
    const missing = lines.findIndex((_, index) => !pattern(lines.slice(0, index + 1), found).test(output));
    return { ok: false, ...(missing === -1 ? {} : { line: lines[missing] ?? '' }) };
  }
  if (status !== wanted) return { ok: false, status: wanted };
  return { ok: true, found: new Map([...found, ...Object.entries(match.groups ?? {})]) };
}

/** One regular expression for all lines: so a name can stand for the same word in several of them. */
function pattern(lines: readonly string[], found: Found, end = ''): RegExp {
  const named = new Set<string>();
  const piece = (part: string): string => {
    if (part === '...') return '.*';
    const [, name] = /^\{([a-z][a-z0-9_]*)\}$/.exec(part) ?? [];
    if (name === undefined) return escaped(part);
    const known = found.get(name);
    if (known !== undefined) return escaped(known);
    if (named.has(name)) return `\\k<${name}>`;
    named.add(name);
    return `(?<${name}>[^\\s:]+)`;
  };
  const body = lines.map(line =>
    line.trim() === '...'
      ? '(?:.*\\n)*'
      : `${line
          .trimEnd()
          .split(/(\.\.\.|\{[a-z][a-z0-9_]*\})/)
          .map(piece)
          .join('')}\\n`,
  );
  return new RegExp(`^${body.join('')}${end}`);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
