/** Messages and sentences that all reporters for people share. */

import type { Leftover, StepFailure } from '../events.ts';
import type { Check, Diagnosis } from '../plan/diagnosis.ts';
import { wrap } from '../plan/wrap.ts';
import type { Message } from './reporter.ts';
import { visible, visibleLines } from './visible.ts';

/** Lines of a message are broken here, in columns, where they are ours to break. */
const COLUMNS = 80;
const LABEL = 'Checked  ';
/** Not to be broken at. */
const NO_BREAK = '\u00a0';

/**
 * A message as it is printed, with its line end: what is the matter, the way out, what was looked at to find it, and the lesson about it. `mark`
 * stands behind what is true; without one a word does, as on a terminal that has only ASCII.
 */
export function messageText({ kind, text, ...more }: Message, mark?: string): string {
  const lines = diagnosisLines({ cause: text, ...more }, mark);
  return `tinydocker: ${kind === 'note' ? 'note: ' : ''}${lines.join('\n')}\n`;
}

/** The lines of a diagnosis, each safe for a terminal: the cause first. */
export function diagnosisLines(
  { cause, hint, checked = [], lesson }: Omit<Diagnosis, 'hint'> & Pick<Message, 'hint'>,
  mark?: string,
): readonly string[] {
  return [
    ...visibleLines(cause),
    ...(hint === undefined ? [] : visibleLines(hint)),
    ...checkedLines(checked, mark),
    ...(lesson === undefined ? [] : [`${'Lesson'.padEnd(LABEL.length)}tinydocker lesson ${lesson}`]),
  ];
}

/** "Checked  $M is a mount point: yes  the parent mount of $M is shared: YES <--". */
function checkedLines(checked: readonly Check[], mark: string | undefined): readonly string[] {
  // One alone only repeats the cause.
  if (checked.length < 2) return [];
  // Two blanks between them, of which the second one may be broken at.
  const checks = checked.map(check => `${checkText(check, mark)} `.replaceAll(' ', NO_BREAK)).join(' ');
  return wrap(checks, COLUMNS - LABEL.length).map(
    (line, index) =>
      `${index === 0 ? LABEL : ' '.repeat(LABEL.length)}${line.replaceAll(NO_BREAK, ' ').trimEnd()}`,
  );
}

function checkText({ what, holds, culprit }: Check, mark: string | undefined): string {
  const answer = holds === undefined ? 'not known' : holds ? 'yes' : 'no';
  if (culprit) return `${visible(what)}: ${answer.toUpperCase()} <--`;
  return holds && mark !== undefined ? `${visible(what)} ${mark}` : `${visible(what)}: ${answer}`;
}

/** What was left behind, with the commands that finish it: the last and loudest thing that is said. */
export function leftoversMessage(leftovers: readonly Leftover[]): Message {
  const [first, ...more] = leftovers;
  return {
    kind: 'error',
    text: [
      more.length === 0
        ? `NOT EVERYTHING WAS UNDONE: the undo of ${first?.step ?? ''} failed.`
        : `NOT EVERYTHING WAS UNDONE: ${leftovers.length} undos failed.`,
      ...leftovers.map(({ step, reason }) => `  ${step}: ${reason}`),
    ].join('\n'),
    hint: ['To finish by hand, in this order:', ...leftovers.map(({ command }) => `  ${command}`)].join('\n'),
  };
}

/** Milliseconds as people read them: "7 ms", "1.2 s". */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A size as people read it: "12 kB", "4.1 MB". */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1]}`;
}

/** How a command ended: "exit status 32", "killed by SIGKILL". */
export function ending({ exitStatus, signal }: Pick<StepFailure, 'exitStatus' | 'signal'>): string {
  if (exitStatus !== undefined) return `exit status ${exitStatus}`;
  return signal === undefined ? 'not executed' : `killed by ${signal}`;
}

/** The same as a sentence. */
export function endingSentence(failure: Pick<StepFailure, 'exitStatus' | 'signal'>): string {
  const how = failure.exitStatus === undefined ? 'was' : 'ended with';
  return `It ${how} ${ending(failure)}.`;
}
