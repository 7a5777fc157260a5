/** Messages and sentences that all reporters for people share. */

import type { Leftover, StepFailure } from '../events.ts';
import type { Message } from './reporter.ts';
import { visibleLines } from './visible.ts';

/** A message as it is printed, with its line end. */
export function messageText({ kind, text, hint }: Message): string {
  const lines = [...visibleLines(text), ...(hint === undefined ? [] : visibleLines(hint))];
  return `tinydocker: ${kind === 'note' ? 'note: ' : ''}${lines.join('\n')}\n`;
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
