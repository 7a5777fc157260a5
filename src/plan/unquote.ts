/** Words as somebody types them for a shell, read back into words of a plan: the inverse of quote.ts. See sh(1p), sections 2.2 and 2.6. */

import { type Arg, arg, type Variable } from './arg.ts';
import { failed, ok, type Result } from './result.ts';

/** What a shell would do something with, where no quote protects it. */
const SPECIAL = /[|&;<>()`*?[\]{}!\n]/;
const NAME = /^(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/;
const BLANK = /[ \t]/;

/**
 * The words of one command. Variables that the plan has stay variables. Fails for what only a shell can do (pipes, patterns, substitutions), for a
 * variable that the plan does not have, for a quote that is not closed, and when there is no word.
 */
export function parseWords(text: string, variables: readonly string[]): Result<readonly Arg[]> {
  const reader = new Reader(text, variables);
  try {
    const words = reader.words();
    return words.length > 0 ? ok(words) : refused('There is no command.');
  } catch (error) {
    if (error instanceof Refused) return refused(error.message, error.hint);
    throw error;
  }
}

class Refused extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

function refused(message: string, hint?: string): Result<never> {
  return failed({ code: 'not-a-command', message, ...(hint === undefined ? {} : { hint }) });
}

class Reader {
  readonly #text: string;
  readonly #variables: readonly string[];
  #at = 0;

  constructor(text: string, variables: readonly string[]) {
    this.#text = text;
    this.#variables = variables;
  }

  words(): readonly Arg[] {
    const words: Arg[] = [];
    for (;;) {
      while (BLANK.test(this.#peek())) this.#at += 1;
      if (this.#peek() === '') return words;
      words.push(this.#word());
    }
  }

  #word(): Arg {
    const first = this.#peek();
    if (first === '#' || first === '~')
      throw new Refused(
        `A word that begins with ${first} means something to a shell.`,
        `Write it in quotes: '${first}...'`,
      );
    let word: Arg = '';
    for (;;) {
      const character = this.#peek();
      if (character === '' || BLANK.test(character)) return word;
      if (character === "'") word = arg`${word}${this.#single()}`;
      else if (character === '"') word = arg`${word}${this.#double()}`;
      else if (character === '$') word = arg`${word}${this.#variable()}`;
      else word = arg`${word}${this.#plain()}`;
    }
  }

  #plain(): string {
    const character = this.#next();
    if (character === '\\') return this.#escaped();
    if (SPECIAL.test(character))
      throw new Refused(
        `A step is one command, and no shell sees it: ${character === '\n' ? 'a line end' : character} has no meaning here.`,
        `Write it in quotes, or let a shell do it: sh -ec '...'`,
      );
    return character;
  }

  #escaped(): string {
    const character = this.#next();
    if (character === '') throw new Refused('There is nothing behind the last backslash.');
    return character;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new Refused("A quote (') is not closed.");
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #double(): Arg {
    this.#at += 1;
    let word: Arg = '';
    for (;;) {
      const character = this.#peek();
      if (character === '') throw new Refused('A quote (") is not closed.');
      if (character === '$') {
        word = arg`${word}${this.#variable()}`;
        continue;
      }
      this.#at += 1;
      if (character === '"') return word;
      if (character === '`')
        throw new Refused('Nothing is put in place of `...` here.', "Write it in single quotes: '`'");
      if (character !== '\\') word = arg`${word}${character}`;
      else if (/[$`"\\]/.test(this.#peek())) word = arg`${word}${this.#next()}`;
      // A backslash before a line end takes both away.
      else if (this.#peek() === '\n') this.#at += 1;
      else word = arg`${word}\\`;
    }
  }

  /** A dollar sign that no name follows is one. */
  #variable(): Variable | string {
    this.#at += 1;
    const match = NAME.exec(this.#text.slice(this.#at));
    if (match === null) {
      if (/[({0-9@*#?$!-]/.test(this.#peek()))
        throw new Refused(
          `Nothing is put in place of $${this.#peek()} here.`,
          "Write it in single quotes, or let a shell do it: sh -ec '...'",
        );
      return '$';
    }
    const name = match[1] ?? match[2] ?? '';
    if (!this.#variables.includes(name))
      throw new Refused(
        `The plan has no variable $${name}.`,
        `It has ${this.#variables.map(one => `$${one}`).join(', ')}. In single quotes, '$${name}' is just text.`,
      );
    this.#at += match[0].length;
    return { var: name };
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }
}
