/** Keys, as a terminal in raw mode sends them: bytes that say nothing about where one key ends and the next begins. Pure. See xterm's ctlseqs. */

export type NamedKey =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'insert'
  | 'delete'
  | 'backspace'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'back-tab';

export type Key =
  /** Anything that can be printed, one character. */
  | { readonly type: 'character'; readonly character: string }
  /** Ctrl with a letter; Ctrl-C is `c`. */
  | { readonly type: 'control'; readonly letter: string }
  /** What was pasted, however many lines: text, and never commands. */
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: NamedKey };

export interface ParsedKeys {
  readonly keys: readonly Key[];
  /** The beginning of a key whose end has not come yet, to be put before what comes next; or the Escape key itself. */
  readonly rest: string;
}

/** What turns bracketed paste on and off: the terminal then says where pasted text begins and ends. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';

const ESCAPE = '\u001b';
const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';

/** The last letter of CSI and SS3 sequences. */
const BY_LETTER: Readonly<Record<string, NamedKey>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  Z: 'back-tab',
};

/** The number before "~". */
const BY_NUMBER: Readonly<Record<string, NamedKey>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
};

const BY_CONTROL: Readonly<Record<string, NamedKey>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
};

/** All keys in a text, however many came at once. Whoever presses Escape and then a letter means two keys: there is no Alt. */
export function parseKeys(text: string): ParsedKeys {
  const keys: Key[] = [];
  let at = 0;
  while (at < text.length) {
    const found = text[at] === ESCAPE ? sequence(text, at) : character(text, at);
    if (found === undefined) return { keys, rest: text.slice(at) };
    if (found.key !== undefined) keys.push(found.key);
    at = found.next;
  }
  return { keys, rest: '' };
}

/** The keys in a rest to which nothing came for a while: its first character was the Escape key. A paste is waited for. */
export function parseRest(rest: string): ParsedKeys {
  if (rest === '' || rest.startsWith(PASTE_BEGINS)) return { keys: [], rest };
  const { keys, rest: more } = parseKeys(rest.slice(1));
  return { keys: [{ type: 'escape' }, ...keys], rest: more };
}

interface Found {
  /** Undefined for a sequence that is no key of ours. */
  readonly key: Key | undefined;
  readonly next: number;
}

function character(text: string, at: number): Found {
  const one = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const next = at + one.length;
  const named = BY_CONTROL[one];
  if (named !== undefined) return { key: { type: named }, next };
  if (one < ' ') return { key: { type: 'control', letter: controlLetter(one) }, next };
  return { key: { type: 'character', character: one }, next };
}

function controlLetter(one: string): string {
  return String.fromCharCode(one.charCodeAt(0) + 0x40).toLowerCase();
}

/** What begins with Escape; undefined when its end has not come. */
function sequence(text: string, at: number): Found | undefined {
  const rest = text.slice(at);
  if (rest.startsWith(PASTE_BEGINS)) return paste(text, at + PASTE_BEGINS.length);
  const [, introducer] = /^\u001b([[O])/.exec(rest) ?? [];
  if (introducer === undefined)
    return rest.length === 1 ? undefined : { key: { type: 'escape' }, next: at + 1 };
  const match =
    introducer === '[' ? /^\u001b\[([0-?]*)[ -/]*([@-~])/.exec(rest) : /^\u001bO()([@-~])/.exec(rest);
  if (match === null)
    // Either it goes on, or this is no sequence at all.
    return /^\u001b(\[[ -?]*|O)$/.test(rest) ? undefined : { key: { type: 'escape' }, next: at + 1 };
  const [whole, parameters = '', letter = ''] = match;
  const type = letter === '~' ? BY_NUMBER[parameters.split(';')[0] ?? ''] : BY_LETTER[letter];
  return { key: type === undefined ? undefined : { type }, next: at + whole.length };
}

function paste(text: string, begin: number): Found | undefined {
  const end = text.indexOf(PASTE_ENDS, begin);
  if (end < 0) return undefined;
  return { key: { type: 'paste', text: text.slice(begin, end) }, next: end + PASTE_ENDS.length };
}
