/** A plan told to a learner: its steps in order, or one of them in full. */

import { undoText } from './display.ts';
import type { IdMapping } from './facts.ts';
import { actionLines } from './script-actions.ts';
import type { Phase, Plan, Step } from './step.ts';
import { ENGLISH, type Translate } from './translate.ts';
import { wrap } from './wrap.ts';

const COLUMNS = 80;

/** Who a plan is for, in words. */
const MODES: Readonly<Record<IdMapping, string>> = {
  host: 'for root',
  range: 'for an ordinary user with ranges of ids in /etc/subuid',
  single: 'for an ordinary user with one id',
};

/** The steps of a run on a machine with this mapping of ids, and what else can be asked about them. */
export function explainRun(plan: Plan, mapping: IdMapping, say: Translate = ENGLISH): string {
  const paragraph = (text: string) => `${wrap(say(text), COLUMNS).join('\n')}\n`;
  return [
    paragraph(`A run has these steps here, ${MODES[mapping]}:`),
    explainPlan(plan),
    paragraph(
      'tinydocker explain STEP tells why a step is there, its command, its undo, and what commonly goes wrong.',
    ),
  ].join('\n');
}

/** The steps by phase, one line each. */
function explainPlan(plan: Plan): string {
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

/**
 * One step: why, where, the command, its undo, what goes wrong. `plain` is the plan of the same container without a terminal. The plan's texts are in the reader's language
 * already; `say` puts what is around them into it.
 */
export function explainStep(plan: Plan, step: Step, plain: Plan, say: Translate = ENGLISH): string {
  const phase = plan.phases.find(({ id }) => id === step.phase);
  const number = plan.steps.indexOf(step) + 1;
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Why', wrap(step.why, COLUMNS - 2)],
    ['Where', wrap(whereText(step, say), COLUMNS - 2)],
    ['Command', actionLines(step)],
    ['Command without a terminal', step.action.type === 'start' ? linesOf(step.id, plain) : []],
    ['Undo', wrap(undoSentence(step, say), COLUMNS - 2)],
    ['What commonly goes wrong', step.pitfalls.flatMap(pitfall => listItem(pitfall))],
  ];
  return `${[
    `${step.id}: ${step.title}`,
    ...wrap(
      say(
        `Step ${number} of ${plan.steps.length}, phase ${phase === undefined ? step.phase : phaseTitle(phase)}`,
      ),
      COLUMNS,
    ),
    ...parts
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', say(title), ...lines.map(line => (line === '' ? '' : `  ${line}`))]),
  ].join('\n')}\n`;
}

function linesOf(id: string, plan: Plan): readonly string[] {
  return plan.steps.filter(step => step.id === id).flatMap(actionLines);
}

function phaseTitle({ id, title }: Phase): string {
  return `${id}: ${title}`;
}

/** Where the command runs, in words. */
function whereText({ where, action }: Step, say: Translate): string {
  if (action.type === 'start') return say('On the host; what it starts is inside of the new namespaces.');
  if (action.type === 'wait' || action.type === 'release')
    return say('On the host; the command runs inside.');
  if (where.type === 'host') return say('On the host.');
  const names = where.namespaces.join(', ');
  const root = where.hostRoot ? ' It keeps the root directory of the host.' : '';
  return say(
    `A program of the host, inside of these namespaces of init: ${names}. nsenter(1) enters them with setns(2).${root}`,
  );
}

function undoSentence(step: Step, say: Translate): string {
  const text = undoText(step);
  switch (step.undo.type) {
    case 'nothing':
      return say(`Nothing: ${step.undo.reason}.`);
    case 'with':
      return say(`Together with ${step.undo.step}: ${step.undo.reason}.`);
    case 'stop-init':
      return `${text}   ${say('(the kernel then removes the namespaces and every mount in them)')}`;
    case 'command':
      return step.undo.when === 'failure' ? `${text}   ${say('(only when the run failed)')}` : text;
  }
}

function listItem(text: string): readonly string[] {
  return wrap(text, COLUMNS - 4).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}
