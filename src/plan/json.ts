/** A plan for programs: `run --dry-run --format json`. */

import { stepCommand, undoText } from './display.ts';
import type { Plan, Step } from './step.ts';

/** The version of the format. It changes when a field changes its meaning or goes; new fields may come at any time. */
export const PLAN_VERSION = 1;

/**
 * The plan as JSON text. A word of a command is a string, or, where it has variables in it, a list of strings and `{"var": NAME}` whose
 * parts are joined. `command` is the same as the script prints it. `before` are the plans that have to run first, in the same form.
 */
export function renderJson(plan: Plan, before: readonly Plan[] = []): string {
  return `${JSON.stringify({ version: PLAN_VERSION, ...planValue(plan), before: before.map(planValue) }, null, 2)}\n`;
}

function planValue(plan: Plan): object {
  const { kind, subject, summary, variables, phases, steps, workspace, notes, contents, afterwards } = plan;
  return {
    kind,
    subject,
    summary,
    variables: variables.map(({ name, value, meaning }) => ({ name, value: value ?? null, meaning })),
    phases,
    steps: steps.map(stepValue),
    workspace: workspace ?? null,
    notes,
    ...(contents === undefined ? {} : { contents: contents.lines }),
    ...(afterwards === undefined ? {} : { afterwards: { ...afterwards, plan: planValue(afterwards.plan) } }),
  };
}

function stepValue(step: Step) {
  const { id, phase, title, why, pitfalls, where, action, undo, back } = step;
  return {
    id,
    phase,
    title,
    why,
    pitfalls,
    where,
    action,
    command: stepCommand(step),
    undo: { ...undo, text: undoText(step) },
    ...(back === undefined ? {} : { back }),
    reserves: step.reserves ?? false,
    failsOnPurpose: step.failsOnPurpose ?? false,
  };
}
