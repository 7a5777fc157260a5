/** A recording as a readable account, in Markdown: the plan, each step with why, command, time and what became of it, and the undos. */

import { stepCommand, undoText } from '../plan/display.ts';
import type { Step } from '../plan/step.ts';
import { endingOf, plansOf, type RecordedPlan } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import type { Change } from '../snapshot/compare.ts';
import { duration, ending, messageText } from './messages.ts';
import { commandLineText, variables } from './operation-text.ts';
import { type ProgressState, type StepProgress, stateOf, type UndoProgress } from './progress.ts';
import { type Scene, storyOf } from './story.ts';
import { failedSentence } from './summary.ts';
import { visible, visibleLines } from './visible.ts';

/** The text of the file. */
export function recordingMarkdown(recording: Recording): string {
  const { header, torn } = recording;
  const scenes = storyOf(recording);
  const who = header.machine.user === 'root' ? 'root' : 'an ordinary user';
  const parts = [
    `# ${escaped(commandLineText(recording))}`,
    `Recorded ${escaped(visible(header.started))} as ${who}, on Linux ${escaped(visible(header.machine.kernel))}, by tinydocker ${escaped(visible(header.tinydocker))}.`,
    ...plansOf(recording).map(plan => planText(plan, recording, scenes)),
    ...(torn || endingOf(recording).ending === 'no end' ? ['The recording breaks off here.'] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function planText(recorded: RecordedPlan, recording: Recording, scenes: readonly Scene[]): string {
  const own = recording.lines.filter(({ plan }) => plan === recorded.number).map(({ event }) => event);
  const state = stateOf(own);
  const said = own.flatMap(event => (event.type === 'message' ? [messageText(event).trimEnd()] : []));
  const { plan } = recorded;
  const values = variables(plan);
  const changes = new Map(
    scenes.flatMap(scene =>
      scene.plan === recorded.number && scene.step !== undefined && scene.changes !== undefined
        ? [[scene.step, scene.changes] as const]
        : [],
    ),
  );
  return [
    `## ${escaped(visible(plan.summary))}`,
    ...(values.length > 0 ? [code(values)] : []),
    ...state.steps.map((row, index) => stepText(row, index + 1, changes.get(row.step.id))),
    ...(state.undos.length > 0 ? ['### Undone, newest first', undosText(state.undos)] : []),
    ...said.map(text => quoted(text)),
    ...endText(state),
  ].join('\n\n');
}

function stepText(
  { step, status, milliseconds, failure }: StepProgress,
  number: number,
  changes: readonly Change[] = [],
): string {
  const time = milliseconds === undefined ? '' : `, ${duration(milliseconds)}`;
  const became = failure === undefined ? (status === 'undone' ? 'done, and undone later' : status) : 'failed';
  const where =
    step.where.type === 'host'
      ? 'on the host'
      : `in the container's namespaces (${step.where.namespaces.map(name => escaped(visible(name))).join(', ')})`;
  return [
    `### ${number}. ${escaped(visible(step.title))}: ${became}${time}`,
    code(visibleLines(stepCommand(step))),
    `${escaped(visible(step.why))}`,
    `Runs ${where}. Undo: ${undo(step)}`,
    ...(changes.length > 0
      ? [
          'Changed:',
          code(
            changes.map(({ sign, text }) => `${sign} ${visible(text)}`),
            'diff',
          ),
        ]
      : []),
    ...(failure === undefined
      ? []
      : [
          `**It failed** (${ending(failure)}${failure.onPurpose ? ', on purpose' : ''}):`,
          code([`$ ${visible(failure.command)}`, ...visibleLines(failure.stderr)]),
        ]),
  ].join('\n\n');
}

function undosText(undos: readonly UndoProgress[]): string {
  return undos
    .map(({ step, status, milliseconds, reason }) => {
      const time = milliseconds === undefined ? '' : `, ${duration(milliseconds)}`;
      const why = reason === undefined ? '' : `: ${escaped(visible(reason))}`;
      return `- ${escaped(visible(step.title))}: ${status}${time}${why}. ${undo(step)}`;
    })
    .join('\n');
}

function endText(state: ProgressState): readonly string[] {
  const { outcome } = state;
  if (outcome === undefined) return ['**How it ended is not in the recording.**'];
  if (outcome.type !== 'succeeded') return [`**${escaped(failedSentence(state))}.**`];
  return [`**Ended with exit status ${outcome.status}, after ${duration(outcome.milliseconds)}.**`];
}

/** A command as code, anything else in words. */
function undo(step: Step): string {
  const text = visible(undoText(step));
  return step.undo.type === 'command' || step.undo.type === 'stop-init' ? inline(text) : escaped(text);
}

/** A block of code, with a fence that is longer than any in it. */
function code(lines: readonly string[], language = 'sh'): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Code in a line, likewise. */
function inline(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

function quoted(text: string): string {
  return visibleLines(text)
    .map(line => `> ${escaped(line)}`)
    .join('  \n');
}

/** Text in which nothing means anything to Markdown or HTML. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|&~]/g, character =>
    character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
  );
}
