/** Plans for programs: one JSON document a plan, versioned. */

import { type Arg, partsOf } from './arg.ts';
import { stepCommand, undoText } from './display.ts';
import type { Plan } from './step.ts';

/** The version of the format. It grows when a field changes its meaning or goes away. */
export const PLAN_VERSION = 1;

/** One document for each plan, in the order in which they run; variables in words are written as `${NAME}`. */
export function renderJson(plans: readonly Plan[]): string {
  return plans.map(plan => `${JSON.stringify(planDocument(plan), undefined, 2)}\n`).join('');
}

function planDocument(plan: Plan): unknown {
  const { steps, variables, workspace, ...rest } = plan;
  return {
    version: PLAN_VERSION,
    ...rest,
    ...(workspace === undefined ? {} : { workspace: text(workspace) }),
    variables: variables.map(variable => plain(variable)),
    steps: steps.map(step => ({
      ...(plain(step) as object),
      command: stepCommand(step),
      undoCommand: undoText(step),
    })),
  };
}

/** The value with every word of the plan as text. */
function plain(value: unknown): unknown {
  if (isWord(value)) return text(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** A word with variables is a list in which at least one part names a variable. */
function isWord(value: unknown): value is Exclude<Arg, string> {
  return (
    Array.isArray(value) &&
    value.some(part => isVariable(part)) &&
    value.every(part => typeof part === 'string' || isVariable(part))
  );
}

function isVariable(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'var' in part;
}

function text(word: Arg): string {
  return partsOf(word)
    .map(part => (typeof part === 'string' ? part : `\${${part.var}}`))
    .join('');
}
