/** What a verb takes: the options that its parser knows, in the words of its help. */

import { describedOptions, type Usage, usages } from './help-text.ts';
import { type OptionConfig, UnknownOption } from './options.ts';
import type { Verb } from './verb.ts';

export interface OfferedOption {
  readonly name: string;
  readonly short?: string | undefined;
  readonly takesValue: boolean;
  readonly repeats: boolean;
  /** The word for its value: "FILE". */
  readonly value?: string | undefined;
  readonly description: string;
}

export interface Offers {
  readonly options: readonly OfferedOption[];
  /** Options may follow arguments. */
  readonly anywhere: boolean;
  readonly usages: readonly Usage[];
}

/** An option that no verb can have: parseArgs takes it for one, and no table lists it. */
const NO_OPTION = '--?';

/** Asks the verb itself, which does nothing: it is given an option that does not exist, and its refusal carries the table. */
export async function offersOf(verb: Verb): Promise<Offers> {
  const { options, anywhere } = await tableOf(verb);
  const described = new Map(describedOptions(verb.help).map(option => [option.name, option]));
  return {
    anywhere,
    usages: usages(verb.help),
    options: Object.entries(options).map(([name, { type, short, multiple }]) => ({
      name,
      short,
      takesValue: type === 'string',
      repeats: multiple ?? false,
      value: described.get(name)?.value,
      description: described.get(name)?.description ?? '',
    })),
  };
}

async function tableOf(verb: Verb): Promise<{ readonly options: OptionConfig; readonly anywhere: boolean }> {
  try {
    await verb.run([NO_OPTION], '');
  } catch (error) {
    if (error instanceof UnknownOption) return error;
  }
  return { options: {}, anywhere: true };
}
