/** The Chinese catalogue against everything that there is to read. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lookUpIn, placeholders } from '../../src/lang/catalogue.ts';
import { localized, withTexts } from '../../src/lang/localized.ts';
import { chinesePlans, chineseScreens, PLAN_PARTS } from '../../src/lang/zh/chinese.ts';
import type { Plan } from '../../src/plan/step.ts';
import { planVariants } from '../support/plan-variants.ts';
import { PROJECT } from '../support/run.ts';
import { RESTART_REASONS, sayScreens } from '../support/screen-texts.tsx';

const test = suite('lang/catalogue');

const PLANS = planVariants();
const inPlans = new Set<string>(RESTART_REASONS);
for (const plan of PLANS) withTexts(plan, collect(inPlans));
const onScreens = new Set<string>();
sayScreens([...new Map(PLANS.map(plan => [sortOf(plan), plan])).values()], collect(onScreens));

/** What a screen says of two plans of one sort is the same. */
function sortOf({ kind, background, afterwards }: Plan): string {
  return [kind, background, afterwards !== undefined].join();
}

function collect(texts: Set<string>): (text: string) => string {
  return text => {
    texts.add(text);
    return text;
  };
}

for (const [name, catalogue, texts] of [
  ['plans', chinesePlans(), inPlans],
  ['screens', chineseScreens(), onScreens],
] as const) {
  const lookUp = lookUpIn(catalogue);

  test(`every text has a translation: ${name}`, () => {
    assert.ok(texts.size > 100, String(texts.size));
    const missing = [...texts].filter(text => lookUp(text) === undefined);
    assert.equal(missing, []);
  });

  test(`every translation is of a text that there is: ${name}`, () => {
    const used = new Set([...texts].flatMap(text => lookUp(text)?.keys ?? []));
    const unused = Object.keys(catalogue).filter(key => !used.has(key));
    assert.equal(unused, []);
  });

  test(`a translation has the placeholders of its text, and is Chinese: ${name}`, () => {
    for (const [english, text] of Object.entries(catalogue)) {
      assert.equal(placeholders(text), placeholders(english), english);
      if (/[a-z]/.test(english.replaceAll(/\{.*?\}/g, ''))) assert.match(text, /\p{Script=Han}/u, english);
      // A comma or bracket of half the width would be a slip.
      assert.not.match(text, /\p{Script=Han} ?[,;:!?()]|[,;!?] ?\p{Script=Han}/u, text);
    }
  });
}

test('no text is in two parts of the catalogue', () => {
  const keys = PLAN_PARTS.flatMap(part => Object.keys(part()));
  assert.equal(
    keys.filter((key, index) => keys.indexOf(key) !== index),
    [],
  );
});

/** So that a new variant of a plan, which nobody has added to the test's, is not simply overlooked. */
test('every text that is written down in src/plan is in one of the plans', () => {
  const literal = /\b(?:title|why|reason|meaning): ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;
  const folder = join(PROJECT, 'src/plan');
  const written = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => [...readFileSync(join(folder, file), 'utf8').matchAll(literal)])
    .map(([, quoted = '']) => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1'));
  assert.ok(written.length > 250, String(written.length));
  const known = [...inPlans, ...onScreens].join('\n');
  assert.equal(
    written.filter(text => !known.includes(text)),
    [],
  );
});

test('a localized plan differs in its texts only', () => {
  for (const plan of PLANS) {
    const same = (of: typeof plan) => JSON.stringify(withTexts(of, () => ''));
    assert.is(localized(plan, 'en'), plan);
    assert.is(same(localized(plan, 'zh')), same(plan));
    assert.equal(localized(plan, 'zh'), JSON.parse(JSON.stringify(localized(plan, 'zh'))));
  }
});

test.run();
