/** What a verb's help text says of its options and arguments, for completion: help is the one place where they are described. */

export interface DescribedOption {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** The word for its value, in capitals ("FILE"), or the only one that makes sense ("false"). */
  readonly value?: string;
  /** On one line. */
  readonly description: string;
}

export interface Usage {
  /** Options without which this way to call the verb is another. */
  readonly options: readonly string[];
  /** The words for the arguments: "NAME", "IMAGE[:TAG]". */
  readonly operands: readonly string[];
  /** The last one may be repeated. */
  readonly repeats: boolean;
}

/** The options that a help text lists: at the beginning of a line, after an example or a sentence not. */
export function describedOptions(help: string): readonly DescribedOption[] {
  const found: DescribedOption[] = [];
  let continues = false;
  for (const line of help.split('\n')) {
    const option = /^ {2}(?:-(\w), | {4})--([a-z-]+)(?:=(\S+)| ([A-Z]\S*))?(?: +(.*))?$/.exec(line);
    if (option !== null) {
      const [, short, name = '', literal, word, description = ''] = option;
      const value = literal ?? word;
      found.push({ name, ...(short && { short }), ...(value && { value }), description });
    } else if (continues && /^ {10}/.test(line)) {
      const last = found.at(-1);
      if (last !== undefined)
        found[found.length - 1] = { ...last, description: `${last.description} ${line.trim()}`.trim() };
    } else continues = false;
    continues ||= option !== null;
  }
  return found;
}

/** The ways to call the verb, from the lines below "Usage". */
export function usages(help: string): readonly Usage[] {
  const [, block = ''] = /^Usage\n((?: {2}.*\n)+)/m.exec(help) ?? [];
  return block.split('\n').flatMap(line => (line === '' ? [] : [usage(line)]));
}

function usage(line: string): Usage {
  const words = line
    .replace(/\(also:.*/, '')
    // Options that may be left out, "[-o FILE]", and a tag that may.
    .replaceAll(/\[-[^\]]*\]/g, '')
    .replaceAll('[:TAG]', ':TAG')
    .replaceAll(/[[\]]/g, '')
    .trim()
    .split(/ +/)
    .filter(word => !/^[a-z]/.test(word) && word !== 'OPTIONS');
  const options = words.filter(word => word.startsWith('-'));
  const operands = words.filter((word, index) => !word.startsWith('-') && !words[index - 1]?.startsWith('-'));
  return {
    options: options.map(option => option.replace(/^-+/, '')),
    operands: operands.map(word => word.replace('...', '')),
    repeats: operands.at(-1)?.endsWith('...') ?? false,
  };
}
