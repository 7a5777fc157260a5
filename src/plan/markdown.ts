/** A plan as a page of Markdown, for readers: each step with its why, its command and its undo. */

import { undoText } from './display.ts';
import { comment } from './quote.ts';
import { actionLines } from './script-actions.ts';
import type { Plan, Step } from './step.ts';

/** The whole page. What is printed here is the same that the script executes. */
export function renderMarkdown(plan: Plan): string {
  return `${[
    `# ${escaped(plan.summary)}`,
    ...plan.notes.map(note => `> ${escaped(note)}`),
    ...plan.phases.flatMap(phase => [
      `## ${escaped(phase.title)}`,
      ...plan.steps.filter(step => step.phase === phase.id).flatMap(step => stepParts(plan, step)),
    ]),
  ].join('\n\n')}\n`;
}

function stepParts(plan: Plan, step: Step): readonly string[] {
  const { where } = step;
  const place =
    where.type === 'host' ? 'On the host.' : `In namespaces of init: ${where.namespaces.join(', ')}.`;
  return [
    `### ${plan.steps.indexOf(step) + 1}. ${escaped(step.title)} (${step.id})`,
    escaped(step.why),
    code(actionLines(step).join('\n')),
    `${place} Undo: ${escaped(undoText(step))}`,
  ];
}

/** The fence is longer than any in the text. */
function code(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}

/** Text in which nothing means anything to Markdown or HTML. */
function escaped(text: string): string {
  return comment(text).replaceAll(/[\\`*_{}[\]<>#|&]/g, '\\$&');
}
