/** POSIX shell quoting: the only way by which a value gets into shell text. See sh(1p), section 2.2. */

import { type Arg, partsOf } from './arg.ts';

const SAFE = /^[A-Za-z0-9_@%+:,./=-]+$/;

/**
 * A value as one shell word that every POSIX sh reads back unchanged. Plain words stay as they are, so that scripts
 * read well. Throws a RangeError for a NUL byte, which no argument can hold.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new RangeError('a NUL byte can not be part of an argument');
  if (SAFE.test(value) && !value.startsWith('=')) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A word of the plan as one shell word, its variables as "$NAME". */
export function quoteArg(word: Arg): string {
  // An empty part would hide from a variable that a letter follows it.
  const parts = partsOf(word).filter(part => part !== '');
  if (parts.every(part => typeof part === 'string')) return quote(parts.join(''));
  return inDoubleQuotes(parts);
}

/** A command in one line, as the script prints a short one. */
export function quoteArgv(argv: readonly Arg[]): string {
  return argv.map(quoteArg).join(' ');
}

/** A file's text for an unquoted here-document: variables are expanded by the shell, everything else is literal. */
export function hereDocument(text: Arg): string {
  return partsOf(text)
    .map(part => (typeof part === 'string' ? part.replaceAll(/[\\$`]/g, '\\$&') : `\${${part.var}}`))
    .join('');
}

/**
 * Text for a shell comment. A line end, or any control character, in a value must not start a command or move a
 * reader's cursor, so it becomes `?`.
 */
export function comment(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
}

function inDoubleQuotes(parts: ReturnType<typeof partsOf>): string {
  const text = parts.map((part, index) => {
    if (typeof part === 'string') {
      if (part.includes('\0')) throw new RangeError('a NUL byte can not be part of an argument');
      return part.replaceAll(/[\\$`"]/g, '\\$&');
    }
    const next = parts[index + 1];
    const runsOn = typeof next === 'string' && /^[A-Za-z0-9_]/.test(next);
    return runsOn ? `\${${part.var}}` : `$${part.var}`;
  });
  return `"${text.join('')}"`;
}
