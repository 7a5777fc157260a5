/** The debugger's screen as a value: where the debugger stands, and what of it is looked at. One pure reducer of its events. */

import { type DebugEvent, type DebugState, nextStep } from '../../debug/state.ts';
import type { Step } from '../../plan/step.ts';
import type { EditedLine } from '../screen/line-editor.ts';

export const PANELS = ['mounts', 'namespaces', 'cgroup', 'files', 'processes'] as const;
export type PanelName = (typeof PANELS)[number];

/** What takes the whole screen until a key is pressed. */
export type PageName = 'help' | 'why' | 'changes' | 'list' | 'failure';

export interface ScreenState {
  readonly debug: DebugState;
  readonly panel: PanelName;
  /** It was chosen, and stays; otherwise it is that of what has changed. */
  readonly pinned: boolean;
  /** The first row of the panel that is seen. */
  readonly top: number;
  /** The mounts that came from the host are shown, too. */
  readonly everything: boolean;
  /** The step that is looked at; undefined: the one that comes next. */
  readonly selected?: string;
  readonly page?: { readonly name: PageName; readonly top: number };
  /** What is being typed: another command for the next step, or the name of a file. */
  readonly field?: { readonly purpose: 'edit' | 'export'; readonly line: EditedLine };
  /** A command is waited for; otherwise steps are done. */
  readonly asked: boolean;
  /** Everything is over, and any key leaves. */
  readonly leaving: boolean;
  /** With which step each mount came that the container made itself, and its namespaces: numbers of steps. */
  readonly since: ReadonlyMap<number, number>;
  readonly initSince?: number;
  /** Sentences that steps had for the user, and what the container's end did. */
  readonly notes: readonly string[];
}

export function screenState(debug: DebugState): ScreenState {
  return {
    debug,
    panel: 'mounts',
    pinned: false,
    top: 0,
    everything: false,
    asked: false,
    leaving: false,
    since: new Map(),
    notes: [],
  };
}

/** The state after an event that has led to this state of the debugger. */
export function shown(state: ScreenState, debug: DebugState, event: DebugEvent): ScreenState {
  const next = { ...state, debug };
  switch (event.type) {
    case 'plan-started': {
      const { initSince: _, ...rest } = next;
      return { ...rest, since: new Map() };
    }
    case 'step-started':
    case 'stopped':
      return atNext(following(next));
    case 'note':
      return { ...next, notes: [...state.notes, event.text] };
    case 'snapshot':
      return following(withSnapshot(next, state.debug, event.moment === 'step' ? event.step : undefined));
    default:
      return next;
  }
}

/** The panel of what changed last; when nothing did, of what will. */
function following(state: ScreenState): ScreenState {
  const { debug, pinned } = state;
  const topics = debug.latest.map(({ topic }) => topic);
  const panel = (['mounts', 'namespaces', 'files', 'processes'] as const).find(name => topics.includes(name));
  return pinned || panel === undefined ? state : { ...state, panel };
}

/** Looks at the next step again, with the panel from its beginning. */
export function atNext(state: ScreenState): ScreenState {
  const { selected: _, ...rest } = state;
  return { ...rest, top: 0 };
}

/** The step that is looked at. When all are done, the last. */
export function lookedAt({ debug, selected }: ScreenState): Step | undefined {
  const { steps } = debug.plan;
  return steps.find(({ id }) => id === selected) ?? debug.stop?.step ?? nextStep(debug) ?? steps.at(-1);
}

/** Ids of mounts tell which are new. Those that came with the table, as copies of the host's, are nobody's step. */
function withSnapshot(state: ScreenState, old: DebugState, step: string | undefined): ScreenState {
  const number = state.debug.plan.steps.findIndex(({ id }) => id === step) + 1;
  const [was, is] = [old.now?.init, state.debug.now?.init];
  if (is === undefined) {
    const { initSince: _, ...rest } = state;
    return { ...rest, since: new Map() };
  }
  if (was === undefined || step === undefined) return number === 0 ? state : { ...state, initSince: number };
  const before = new Set(was.mounts.map(({ id }) => id));
  const added = is.mounts.filter(({ id }) => !before.has(id)).map(({ id }) => [id, number] as const);
  return { ...state, since: new Map([...state.since, ...added]) };
}
