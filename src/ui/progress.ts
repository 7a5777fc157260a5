/** Where a plan stands, from its events: one pure reducer that feeds every reporter. */

import type { Outcome, PlanEvent, StepFailure } from '../events.ts';
import type { Plan, Step } from '../plan/step.ts';
import { undosOf } from '../plan/undos.ts';
import type { RecordedEvent } from '../record/format.ts';

export type StepStatus =
  | 'to do'
  | 'running'
  | 'done'
  | 'failed'
  | 'undone'
  | 'undo failed'
  /** The plan ended before its turn came. */
  | 'skipped';

export interface StepProgress {
  readonly step: Step;
  readonly status: StepStatus;
  /** How long it took, once it is done or has failed. */
  readonly milliseconds?: number;
  /** How far a long step is, in bytes. */
  readonly bytes?: { readonly done: number; readonly total: number };
  readonly failure?: StepFailure;
}

export interface UndoProgress {
  readonly step: Step;
  readonly status: 'to do' | 'running' | 'undone' | 'undo failed';
  readonly milliseconds?: number;
  /** Why it failed. */
  readonly reason?: string;
}

export interface ProgressState {
  /** Undefined until the plan has started. */
  readonly plan?: Plan;
  readonly phase: 'steps' | 'container' | 'undo' | 'ended';
  /** In the plan's order. */
  readonly steps: readonly StepProgress[];
  /** Newest first; empty until undoing has begun. */
  readonly undos: readonly UndoProgress[];
  /** init is through the gate. */
  readonly started: boolean;
  /** Exit status of the container's command. */
  readonly status?: number;
  /** What steps found out and the user should know. */
  readonly notes: readonly string[];
  /** What the last signal led to. */
  readonly interrupted?: { readonly signal: string; readonly reaction: string };
  readonly outcome?: Outcome;
}

export const NOT_STARTED: ProgressState = {
  phase: 'steps',
  steps: [],
  undos: [],
  notes: [],
  started: false,
};

/** The state after one more event. An event about a step that the plan does not have changes nothing. */
export function progress(state: ProgressState, event: PlanEvent): ProgressState {
  switch (event.type) {
    case 'plan-started':
      return {
        ...NOT_STARTED,
        plan: event.plan,
        steps: event.plan.steps.map(toDo),
      };
    case 'step-started':
      return withStep(state, event.step, { status: 'running' });
    case 'step-progress':
      return withStep(state, event.step, { bytes: { done: event.done, total: event.total } });
    case 'step-done':
      return withStep(state, event.step, { status: 'done', milliseconds: event.milliseconds });
    case 'step-failed':
      return withStep(state, event.step, {
        status: 'failed',
        milliseconds: event.milliseconds,
        failure: event.failure,
      });
    case 'note':
      return { ...state, notes: [...state.notes, event.text] };
    case 'container-started':
      return { ...state, phase: 'container', started: true };
    case 'container-exited':
      return { ...state, phase: 'steps', status: event.status };
    case 'interrupted':
      return { ...state, interrupted: { signal: event.signal, reaction: event.reaction } };
    case 'undo-started':
      return withUndo(undoing(state), event.step, { status: 'running' });
    case 'undo-done':
      return withUndo(state, event.step, { status: 'undone', milliseconds: event.milliseconds });
    case 'undo-failed':
      return withUndo(state, event.step, { status: 'undo failed', reason: event.reason });
    case 'back-started':
      return withStep(state, event.step, { status: 'running' });
    case 'back-done':
      return { ...state, steps: state.steps.map(row => (row.step.id === event.step ? toDo(row.step) : row)) };
    case 'step-replaced':
      return replaced(state, event.step);
    case 'changes-discarded':
    case 'snapshot':
    case 'back-failed':
    case 'restarting':
    case 'replayed':
      return state;
    case 'plan-ended':
      return {
        ...state,
        phase: 'ended',
        outcome: event.outcome,
        steps: state.steps.map(row => (row.status === 'to do' ? { ...row, status: 'skipped' } : row)),
      };
  }
}

function toDo(step: Step): StepProgress {
  return { step, status: 'to do' };
}

function replaced(state: ProgressState, step: Step): ProgressState {
  const { plan } = state;
  return {
    ...withStep(state, step.id, { step }),
    ...(plan === undefined
      ? {}
      : { plan: { ...plan, steps: plan.steps.map(old => (old.id === step.id ? step : old)) } }),
  };
}

/** The state after all of a plan's events. What a recording has besides changes nothing. */
export function stateOf(events: readonly RecordedEvent[]): ProgressState {
  return events.reduce(
    (state, event) =>
      event.type === 'message' || event.type === 'continued' ? state : progress(state, event),
    NOT_STARTED,
  );
}

/** How many steps have the status. */
export function count(rows: readonly { readonly status: StepStatus }[], status: StepStatus): number {
  return rows.filter(row => row.status === status).length;
}

/** The first undo begins: what will be undone is known from here on. */
function undoing(state: ProgressState): ProgressState {
  if (state.phase === 'undo') return state;
  const begun = state.steps.filter(
    ({ step, status }) => status === 'done' || (status !== 'to do' && !step.reserves),
  );
  const ended = state.steps.every(({ status }) => status === 'done');
  const undos = undosOf(
    begun.map(({ step }) => step),
    state.started || ended,
  );
  return { ...state, phase: 'undo', undos: undos.map(step => ({ step, status: 'to do' })) };
}

function withStep(state: ProgressState, id: string, change: Partial<StepProgress>): ProgressState {
  return { ...state, steps: state.steps.map(row => (row.step.id === id ? { ...row, ...change } : row)) };
}

/** What an undo comes to holds for the step, and for those that are undone with it. */
function withUndo(state: ProgressState, id: string, change: Partial<UndoProgress>): ProgressState {
  const next = {
    ...state,
    undos: state.undos.map(row => (row.step.id === id ? { ...row, ...change } : row)),
  };
  if (change.status !== 'undone' && change.status !== 'undo failed') return next;
  const status = change.status;
  return {
    ...next,
    steps: next.steps.map(row => (row.step.id === id || isUndoneWith(row, id) ? { ...row, status } : row)),
  };
}

function isUndoneWith({ step: { undo }, status }: StepProgress, id: string): boolean {
  return status === 'done' && undo.type === 'with' && undo.step === id;
}
