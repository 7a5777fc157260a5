/** One sentence per event, never redrawn: for pipes, CI, dumb terminals and screen readers. */

import type { PlanEvent } from '../events.ts';
import type { Language } from '../lang/choose-language.ts';
import { localizedEvent } from '../lang/localized.ts';
import { screenTranslator } from '../lang/translator.ts';
import { stepCommand } from '../plan/display.ts';
import { duration, ending, messageText, size } from './messages.ts';
import { NOT_STARTED, type ProgressState, progress } from './progress.ts';
import type { Reporter, Write } from './reporter.ts';
import { cleanedUpSentence, discardedSentence, doneSentence, failedSentence } from './summary.ts';
import { visible, visibleLines } from './visible.ts';

export function plainReporter(write: Write, language: Language = 'en'): Reporter {
  const say = screenTranslator(language);
  let state = NOT_STARTED;
  let quarter = 0;
  return {
    emit(told) {
      const event = localizedEvent(told, language);
      const before = state;
      state = progress(state, event);
      if (event.type === 'step-started') quarter = 0;
      if (event.type === 'step-progress') {
        const reached = Math.floor((event.done / event.total) * 4);
        if (reached <= quarter) return;
        quarter = reached;
      }
      for (const line of sentences(state, event, before)) {
        // What is indented was said by a command.
        write(`${line.startsWith('  ') ? line : say(line)}\n`);
      }
    },
    say: message => write(messageText(message)),
    close: () => Promise.resolve(),
  };
}

function sentences(state: ProgressState, event: PlanEvent, before: ProgressState): readonly string[] {
  switch (event.type) {
    case 'plan-started':
      return [`${visible(event.plan.summary)}: ${event.plan.steps.length} steps`];
    case 'step-progress':
      return [`${place(state, event.step)}: ${size(event.done)} of ${size(event.total)}`];
    case 'step-done':
      return isWait(state, event.step)
        ? []
        : [`${place(state, event.step)}: done in ${duration(event.milliseconds)}`];
    case 'step-failed':
      return [
        `${place(state, event.step)}: failed, ${ending(event.failure)}${event.failure.onPurpose ? ', on purpose' : ''}: ${visible(event.failure.command)}`,
        ...(event.failure.stderr.trim() === ''
          ? []
          : visibleLines(event.failure.stderr).map(line => `  ${line}`)),
      ];
    case 'note':
      return [`note: ${visible(event.text)}`];
    case 'container-started':
      return [doneSentence(state)];
    case 'container-exited':
      return [`the command ended with exit status ${event.status}`];
    case 'interrupted':
      return [`${event.signal}: ${event.reaction}`];
    case 'changes-discarded':
      return [discardedSentence(event)];
    case 'undo-done':
      return [`undone: ${undone(state, event.step)}, in ${duration(event.milliseconds)}`];
    case 'undo-failed':
      return [`UNDO FAILED: ${undone(state, event.step)}: ${visible(event.reason)}`];
    case 'plan-ended':
      if (event.outcome.type !== 'succeeded') return [failedSentence(state)];
      return [before.started ? cleanedUpSentence(state) : doneSentence(state)];
    case 'back-done':
      return [`back: ${undone(state, event.step)}, in ${duration(event.milliseconds)}`];
    case 'back-failed':
      return [`BACK FAILED: ${undone(state, event.step)}: ${visible(event.reason)}`];
    case 'restarting':
      return [
        `starting again${event.until === undefined ? '' : `, up to ${event.until}`}${event.reason === undefined ? '' : `: ${visible(event.reason)}`}`,
      ];
    case 'step-replaced':
      return [`${place(state, event.step.id)} was changed: ${visible(stepCommand(event.step))}`];
    case 'step-started':
    case 'undo-started':
    case 'back-started':
    case 'replayed':
    case 'snapshot':
      return [];
  }
}

/** "step 5/18 pivot-root (swap the root)". */
function place(state: ProgressState, id: string): string {
  const index = state.steps.findIndex(({ step }) => step.id === id);
  return `step ${index + 1}/${state.steps.length} ${id} (${visible(state.steps[index]?.step.title ?? '')})`;
}

function undone(state: ProgressState, id: string): string {
  const row = state.steps.find(({ step }) => step.id === id);
  return `${id} (${visible(row?.step.title ?? '')})`;
}

function isWait(state: ProgressState, id: string): boolean {
  return state.steps.find(({ step }) => step.id === id)?.step.action.type === 'wait';
}
