/** Which language a learner reads: from --lang, else from the locale. */

import { usageError } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';

/** English, or Simplified Chinese. */
export type Language = 'en' | 'zh';

export const LANGUAGES: readonly Language[] = ['en', 'zh'];

/** What somebody may mean by what they typed. */
const OTHER_NAMES: ReadonlyMap<string, Language> = new Map([
  ['en', 'en'],
  ['english', 'en'],
  ['zh', 'zh'],
  ['cn', 'zh'],
  ['chinese', 'zh'],
]);

/** For the table of options of a verb that takes --lang. */
export const LANG_OPTION = { lang: { type: 'string' } } as const;

/**
 * The language, `asked` as typed for --lang. Without it the locale's: the first of LC_ALL, LC_MESSAGES and LANG that is not empty, see locale(7); of another
 * character set than UTF-8, which is all that we write, it is English. Throws a usage error for a language that there is not.
 */
export function chooseLanguage(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  if (asked !== undefined) return known(asked);
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || 'C';
  return /^zh(?![a-z])[^.]*(\.utf-?8.*)?$/i.test(locale) ? 'zh' : 'en';
}

/** The language that --lang names, for the options of a plan: nothing when it was not given. Throws a usage error as above. */
export function askedLanguage(asked: string | undefined): { readonly lang?: Language } {
  return asked === undefined ? {} : { lang: known(asked) };
}

function known(asked: string): Language {
  const language = LANGUAGES.find(candidate => candidate === asked);
  if (language !== undefined) return language;
  const [name] = nearNames(asked.replace(/[-_.@].*/, ''), [...OTHER_NAMES.keys()]);
  throw usageError(
    `${shown(asked)} is not a value for --lang: there are en (English) and zh (Simplified Chinese).`,
    name === undefined ? undefined : `Did you mean ${OTHER_NAMES.get(name)}?`,
  );
}
