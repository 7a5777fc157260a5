/** A plan as its reader is shown it. What is carried out, written to a journal or recorded is always the English one. */

import type { Plan, Step, Undo } from '../plan/step.ts';
import type { Language } from './choose-language.ts';
import { type Translate, translator } from './translate.ts';

/** The same plan with its texts in the language; commands, ids and names stay what they are. Pure. */
export function localized(plan: Plan, language: Language): Plan {
  return language === 'en' ? plan : withTexts(plan, translator(language));
}

/** The plan with all that a learner reads of it put through `say`; so this is also the list of what there is to translate. */
export function withTexts(plan: Plan, say: Translate): Plan {
  const { contents, afterwards } = plan;
  return {
    ...plan,
    summary: say(plan.summary),
    variables: plan.variables.map(variable => ({ ...variable, meaning: say(variable.meaning) })),
    phases: plan.phases.map(phase => ({ ...phase, title: say(phase.title) })),
    steps: plan.steps.map(step => stepWithTexts(step, say)),
    ...(contents === undefined ? {} : { contents: { ...contents, title: say(contents.title) } }),
    ...(afterwards === undefined
      ? {}
      : { afterwards: { ...afterwards, plan: withTexts(afterwards.plan, say) } }),
  };
}

function stepWithTexts(step: Step, say: Translate): Step {
  return {
    ...step,
    title: say(step.title),
    why: say(step.why),
    pitfalls: step.pitfalls.map(pitfall => say(pitfall)),
    undo: undoWithTexts(step.undo, say),
  };
}

function undoWithTexts(undo: Undo, say: Translate): Undo {
  switch (undo.type) {
    case 'nothing':
    case 'with':
      return { ...undo, reason: say(undo.reason) };
    case 'command':
    case 'stop-init':
      return undo;
  }
}
