/** One operation, with every command, when it began, how long it took and what became of it. */

import { stepCommand, undoText } from '../plan/display.ts';
import { quoteArg, quoteArgv } from '../plan/quote.ts';
import type { Plan } from '../plan/step.ts';
import { plansOf } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import { duration, ending, messageText } from './messages.ts';
import { type ProgressState, stateOf } from './progress.ts';
import { visible, visibleLines } from './visible.ts';

/** Where commands stand. */
const INDENT = ' '.repeat(8);

/** What was typed, in one line. */
export function commandLineText({ header }: Recording): string {
  return visible(quoteArgv(['tinydocker', ...header.commandLine]));
}

/** The plans, in the order in which they began, with their steps and undos. */
export function operationText(recording: Recording): string {
  return plansOf(recording)
    .map(({ plan, number }) => {
      const lines = recording.lines.filter(line => line.plan === number);
      const events = lines.map(({ event }) => event);
      const began = new Map<string, number>();
      for (const { event, time } of lines)
        if (event.type === 'step-started' || event.type === 'undo-started')
          began.set(`${event.type} ${event.step}`, time);
      const said = events.flatMap(event =>
        event.type === 'message' ? visibleLines(messageText(event)) : [],
      );
      const state = stateOf(events);
      return [
        '',
        visible(plan.summary),
        ...variables(plan).map(line => `${INDENT}${line}`),
        ...steps(state, began),
        ...undos(state, began),
        ...said,
      ].join('\n');
    })
    .join('\n');
}

/** As the script sets them, but for programs of several lines. */
export function variables(plan: Plan): readonly string[] {
  return plan.variables.flatMap(({ name, value }) => {
    const text = value === undefined ? '' : quoteArg(value);
    return value === undefined || text.includes('\n') ? [] : [visible(`${name}=${text}`)];
  });
}

function steps(state: ProgressState, began: ReadonlyMap<string, number>): readonly string[] {
  return state.steps
    .filter(({ status }) => status !== 'to do' && status !== 'skipped')
    .flatMap(({ step, status, milliseconds, failure }) => [
      row(
        began.get(`step-started ${step.id}`),
        milliseconds,
        failure === undefined ? doneOr(status) : 'failed',
        step.title,
      ),
      ...command(stepCommand(step)),
      ...(failure === undefined
        ? []
        : [ending(failure), ...visibleLines(failure.stderr)]
            .filter(line => line !== '')
            .map(line => `${INDENT}  ${line}`)),
    ]);
}

function undos(state: ProgressState, began: ReadonlyMap<string, number>): readonly string[] {
  return state.undos.flatMap(({ step, status, milliseconds, reason }) => [
    row(began.get(`undo-started ${step.id}`), milliseconds, status, step.title),
    ...command(undoText(step)),
    ...(reason === undefined ? [] : [`${INDENT}  ${visible(reason)}`]),
  ]);
}

/** That it was undone later stands with the undo. */
function doneOr(status: string): string {
  return status === 'undone' || status === 'undo failed' ? 'done' : status;
}

function row(
  time: number | undefined,
  milliseconds: number | undefined,
  status: string,
  title: string,
): string {
  const at = time === undefined ? '' : `${time.toFixed(3)} s`;
  const took = milliseconds === undefined ? '' : duration(milliseconds);
  return `${at.padStart(11)} ${took.padStart(8)}  ${status.padEnd(7)}  ${visible(title)}`;
}

function command(text: string): readonly string[] {
  return visibleLines(text).map(line => `${INDENT}${line}`);
}
