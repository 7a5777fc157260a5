/** Where the debugger stands: one pure reducer of the executor's events and of what was asked, which feeds the line prompt and the screen. */

import type { PlanEvent, StepFailure } from '../events.ts';
import { backOf, backText } from '../plan/back.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import type { Plan, Step } from '../plan/step.ts';
import { knownValues } from '../plan/values.ts';
import { type Change, changesBetween, type Names } from '../snapshot/compare.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { NOT_STARTED, type ProgressState, progress } from '../ui/progress.ts';
import { breakpointAt, ERROR, isBehindGate } from './breakpoints.ts';
import { type Command, keyOf } from './command.ts';

/** Why the debugger asks. */
export type Stop =
  | { readonly type: 'step' | 'breakpoint'; readonly step: Step }
  /** A step failed, and nothing has been undone yet. */
  | (Diagnosis & {
      readonly type: 'failure';
      readonly step: Step;
      readonly failure: StepFailure;
    });

/** What was done, for whoever wants to know how it came to this. */
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The key that led to it. */
  readonly key: string;
  /** "step 5 pivot-root", "undo 5 pivot-root". */
  readonly text: string;
  readonly ok: boolean;
}

/** How the last step would be taken back. */
export type BackWay =
  /** There is no step to take back. */
  | { readonly type: 'none' }
  /** By its own command, as text. */
  | { readonly type: 'direct'; readonly step: Step; readonly command: string }
  /** Everything is undone, and done again up to it. */
  | { readonly type: 'replay'; readonly step: Step; readonly reason: string };

export interface DebugMessage {
  readonly kind: 'said' | 'refused';
  readonly lines: readonly string[];
}

export interface DebugState {
  /** As it is now, with what was edited in it. */
  readonly plan: Plan;
  /** The status of each step, and the undos. */
  readonly progress: ProgressState;
  /** Steps that are done: the index of the next one. */
  readonly at: number;
  /** Undefined while steps are done, and while the container runs. */
  readonly stop?: Stop;
  /** Stops at each step, or only at breakpoints. */
  readonly mode: 'step' | 'continue';
  /** Ids of steps, and `error`. */
  readonly breakpoints: readonly string[];
  readonly history: readonly HistoryEntry[];
  /** The last two looks. */
  readonly before?: Snapshot;
  readonly now?: Snapshot;
  /** The look before the first step. */
  readonly first?: Snapshot;
  /** What each step that is done changed, by its id. */
  readonly changes: ReadonlyMap<string, readonly Change[]>;
  /** What is different since the look before: by a step, by a step back, or by you in a shell. */
  readonly latest: readonly Change[];
  /** What the last look was for. */
  readonly moment?: Extract<PlanEvent, { type: 'snapshot' }>['moment'];
  /** What a step back did not bring back; undefined when nobody has stepped back, or when it is undecided. */
  readonly differences?: readonly Change[];
  /** Everything that differs from before the first step when all is undone; undefined until then. */
  readonly left?: readonly Change[];
  /** The steps that were edited, by their ids; those that are still to be done as well. */
  readonly edits: ReadonlyMap<string, Step>;
  /** Everything is being undone to be done again, up to the step where we were. */
  readonly replaying: boolean;
  /** How often the plan was begun. */
  readonly starts: number;
  readonly message?: DebugMessage;
  /** The key that was pressed last. */
  readonly key: string;
}

export type DebugEvent =
  | PlanEvent
  | { readonly type: 'stopped'; readonly stop: Stop }
  | { readonly type: 'command'; readonly command: Command }
  /** The next step is another one now. */
  | { readonly type: 'edited'; readonly step: Step }
  | { readonly type: 'message'; readonly message: DebugMessage };

export interface DebugOptions {
  /** Stop before the first step. */
  readonly step: boolean;
  readonly breakpoints: readonly string[];
}

export function initialState(plan: Plan, { step, breakpoints }: DebugOptions): DebugState {
  return {
    plan,
    progress: NOT_STARTED,
    at: 0,
    mode: step ? 'step' : 'continue',
    breakpoints,
    history: [],
    changes: new Map(),
    latest: [],
    edits: new Map(),
    replaying: false,
    starts: 0,
    key: step ? '' : keyOf('continue'),
  };
}

/** The state after one more event, which happened at this time (milliseconds since 1970). */
export function debug(state: DebugState, event: DebugEvent, time: number): DebugState {
  switch (event.type) {
    case 'stopped':
      return { ...state, stop: event.stop };
    case 'message':
      return { ...state, message: event.message };
    case 'command':
      return commanded(state, event.command);
    case 'edited':
      return withEdit(state, event.step);
    default:
      return happened(counted(state, event), event, time);
  }
}

/**
 * Whether the debugger stops before the step, and why. Once the command runs it does not: the terminal is the command's then, and going back would throw away
 * what it wrote.
 */
export function stopBefore(state: DebugState, step: Step): Stop | undefined {
  if (isBehindGate(state.plan, step.id)) return undefined;
  if (state.breakpoints.includes(step.id) && state.mode === 'continue') return { type: 'breakpoint', step };
  return state.mode === 'step' ? { type: 'step', step } : undefined;
}

/** Whether it stops at a failure, before everything is undone. */
export function stopsAtFailure({ mode, breakpoints, progress: { started } }: DebugState): boolean {
  return !started && (mode === 'step' || breakpoints.includes(ERROR));
}

/** The step that would be done next. */
export function nextStep({ plan, at }: DebugState): Step | undefined {
  return plan.steps[at];
}

/** How the last step would be taken back. At a failure that is the failed one, and always by starting again. */
export function backWay({ plan, at, stop }: DebugState): BackWay {
  if (stop?.type === 'failure')
    return { type: 'replay', step: stop.step, reason: 'nobody knows how far a step came that failed' };
  const step = plan.steps[at - 1];
  if (step === undefined) return { type: 'none' };
  const back = backOf(step);
  return back.type === 'replay'
    ? { type: 'replay', step, reason: back.reason }
    : { type: 'direct', step, command: backText(step) };
}

/** How many steps would be left when those that can be taken back by their own commands were: 0 for all. */
export function undoPossibleTo({ plan, at }: DebugState): number {
  const fixed = plan.steps.slice(0, at).findLastIndex(step => backOf(step).type === 'replay');
  return fixed + 1;
}

/** The plan's short names for paths, the longest path first. */
export function namesOf(plan: Plan): Names {
  const values = knownValues(plan);
  return ['M', 'C', 'STORE'].flatMap(name => {
    const path = values.get(name);
    return path === undefined ? [] : [[`$${name}`, path] as const];
  });
}

function counted(state: DebugState, event: PlanEvent): DebugState {
  const next = progress(state.progress, event);
  const at = next.steps.findIndex(({ status }) => status !== 'done');
  return { ...state, progress: next, at: at < 0 ? next.steps.length : at, plan: next.plan ?? state.plan };
}

function happened(state: DebugState, event: PlanEvent, time: number): DebugState {
  const numbered = (id: string) => `${state.plan.steps.findIndex(step => step.id === id) + 1} ${id}`;
  const remember = (text: string, ok: boolean): readonly HistoryEntry[] => [
    ...state.history,
    { time, key: state.key, text, ok },
  ];
  switch (event.type) {
    case 'plan-started': {
      const { before: _, now: __, left: ___, ...rest } = state;
      const begun = { ...rest, changes: new Map(), latest: [], starts: state.starts + 1 };
      return [...state.edits.values()].reduce(withEdit, begun);
    }
    case 'step-done':
      return state.replaying ? state : { ...state, history: remember(`step ${numbered(event.step)}`, true) };
    case 'step-failed':
      return { ...state, history: remember(`step ${numbered(event.step)}`, false) };
    case 'back-done':
      return {
        ...withDifferences(state, event.differences),
        history: remember(`undo ${numbered(event.step)}`, isAsBefore(event.differences)),
      };
    case 'back-failed':
      return { ...state, history: remember(`undo ${numbered(event.step)}`, false) };
    case 'restarting':
      return {
        ...state,
        mode: 'step',
        replaying: event.until !== undefined,
        history: event.until === undefined ? remember('start again', true) : state.history,
      };
    case 'replayed':
      return {
        ...withDifferences(state, event.differences),
        replaying: false,
        history: remember(`start again, to step ${numbered(event.until)}`, isAsBefore(event.differences)),
      };
    case 'snapshot':
      return looked(state, event);
    default:
      return state;
  }
}

function withEdit(state: DebugState, step: Step): DebugState {
  const { stop } = state;
  return {
    ...counted(state, { type: 'step-replaced', step }),
    edits: new Map(state.edits).set(step.id, step),
    ...(stop?.step.id === step.id ? { stop: { ...stop, step } } : {}),
  };
}

function looked(
  state: DebugState,
  { moment, step, snapshot }: Extract<PlanEvent, { type: 'snapshot' }>,
): DebugState {
  const { now, first = snapshot } = state;
  const names = namesOf(state.plan);
  const latest = now === undefined ? [] : changesBetween(now, snapshot, names);
  const changes = new Map(state.changes);
  if (step !== undefined && moment === 'step') changes.set(step, latest);
  if (step !== undefined && moment === 'back') changes.delete(step);
  return {
    ...state,
    first,
    now: snapshot,
    moment,
    ...(now === undefined ? {} : { before: now }),
    latest,
    changes,
    ...(moment === 'end' && !state.replaying ? { left: changesBetween(first, snapshot, names) } : {}),
  };
}

function withDifferences(state: DebugState, differences: readonly Change[] | undefined): DebugState {
  const { differences: _, ...rest } = state;
  return differences === undefined ? rest : { ...rest, differences };
}

function isAsBefore(differences: readonly Change[] | undefined): boolean {
  return differences === undefined || differences.length === 0;
}

function commanded(state: DebugState, command: Command): DebugState {
  const { message: _, differences: __, ...quiet } = state;
  const { stop: ___, ...moving } = quiet;
  const key = keyOf(command.type);
  switch (command.type) {
    case 'next':
    case 'fail':
    case 'back':
    case 'restart':
      return { ...moving, mode: 'step', key };
    case 'continue':
      return { ...moving, mode: 'continue', key };
    case 'quit':
      return { ...moving, key };
    case 'break':
      return toggled(quiet, command.step);
    default:
      return { ...quiet, key };
  }
}

function toggled(state: DebugState, name: string | undefined): DebugState {
  const found = breakpointAt(state.plan, name ?? nextStep(state)?.id ?? '');
  if (!found.ok) {
    const lines = found.failures.flatMap(({ message, hint }) =>
      hint === undefined ? [message] : [message, hint],
    );
    return { ...state, message: { kind: 'refused', lines } };
  }
  const set = state.breakpoints.includes(found.value);
  return {
    ...state,
    breakpoints: set
      ? state.breakpoints.filter(one => one !== found.value)
      : [...state.breakpoints, found.value],
    message: { kind: 'said', lines: [`breakpoint at ${found.value}: ${set ? 'taken away' : 'set'}`] },
  };
}
