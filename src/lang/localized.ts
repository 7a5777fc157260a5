/** A plan, and what happens to it, as the reader is shown it. What is carried out, written to a journal or recorded is always the English one. */

import type { PlanEvent } from '../events.ts';
import type { Plan, Step, Undo } from '../plan/step.ts';
import type { Translate } from '../plan/translate.ts';
import type { Language } from './choose-language.ts';
import { planTranslator } from './translator.ts';

/** The same plan with its texts in the language; commands, ids and names stay what they are. Pure. */
export function localized(plan: Plan, language: Language): Plan {
  return language === 'en' ? plan : withTexts(plan, planTranslator(language));
}

/** The same event, with what it brings of a plan's texts in the language. Pure. */
export function localizedEvent(event: PlanEvent, language: Language): PlanEvent {
  if (language === 'en') return event;
  switch (event.type) {
    case 'plan-started':
      return { ...event, plan: localized(event.plan, language) };
    case 'step-replaced':
      return { ...event, step: stepWithTexts(event.step, planTranslator(language)) };
    case 'restarting':
      return event.reason === undefined
        ? event
        : { ...event, reason: planTranslator(language)(event.reason) };
    default:
      return event;
  }
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
    ...(step.back?.type === 'replay' ? { back: { ...step.back, reason: say(step.back.reason) } } : {}),
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
