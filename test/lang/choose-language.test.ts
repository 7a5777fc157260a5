/** The language, from --lang and the locale. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../src/errors.ts';
import { chooseLanguage, type Language } from '../../src/lang/choose-language.ts';

const test = suite('lang/choose-language');

const LOCALES: readonly (readonly [Readonly<Record<string, string>>, Language])[] = [
  [{}, 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh' }, 'zh'],
  [{ LANG: 'zh_SG.utf8@x' }, 'zh'],
  [{ LANG: 'zh_TW.Big5' }, 'en'],
  [{ LANG: 'zh-Hans' }, 'zh'],
  [{ LANG: 'zha' }, 'en'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN' }, 'zh'],
  [{ LANG: 'zh_CN', LC_MESSAGES: 'en_US' }, 'en'],
  [{ LANG: 'zh_CN', LC_MESSAGES: '' }, 'zh'],
  [{ LANG: 'zh_CN', LC_MESSAGES: 'zh_CN', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'zh_CN', LC_ALL: 'POSIX' }, 'en'],
  [{ LC_ALL: 'zh_CN.UTF-8', LANG: 'C' }, 'zh'],
  [{ LC_CTYPE: 'zh_CN.UTF-8', LANG: 'C' }, 'en'],
];

for (const [environment, language] of LOCALES)
  test(`${JSON.stringify(environment)} is ${language}`, () =>
    assert.is(chooseLanguage(undefined, environment), language));

test('--lang comes before the locale', () => {
  assert.is(chooseLanguage('zh', { LC_ALL: 'en_US.UTF-8' }), 'zh');
  assert.is(chooseLanguage('en', { LC_ALL: 'zh_CN.UTF-8' }), 'en');
});

for (const [typed, hint] of [
  ['zh_CN.UTF-8', 'Did you mean zh?'],
  ['cn', 'Did you mean zh?'],
  ['Chinese', 'Did you mean zh?'],
  ['EN', 'Did you mean en?'],
  ['englisch', 'Did you mean en?'],
  ['fr', undefined],
  ['', undefined],
] as const)
  test(`--lang ${JSON.stringify(typed)} is refused: ${hint}`, () => {
    try {
      chooseLanguage(typed, {});
      assert.unreachable();
    } catch (error) {
      assert.instance(error, UserError);
      assert.is((error as UserError).status, 2);
      assert.is((error as UserError).hint, hint);
      assert.match((error as UserError).message, / is not a value for --lang: there are en .* and zh /);
    }
  });

test.run();
