/** Completion, help and man page of every verb: the same options. */

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { candidates } from '../../src/commands/candidates.ts';
import { describedOptions, usages } from '../../src/commands/help-text.ts';
import { offersOf } from '../../src/commands/offers.ts';
import type { Verb } from '../../src/commands/verb.ts';
import { VERBS } from '../../src/commands/verbs.ts';

const MAN = readFileSync('docs/tinydocker.1', 'utf8');
/** Verbs that parse nothing: what they take is not an option of theirs. */
const WITHOUT_OPTIONS = ['image', 'help'];

/** Every verb with the words that call it, those below another too. */
async function allVerbs(): Promise<readonly { readonly words: readonly string[]; readonly verb: Verb }[]> {
  const found = [];
  for (const [name, { load }] of Object.entries(VERBS)) {
    const verb = await load();
    found.push({ words: [name], verb });
    for (const [below, loadBelow] of Object.entries(verb.verbs ?? {}))
      found.push({ words: [name, below], verb: await loadBelow() });
  }
  return found;
}

const offered = async (...words: readonly string[]) =>
  (await candidates(words)).values.map(({ text }) => text);

const verbs = await allVerbs();

for (const { words, verb } of verbs) {
  const name = words.join(' ');
  if (WITHOUT_OPTIONS.includes(name)) continue;

  test(`${name}: completion offers what the help lists, and nothing else`, async () => {
    const { options } = await offersOf(verb);
    const described = describedOptions(verb.help);
    const spelt = (option: { name: string; short?: string | undefined }, value: boolean) =>
      `${option.short ?? ''} ${option.name} ${value ? 'VALUE' : ''}`;
    assert.equal(
      options.map(option => spelt(option, option.takesValue)).sort(),
      described.map(option => spelt(option, option.value !== undefined)).sort(),
    );
    for (const { description, name: option } of described) assert.is.not(description, '', option);
    const long = (await offered(...words, '--')).sort();
    assert.equal(long, described.map(option => `--${option.name}`).sort());
  });

  test(`${name}: the man page has its options`, () => {
    for (const { name: option } of describedOptions(verb.help))
      assert.match(MAN, new RegExp(`\\bFl -${option}\\b(?!-)`), `--${option}`);
  });

  test(`${name}: the help says how it is called`, () => {
    assert.ok(usages(verb.help).length > 0);
  });
}

test('every verb is offered, and those of image', async () => {
  assert.equal((await offered('')).slice(0, -2), Object.keys(VERBS));
  assert.equal(await offered('image', 'i'), ['import', 'inspect']);
  assert.equal(await offered('help', 'comp'), ['completion']);
});

test('an option that was typed is not offered again, but for one that may be repeated', async () => {
  const again = await offered('run', '--keep', '-e', 'A=1', '--');
  assert.not.ok(again.includes('--keep'));
  assert.ok(again.includes('--env'));
});

test("after the first argument of run, options are the command's", async () => {
  assert.equal(await candidates(['run', 'c1', '-']), { values: [], paths: 'files' });
  assert.ok((await offered('rm', 'c1', '--')).includes('--dry-run'));
  assert.equal(await offered('rm', '--', '--'), []);
});

test('values of options', async () => {
  assert.equal(await offered('run', '--progress', 'p'), ['plain']);
  assert.equal(await offered('run', '--progress=p'), ['--progress=plain']);
  assert.equal(await offered('save', '--format', 'oci'), ['oci-archive', 'oci-dir']);
  assert.equal(await candidates(['run', '-w', '']), { values: [], paths: 'directories' });
  assert.equal(await candidates(['run', '-itv', '']), { values: [], paths: 'files' });
  assert.equal(await offered('run', '--fail-at', 'pivot'), ['pivot-root']);
  assert.equal(await offered('lesson', 'pi'), ['pivot-root', 'pid-1']);
  assert.equal(await offered('lesson', '--lang', ''), ['en', 'zh']);
});

test('nothing is offered where nothing is known', async () => {
  assert.equal(await candidates(['nonsense', '']), { values: [] });
  assert.equal(await candidates(['image', 'nonsense', '']), { values: [] });
  assert.equal(await candidates(['run', '--nonsense', '--pace', '']), { values: [] });
});

test('descriptions are on one line', async () => {
  for (const { words } of verbs)
    for (const { description = '' } of (await candidates([...words, '-'])).values)
      assert.not.match(description, /[\n\t]/, words.join(' '));
});

test.run();
