/** Text from outside, made safe for a terminal: no name, command or message may move the cursor or change what was printed before. */

/** C0 and C1 controls, invisible and bidirectional formatting characters, line and paragraph separators. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line: whatever a terminal would act on is written as an escape (`\x1b`, `\u202e`). */
export function visible(text: string): string {
  return text.replaceAll(UNSAFE, character => {
    const code = character.charCodeAt(0);
    if (character === '\n') return '\\n';
    if (character === '\t') return ' ';
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Several lines, each made safe; empty ones at the end are dropped. */
export function visibleLines(text: string): readonly string[] {
  return text.trimEnd().split(/\r?\n/).map(visible);
}
