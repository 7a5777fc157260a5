/**
 * Words of a command line that may hold values nobody knows yet (`"$INIT"`), or that read better under a
 * short name (`"$C/upper"`). The printed script shows the name; the executor puts the value in.
 */

/** A variable of the plan, named as the printed script names it. */
export interface Variable {
  readonly var: string;
}

/** One word of an argv, one path, or one file's text: literal, or literals and variables in order. */
export type Arg = string | readonly (string | Variable)[];

export type Values = ReadonlyMap<string, string>;

/** The container's directory in the store: reserved for its name, removed when it ends. */
export const C: Variable = { var: 'C' };
/** Where the container's root filesystem is assembled, `$C/merged`. */
export const M: Variable = { var: 'M' };
/** The host's PID of the container's init. Known once init has reported it. */
export const INIT: Variable = { var: 'INIT' };
/** When init started, in clock ticks since the boot, which tells it from a later process of the same number. Only the journal has it. */
export const INIT_START: Variable = { var: 'INIT_START' };
/** The host's path of the container's pseudo terminal, /dev/pts/N. Known once init runs on it. */
export const TTY: Variable = { var: 'TTY' };
/** When the gate was opened, as RFC 3339 in UTC. */
export const STARTED: Variable = { var: 'STARTED' };
/** The container's exit status, once it has ended. */
export const STATUS: Variable = { var: 'STATUS' };
/** When it ended, as RFC 3339 in UTC. */
export const FINISHED: Variable = { var: 'FINISHED' };
/** Which fifo "ended" is this start's, as `stat -c '%i %.9Z'` prints it. */
export const ENDED: Variable = { var: 'ENDED' };
/** How many processes the kernel had killed for want of memory when the command started; empty when it does not say. */
export const OOM_KILLS: Variable = { var: 'OOM_KILLS' };
/** Whether it was killed so: `true` or `false`, once it has ended. */
export const OUT_OF_MEMORY: Variable = { var: 'OUT_OF_MEMORY' };
/** The store's root directory. */
export const STORE: Variable = { var: 'STORE' };
/** The directory in which one image operation assembles its result, `$STORE/tmp/ID`. */
export const T: Variable = { var: 'T' };

/** The shell programs, constant text, under short names so that a command that runs one stays readable. */
export const SHIM_SH: Variable = { var: 'SHIM_SH' };
export const INIT_SH: Variable = { var: 'INIT_SH' };
export const KEEP_SH: Variable = { var: 'KEEP_SH' };
export const MOUNT_SH: Variable = { var: 'MOUNT_SH' };
export const VOLUMES_SH: Variable = { var: 'VOLUMES_SH' };

/** Template tag: arg`${C}/upper` is the word "$C/upper". Plain strings and other words may be put in as well. */
export function arg(literals: TemplateStringsArray, ...inserts: readonly (Arg | Variable)[]): Arg {
  const parts: (string | Variable)[] = [];
  literals.forEach((literal, index) => {
    parts.push(literal);
    const insert = inserts[index];
    if (insert !== undefined) parts.push(...partsOf(insert));
  });
  const kept = mergeLiterals(parts);
  const [only] = kept;
  return kept.length === 0 ? '' : kept.length === 1 && typeof only === 'string' ? only : kept;
}

/** The literals and variables that a word consists of. */
export function partsOf(word: Arg | Variable): readonly (string | Variable)[] {
  if (typeof word === 'string') return [word];
  return 'var' in word ? [word] : word;
}

/** Joins words into one, as `Array.prototype.join` does. */
export function join(words: readonly Arg[], separator: string): Arg {
  return words.reduce((joined, word, index) => (index === 0 ? word : arg`${joined}${separator}${word}`), '');
}

/** The word with every variable replaced by its value. Throws a RangeError for a variable without a value. */
export function resolve(word: Arg, values: Values): string {
  return partsOf(word)
    .map(part => (typeof part === 'string' ? part : valueOf(part, values)))
    .join('');
}

/** The names of the variables in a word. */
export function variablesIn(word: Arg): readonly string[] {
  return partsOf(word).flatMap(part => (typeof part === 'string' ? [] : [part.var]));
}

function valueOf(variable: Variable, values: Values): string {
  const value = values.get(variable.var);
  if (value === undefined) throw new RangeError(`the plan uses $${variable.var} before it has a value`);
  return value;
}

function mergeLiterals(parts: readonly (string | Variable)[]): (string | Variable)[] {
  const merged: (string | Variable)[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  return merged;
}
