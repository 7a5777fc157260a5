/** What a learner reads, in the language that was chosen. */

import { type LookUp, lookUpIn } from './catalogue.ts';
import type { Language } from './choose-language.ts';
import { chinese } from './zh/chinese.ts';

/** One text in the reader's language. */
export type Translate = (english: string) => string;

/** English is what the planners and the screens say by themselves. */
export const ENGLISH: Translate = text => text;

let inChinese: LookUp | undefined;

/** Texts in the language; one that the catalogue lacks, such as an error's, stays English. */
export function translator(language: Language): Translate {
  if (language === 'en') return ENGLISH;
  inChinese ??= lookUpIn(chinese());
  const lookUp = inChinese;
  return text => lookUp(text)?.text ?? text;
}
