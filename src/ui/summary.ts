/** The sentences that remain when a plan has ended: one line for what was done, one for what was undone. */

import type { PlanEvent } from '../events.ts';
import { startsContainer } from '../plan/starts-container.ts';
import type { Plan, Step } from '../plan/step.ts';
import { duration, ending } from './messages.ts';
import { count, type ProgressState } from './progress.ts';
import { visible } from './visible.ts';

/**
 * "hello1: 18 steps in 120 ms": said when the container starts, or at the end of a plan that starts none. There the undos count too: to remove an
 * image is mostly the undo of its workspace.
 */
export function doneSentence(state: ProgressState): string {
  const { plan } = state;
  const time = [...state.steps, ...state.undos].reduce(
    (sum, { step, milliseconds = 0 }) => sum + (step.action.type === 'wait' ? 0 : milliseconds),
    0,
  );
  const what = subjectOf(plan);
  const steps = state.steps.length;
  return `${visible(what)}: ${steps} step${steps === 1 ? '' : 's'} in ${duration(time)}`;
}

/** "hello1: cleaned up in 12 ms: processes, mounts, directory; exit status 3", short enough for a terminal of 80 columns. */
export function cleanedUpSentence(state: ProgressState): string {
  const gone = state.undos
    .filter(({ status }) => status === 'undone')
    .flatMap(({ step }) =>
      step.undo.type === 'stop-init' ? ['processes', 'mounts'] : removes(step) ? ['directory'] : [],
    );
  const kept = state.undos.some(({ step }) => removes(step)) ? [] : ['writable layer kept'];
  const time = state.undos.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  const status = state.outcome?.status ?? state.status;
  const what = [...(gone.length > 0 ? [gone.join(', ')] : []), ...kept].join('; ');
  return `${visible(state.plan?.subject ?? '')}: cleaned up in ${duration(time)}: ${what}; exit status ${status}`;
}

/** What was there before, as the directory of a container that starts again, is only taken. */
function removes({ reserves, id }: Step): boolean {
  return reserves === true && id !== 'claim-container';
}

/** "discarded 3 changes: --keep keeps them, --commit IMAGE saves them": said before they are, while it can be learnt for the next time. */
export function discardedSentence({
  changes,
  complete,
}: Extract<PlanEvent, { readonly type: 'changes-discarded' }>): string {
  const what = `${complete ? '' : 'at least '}${changes} change${changes === 1 ? '' : 's'}`;
  const them = changes === 1 && complete ? 'it' : 'them';
  return `discarded ${what}: --keep keeps ${them}, --commit IMAGE saves ${them}`;
}

/** "hello1 failed at step 5/18 (pivot-root, exit status 1) and was undone: 2/2 undos done; exit status 125". */
export function failedSentence(state: ProgressState): string {
  const { outcome, plan } = state;
  const at = state.steps.findIndex(({ step }) => step.id === outcome?.failedStep);
  const where =
    at < 0
      ? `after step ${count(state.steps, 'done') + count(state.steps, 'undone')}/${state.steps.length}`
      : `at step ${at + 1}/${state.steps.length} (${[outcome?.failedStep, ...(outcome?.failure === undefined ? [] : [ending(outcome.failure)])].join(', ')})`;
  const verb = outcome?.type === 'interrupted' ? 'was interrupted' : 'failed';
  const undone = count(state.undos, 'undone');
  const total = state.undos.length;
  const undos =
    total === 0
      ? 'there was nothing to undo'
      : undone === total
        ? `was undone: ${undone}/${total} undos done`
        : `was NOT undone completely: ${undone}/${total} undos done`;
  return `${visible(subjectOf(plan))} ${verb} ${where} and ${undos}; exit status ${outcome?.status}`;
}

/** A container is known by its name; any other plan by what it does. */
function subjectOf(plan: Plan | undefined): string {
  if (plan === undefined) return '';
  return startsContainer(plan) ? plan.subject : plan.summary;
}
