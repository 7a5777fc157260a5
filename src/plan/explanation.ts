/** A plan told to a learner: its steps in order, or one of them in full. */

import { undoText } from './display.ts';
import { actionLines } from './script-actions.ts';
import type { Phase, Plan, Step } from './step.ts';
import { wrap } from './wrap.ts';

const COLUMNS = 80;

/** The steps by phase, one line each. */
export function explainPlan(plan: Plan): string {
  const width = Math.max(...plan.steps.map(({ id }) => id.length));
  const digits = String(plan.steps.length).length;
  const line = (step: Step) =>
    `  ${String(plan.steps.indexOf(step) + 1).padStart(digits)}  ${step.id.padEnd(width)}  ${step.title}`;
  return `${plan.phases
    .map(phase =>
      [
        ...wrap(phaseTitle(phase), COLUMNS),
        ...plan.steps.filter(step => step.phase === phase.id).map(line),
      ].join('\n'),
    )
    .join('\n\n')}\n`;
}

/** One step: why, where, the command, its undo, what goes wrong. `plain` is the plan of the same container without a terminal. */
export function explainStep(plan: Plan, step: Step, plain: Plan): string {
  const phase = plan.phases.find(({ id }) => id === step.phase);
  const number = plan.steps.indexOf(step) + 1;
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Why', wrap(step.why, COLUMNS - 2)],
    ['Where', wrap(whereText(step), COLUMNS - 2)],
    ['Command', actionLines(step)],
    ['Command without a terminal', step.action.type === 'start' ? linesOf(step.id, plain) : []],
    ['Undo', wrap(undoSentence(step), COLUMNS - 2)],
    ['What commonly goes wrong', step.pitfalls.flatMap(pitfall => listItem(pitfall))],
  ];
  return `${[
    `${step.id}: ${step.title}`,
    ...wrap(
      `Step ${number} of ${plan.steps.length}, phase ${phase === undefined ? step.phase : phaseTitle(phase)}`,
      COLUMNS,
    ),
    ...parts
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', title, ...lines.map(line => (line === '' ? '' : `  ${line}`))]),
  ].join('\n')}\n`;
}

function linesOf(id: string, plan: Plan): readonly string[] {
  return plan.steps.filter(step => step.id === id).flatMap(actionLines);
}

function phaseTitle({ id, title }: Phase): string {
  return `${id}: ${title}`;
}

/** Where the command runs, in words. */
function whereText({ where, action }: Step): string {
  if (action.type === 'start') return 'On the host; what it starts is inside of the new namespaces.';
  if (action.type === 'wait' || action.type === 'release') return 'On the host; the command runs inside.';
  if (where.type === 'host') return 'On the host.';
  const names = where.namespaces.join(', ');
  const root = where.hostRoot ? ' It keeps the root directory of the host.' : '';
  return `A program of the host, inside of these namespaces of init: ${names}. nsenter(1) enters them with setns(2).${root}`;
}

function undoSentence(step: Step): string {
  const text = undoText(step);
  switch (step.undo.type) {
    case 'nothing':
      return `Nothing: ${step.undo.reason}.`;
    case 'with':
      return `Together with ${step.undo.step}: ${step.undo.reason}.`;
    case 'stop-init':
      return `${text}   (the kernel then removes the namespaces and every mount in them)`;
    case 'command':
      return step.undo.when === 'failure' ? `${text}   (only when the run failed)` : text;
  }
}

function listItem(text: string): readonly string[] {
  return wrap(text, COLUMNS - 4).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}
