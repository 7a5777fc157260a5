/** What can stand at the cursor of a command line: for completion. */

import type { Candidate, Candidates } from './candidate-values.ts';
import { candidatesFor } from './candidate-values.ts';
import { type OfferedOption, type Offers, offersOf } from './offers.ts';
import type { Verb } from './verb.ts';
import { VERBS } from './verbs.ts';

/** What was typed before the cursor, taken apart. */
interface Typed {
  readonly options: ReadonlySet<OfferedOption>;
  /** The option whose value comes next. */
  readonly pending: OfferedOption | undefined;
  readonly operands: number;
  /** No option can follow. */
  readonly ended: boolean;
}

/** What the last of the words, which follow "tinydocker" and may be unfinished, can become. What begins otherwise is left out. */
export async function candidates(words: readonly string[]): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const { values, paths } = await anyCandidates(words.slice(0, -1), current);
  return {
    values: values.filter(({ text }) => text.startsWith(current)),
    ...(paths === undefined ? {} : { paths }),
  };
}

async function anyCandidates(before: readonly string[], current: string): Promise<Candidates> {
  const [name, ...rest] = before;
  if (name === undefined) return { values: [...verbNames(), ...PROGRAM_OPTIONS] };
  const verb = Object.hasOwn(VERBS, name) ? await VERBS[name]?.load() : undefined;
  if (verb === undefined) return { values: [] };
  const [below, ...others] = rest;
  if (verb.verbs === undefined) return ofVerb(name, verb, rest, current);
  if (below === undefined) return { values: [...Object.keys(verb.verbs), '--help'].map(text => ({ text })) };
  const inner = Object.hasOwn(verb.verbs, below) ? await verb.verbs[below]?.() : undefined;
  return inner === undefined ? { values: [] } : ofVerb(`${name} ${below}`, inner, others, current);
}

const PROGRAM_OPTIONS: readonly Candidate[] = [
  { text: '--help', description: 'print help' },
  { text: '--version', description: 'print the version' },
];

/** Also for `help`. */
export function verbNames(): readonly Candidate[] {
  return Object.entries(VERBS).map(([text, { summary }]) => ({ text, description: summary }));
}

async function ofVerb(
  name: string,
  verb: Verb,
  before: readonly string[],
  current: string,
): Promise<Candidates> {
  const offers = await offersOf(verb);
  const typed = typedBefore(before, offers);
  if (typed.pending !== undefined) return candidatesFor(name, valueOf(typed.pending), current);
  const [, long, value = ''] = /^--([^=]+)=(.*)$/s.exec(current) ?? [];
  const option = offers.options.find(candidate => candidate.name === long);
  if (!typed.ended && option !== undefined) {
    const { values, ...paths } = await candidatesFor(name, valueOf(option), value);
    return { ...paths, values: values.map(entry => ({ ...entry, text: `--${long}=${entry.text}` })) };
  }
  if (!typed.ended && current.startsWith('-')) return { values: optionNames(offers, typed) };
  return operandsAt(name, offers, typed, current);
}

function typedBefore(before: readonly string[], { options, anywhere }: Offers): Typed {
  const seen = new Set<OfferedOption>();
  let pending: OfferedOption | undefined;
  let operands = 0;
  let ended = false;
  for (const word of before) {
    if (pending !== undefined) pending = undefined;
    else if (ended || !/^-./s.test(word)) {
      operands += 1;
      ended ||= !anywhere;
    } else if (word === '--') ended = true;
    else {
      const found = optionsIn(word, options);
      for (const option of found) seen.add(option);
      const last = found.at(-1);
      if (last?.takesValue && endsWithName(word, last)) pending = last;
    }
  }
  return { options: seen, pending, operands, ended };
}

/** "--name", "--name=value", "-abc", or "-ofile": the options in it. */
function optionsIn(word: string, options: readonly OfferedOption[]): readonly OfferedOption[] {
  if (word.startsWith('--')) {
    const [, name] = /^--([^=]*)/.exec(word) ?? [];
    return options.filter(option => option.name === name);
  }
  const found: OfferedOption[] = [];
  for (const letter of word.slice(1)) {
    const option = options.find(({ short }) => short === letter);
    if (option !== undefined) found.push(option);
    if (option === undefined || option.takesValue) break;
  }
  return found;
}

/** Its value is not in the same word. */
function endsWithName(word: string, { name, short = '' }: OfferedOption): boolean {
  return word === `--${name}` || (!word.startsWith('--') && word.endsWith(short));
}

/** Those that are not there yet, or may be there again. */
function optionNames({ options }: Offers, typed: Typed): readonly Candidate[] {
  const left = options.filter(option => option.repeats || !typed.options.has(option));
  return [
    ...left.map(({ name, description }) => ({ text: `--${name}`, description })),
    ...left.flatMap(({ short, description }) =>
      short === undefined ? [] : [{ text: `-${short}`, description }],
    ),
  ];
}

/** What an option's value is: a NAME that is given to an option is a new one, or one of something else than containers. */
function valueOf({ value = '', description }: OfferedOption): {
  readonly word: string;
  readonly description: string;
} {
  return { word: value === 'NAME' ? 'NEW' : value, description };
}

async function operandsAt(name: string, offers: Offers, typed: Typed, current: string): Promise<Candidates> {
  const names = new Set([...typed.options].map(option => option.name));
  const fitting = offers.usages.filter(({ options }) => options.every(option => names.has(option)));
  const most = Math.max(...fitting.map(({ options }) => options.length));
  const words = fitting
    .filter(({ options }) => options.length === most)
    .flatMap(({ operands, repeats }) => operands[typed.operands] ?? (repeats ? (operands.at(-1) ?? []) : []));
  const found = await Promise.all(
    [...new Set(words)].map(word => candidatesFor(name, { word, description: '' }, current)),
  );
  const paths = found.find(candidate => candidate.paths !== undefined)?.paths;
  return { values: found.flatMap(({ values }) => values), ...(paths === undefined ? {} : { paths }) };
}
