/** A front end that gets the texts of the plan in the reader's language. What is carried out, edited and recorded stays English. */

import type { Language } from '../lang/choose-language.ts';
import { localized, localizedEvent } from '../lang/localized.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { DebugFrontEnd } from './front-end.ts';
import type { DebugEvent, DebugState } from './state.ts';

export function localizedFrontEnd(frontEnd: DebugFrontEnd, language: Language): DebugFrontEnd {
  if (language === 'en') return frontEnd;
  const plans = new WeakMap<Plan, Plan>();
  const planOf = (plan: Plan): Plan => {
    const known = plans.get(plan) ?? localized(plan, language);
    plans.set(plan, known);
    return known;
  };
  const stateOf = (state: DebugState) => localizedState(state, planOf(state.plan));
  return {
    ask: (state, stopped) => frontEnd.ask(stateOf(state), stopped),
    show: (state, event) => frontEnd.show(stateOf(state), eventOf(event, language, planOf(state.plan))),
    handOver: () => frontEnd.handOver(),
    takeBack: () => frontEnd.takeBack(),
    ...(frontEnd.say === undefined ? {} : { say: (text: string) => frontEnd.say?.(text) }),
    close: state => frontEnd.close(stateOf(state)),
  };
}

function localizedState(state: DebugState, plan: Plan): DebugState {
  const { progress, stop } = state;
  const rows = <Row extends { readonly step: Step }>(list: readonly Row[]) =>
    list.map(row => ({ ...row, step: stepOf(plan, row.step) }));
  return {
    ...state,
    plan,
    progress: {
      ...progress,
      ...(progress.plan === undefined ? {} : { plan }),
      steps: rows(progress.steps),
      undos: rows(progress.undos),
    },
    ...(stop === undefined ? {} : { stop: { ...stop, step: stepOf(plan, stop.step) } }),
  };
}

function eventOf(event: DebugEvent, language: Language, plan: Plan): DebugEvent {
  switch (event.type) {
    case 'stopped':
      return { ...event, stop: { ...event.stop, step: stepOf(plan, event.stop.step) } };
    case 'edited':
      return { ...event, step: stepOf(plan, event.step) };
    case 'command':
    case 'message':
      return event;
    default:
      return localizedEvent(event, language);
  }
}

function stepOf(plan: Plan, step: Step): Step {
  return plan.steps.find(({ id }) => id === step.id) ?? step;
}
