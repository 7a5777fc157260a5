/** What a person can ask the debugger for: a typed union, and the keys that mean each. Pure. */

export type Command =
  /** Do the next step. After a failure: undo everything, and end. */
  | { readonly type: 'next' }
  /** Take the last step back, by its own command or by starting again. After a failure: to where it was before the failed step. */
  | { readonly type: 'back' }
  /** Go on to the next breakpoint, or to the end. */
  | { readonly type: 'continue' }
  /** Undo everything, and stop before the first step. */
  | { readonly type: 'restart' }
  /** Set or take away a breakpoint; without a step, at the next one. `error` stops at failures. */
  | { readonly type: 'break'; readonly step?: string }
  /** Let the next step fail. */
  | { readonly type: 'fail' }
  /** A shell on the host, or one line of it. */
  | { readonly type: 'host-shell'; readonly line?: string }
  /** Likewise, in the namespaces as they are now. */
  | { readonly type: 'inside-shell'; readonly line?: string }
  /** Another command in place of the next one, as it would be typed in a shell. */
  | { readonly type: 'edit'; readonly text: string }
  /** Write the plan, as it is now, into a file: .sh, .md or .json. */
  | { readonly type: 'export'; readonly file?: string }
  | { readonly type: ViewCommand }
  /** Undo everything, and end. */
  | { readonly type: 'quit' };

/** They only tell something. A front end may show it in its own way, and never ask for them. */
export type ViewCommand = 'why' | 'list' | 'changes' | 'all' | 'help';

export type CommandType = Command['type'];

export interface Key {
  readonly key: string;
  readonly command: CommandType;
  /** For help and key bars, a few words. */
  readonly title: string;
  /** A sentence for help. */
  readonly help: string;
}

/** In the order in which help lists them. */
export const KEYS: readonly Key[] = [
  {
    key: 'n',
    command: 'next',
    title: 'next',
    help: 'do the next step; Enter and the right arrow do the same',
  },
  { key: 'N', command: 'back', title: 'back', help: 'take the last step back; the left arrow does the same' },
  { key: 'c', command: 'continue', title: 'continue', help: 'go on to the next breakpoint, or to the end' },
  { key: 'r', command: 'restart', title: 'restart', help: 'undo everything, and begin again' },
  { key: 'b', command: 'break', title: 'break', help: 'set a breakpoint at the next step, or take it away' },
  { key: 'f', command: 'fail', title: 'fail', help: 'let the next step fail on purpose' },
  { key: 'e', command: 'edit', title: 'edit', help: 'change the next command' },
  {
    key: 's',
    command: 'host-shell',
    title: 'host shell',
    help: 'a shell on the host, with $INIT, $C, $M and $STORE',
  },
  {
    key: 'S',
    command: 'inside-shell',
    title: 'inside shell',
    help: 'a shell in the namespaces as they are now',
  },
  { key: 'w', command: 'why', title: 'why', help: 'why the next step is done, and what commonly goes wrong' },
  { key: 'd', command: 'changes', title: 'changes', help: 'what the last step changed, in full' },
  { key: 'a', command: 'all', title: 'all', help: 'everything that the kernel shows of the container now' },
  { key: 'l', command: 'list', title: 'list', help: 'the steps' },
  { key: 'x', command: 'export', title: 'export', help: 'write the plan, as it is now, into a file' },
  { key: '?', command: 'help', title: 'help', help: 'this list' },
  { key: 'q', command: 'quit', title: 'quit', help: 'undo everything, and end' },
];

const BY_KEY: ReadonlyMap<string, CommandType> = new Map([
  ...KEYS.map(({ key, command }) => [key, command] as const),
  ['', 'next'],
  ['\r', 'next'],
  ['\n', 'next'],
  // As terminals send them, in their two modes.
  ['\u001b[C', 'next'],
  ['\u001bOC', 'next'],
  ['\u001b[D', 'back'],
  ['\u001bOD', 'back'],
]);

/** What a key means, as a terminal sends it; undefined for one that means nothing. */
export function commandOfKey(key: string): CommandType | undefined {
  return BY_KEY.get(key);
}

/** The key of a command, for the history. */
export function keyOf(type: CommandType): string {
  return KEYS.find(({ command }) => command === type)?.key ?? '';
}
