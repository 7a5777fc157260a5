/** Options by node:util's parseArgs, with what it lacks: options end at the first positional, and errors are our sentences. */

import { parseArgs } from 'node:util';
import { EXIT, UserError, usageError } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';

/** A verb's table of options, as node:util has it. */
export type OptionConfig = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

type Parsed<Options extends OptionConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values'];

export interface ParseOptions {
  /** For messages: "run", "image import". */
  readonly verb: string;
  /** Options of docker that we know and refuse, with the reason. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Options may follow positionals, as in `rmi NAME --force`. Not for `run`: what follows is the command's. */
  readonly anywhere?: boolean;
}

/** There is no such option. Who asks what there is, as completion does, finds it here. */
export class UnknownOption extends UserError {
  readonly options: OptionConfig;
  readonly anywhere: boolean;

  constructor(
    message: string,
    {
      hint,
      options,
      anywhere,
    }: { readonly hint: string; readonly options: OptionConfig; readonly anywhere: boolean },
  ) {
    super(message, { status: EXIT.usage, hint });
    this.options = options;
    this.anywhere = anywhere;
  }
}

/** Parses options and positionals. Throws a usage error for an option that does not exist, is not supported, or lacks its value. */
export function parseOptions<const Options extends OptionConfig>(
  argv: readonly string[],
  options: Options,
  { verb, unsupported = {}, anywhere = false }: ParseOptions,
): { readonly values: Parsed<Options>; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const first = tokens.find(token => token.kind === 'positional' || token.kind === 'option-terminator');
  const end = anywhere || first === undefined ? argv.length : first.index;
  for (const token of tokens) {
    if (token.kind !== 'option' || token.index >= end) continue;
    const known = options[token.name];
    if (known === undefined)
      throw unknownOption(token.rawName, token.name, options, { verb, unsupported, anywhere });
    if (known.type === 'string' && token.value === undefined)
      throw usageError(`${token.rawName} needs a value.`, `tinydocker ${verb} --help shows how.`);
    if (known.type === 'boolean' && token.value !== undefined)
      throw usageError(`${token.rawName} takes no value.`);
  }
  const { values } = parseArgs({
    args: [...argv.slice(0, end)],
    options,
    // What strict would refuse was refused above, but for a value that begins with "-" (-u -1), which getopt(3) takes as one.
    strict: false,
  });
  const positionals = anywhere
    ? tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : []))
    : argv.slice(first?.kind === 'option-terminator' ? end + 1 : end);
  return { values: values as Parsed<Options>, positionals };
}

function unknownOption(
  typed: string,
  name: string,
  options: OptionConfig,
  { verb, unsupported, anywhere }: Required<ParseOptions>,
): Error {
  const reason = unsupported[name];
  if (reason !== undefined) return usageError(`${typed} is not supported: ${reason}.`);
  const near = nearNames(name, Object.keys(options));
  const hint =
    near.length > 0 && name.length > 1
      ? `Did you mean --${near.join(' or --')}?`
      : `tinydocker ${verb} --help lists the options.`;
  return new UnknownOption(`tinydocker ${verb} has no option ${shown(typed)}.`, { hint, options, anywhere });
}

/** A pace as typed, in milliseconds: 400, 400ms or 2s. Throws a usage error for anything else, which says that it is no `what`. */
export function milliseconds(text: string | undefined, what = 'a pace'): number {
  if (text === undefined) return 0;
  const match = /^(\d{1,6})(ms|s)?$/.exec(text);
  if (match === null)
    throw usageError(`${shown(text)} is not ${what}: write milliseconds (400, 400ms) or seconds (2s).`);
  return Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}

const UNITS = 'kmgt';

/** A size as typed, in bytes: 500m or 32g, as docker writes sizes (of 1024). Throws a usage error for anything else, and for nothing at all. */
export function byteSize(text: string): number {
  const match = /^(\d{1,12})([kmgt]?)b?$/i.exec(text);
  const bytes = Number(match?.[1]) * 1024 ** (UNITS.indexOf((match?.[2] ?? '').toLowerCase() || '-') + 1);
  if (match === null || bytes === 0 || !Number.isSafeInteger(bytes))
    throw usageError(`${shown(text)} is not a size: write bytes, or 500m, or 32g.`);
  return bytes;
}
