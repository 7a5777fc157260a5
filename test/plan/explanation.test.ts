/** A plan as explain tells it, in both languages. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Language } from '../../src/lang/choose-language.ts';
import { localized } from '../../src/lang/localized.ts';
import { screenTranslator } from '../../src/lang/translator.ts';
import { examplePlan } from '../../src/plan/example.ts';
import { explainRun, explainStep } from '../../src/plan/explanation.ts';
import { columnsOf } from '../../src/plan/width.ts';
import { assertGolden } from '../support/golden.ts';
import { factsOf } from '../support/plans.ts';

const test = suite('plan/explanation');

for (const language of ['en', 'zh'] satisfies readonly Language[])
  test(`the steps, and one of each kind in full: ${language}`, () => {
    const facts = factsOf('range');
    const plan = localized(examplePlan(facts), language);
    const say = screenTranslator(language);
    const list = explainRun(plan, facts.mapping, say);
    for (const line of list.split('\n')) assert.ok(columnsOf(line) <= 80, line);
    const told = plan.steps
      .filter(({ id }) => ['reserve-name', 'start-init', 'mount-overlay', 'pivot-root', 'wait'].includes(id))
      .map(step => explainStep(plan, step, examplePlan(facts, false), say));
    assertGolden(`explain/${language}.txt`, [list, ...told].join(`\n${'-'.repeat(80)}\n\n`));
  });

test.run();
