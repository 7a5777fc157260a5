/** What a learner reads, in the language that was chosen. A text that the catalogue lacks, such as an error's, stays English. */

import { ENGLISH, type Translate } from '../plan/translate.ts';
import { type Catalogue, lookUpIn } from './catalogue.ts';
import type { Language } from './choose-language.ts';
import { chinesePlans, chineseScreens } from './zh/chinese.ts';

/** For the texts of plans. */
export function planTranslator(language: Language): Translate {
  return language === 'en' ? ENGLISH : inChinese(chinesePlans);
}

/** For what explain, the printed script and the progress say around them. */
export function screenTranslator(language: Language): Translate {
  return language === 'en' ? ENGLISH : inChinese(chineseScreens);
}

const made = new Map<() => Catalogue, Translate>();

function inChinese(catalogue: () => Catalogue): Translate {
  const known = made.get(catalogue);
  if (known !== undefined) return known;
  const lookUp = lookUpIn(catalogue());
  const translate: Translate = text => lookUp(text)?.text ?? text;
  made.set(catalogue, translate);
  return translate;
}
