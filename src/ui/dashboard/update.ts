/** What becomes of the dashboard when something happens, and what is to be done about it. Pure. */

import type { ContainerLook } from '../../host/container-look.ts';
import type { ImageRecord } from '../../plan/image/image.ts';
import type { Key } from '../screen/keys.ts';
import { editLine, lineOf } from '../screen/line-editor.ts';
import { actionOf, commandLine, type Outcome, open, shownCommand, type Way } from './actions.ts';
import { answered } from './answers.ts';
import { move, panelRows } from './moves.ts';
import {
  type ChangeCount,
  type DashboardState,
  type Message,
  PANELS,
  type PanelData,
  PLACES,
  selectedContainer,
  shownContainers,
} from './state.ts';

export type DashboardEvent =
  | { readonly type: 'key'; readonly key: Key }
  | { readonly type: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly type: 'time'; readonly now: number }
  | {
      readonly type: 'store';
      readonly containers: readonly ContainerLook[];
      readonly images: readonly ImageRecord[];
    }
  | { readonly type: 'counted'; readonly container: string; readonly count: ChangeCount | undefined }
  | { readonly type: 'looked'; readonly container: string; readonly data: PanelData }
  /** A command that was at work has ended. */
  | { readonly type: 'ended'; readonly command: string; readonly message: Message }
  /** What a command printed. */
  | { readonly type: 'printed'; readonly command: string; readonly lines: readonly string[] }
  | { readonly type: 'said'; readonly message: Message };

/** What the program has to do: everything else is in the state. */
export type Effect =
  | { readonly type: 'command'; readonly way: Way; readonly words: readonly string[] }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'suspend' }
  | { readonly type: 'quit' };

export interface Updated {
  readonly state: DashboardState;
  readonly effect?: Effect;
}

export function update(state: DashboardState, event: DashboardEvent): Updated {
  switch (event.type) {
    case 'key':
      return pressed(state, event.key);
    case 'resized':
      return { state: { ...state, columns: event.columns, rows: event.rows } };
    case 'time':
      return { state: event.now === state.now ? state : { ...state, now: event.now } };
    case 'store':
      return { state: stored(state, event.containers, event.images) };
    case 'counted':
      return { state: counted(state, event.container, event.count) };
    case 'looked':
      return { state: looked(state, event.container, event.data) };
    case 'ended':
      return { state: { ...state, jobs: without(state.jobs, event.command), message: event.message } };
    case 'printed':
      return {
        state:
          state.page?.command === event.command
            ? { ...state, page: { ...state.page, lines: event.lines } }
            : state,
      };
    case 'said':
      return { state: { ...state, message: event.message } };
  }
}

function stored(
  state: DashboardState,
  containers: readonly ContainerLook[],
  images: readonly ImageRecord[],
): DashboardState {
  const names = new Set(containers.map(({ container }) => container.name));
  const gone = [...state.counts.keys()].some(name => !names.has(name));
  const counts = gone ? new Map([...state.counts].filter(([name]) => names.has(name))) : state.counts;
  const next = { ...state, known: true, containers, images, counts };
  return selectionKept(state, {
    ...next,
    image: images.some(({ name }) => name === state.image) ? state.image : images[0]?.name,
  });
}

/** What was selected stays so, wherever it is now; when it is gone, what stands in its place is. */
function selectionKept(before: DashboardState, state: DashboardState): DashboardState {
  const now = shownContainers(state).map(({ container }) => container.name);
  if (state.container !== undefined && now.includes(state.container)) return state;
  const place = shownContainers(before).findIndex(({ container }) => container.name === before.container);
  const container = now[Math.min(Math.max(0, place), now.length - 1)];
  return { ...state, container, top: 0, line: 0 };
}

function counted(state: DashboardState, name: string, count: ChangeCount | undefined): DashboardState {
  const counts = new Map(state.counts);
  if (count === undefined) counts.delete(name);
  else counts.set(name, count);
  return { ...state, counts };
}

function looked(state: DashboardState, container: string, data: PanelData): DashboardState {
  // It may have come late.
  if (container !== state.container || data.panel !== state.panel) return state;
  const next = { ...state, data: { container, data } };
  return { ...next, line: Math.max(0, Math.min(next.line, panelRows(next) - 1)) };
}

function without(jobs: readonly string[], command: string): readonly string[] {
  const at = jobs.indexOf(command);
  return jobs.filter((_, index) => index !== at);
}

function pressed(state: DashboardState, key: Key): Updated {
  if (key.type === 'control' && key.letter === 'c') return { state, effect: { type: 'quit' } };
  if (key.type === 'control' && key.letter === 'z') return { state, effect: { type: 'suspend' } };
  if (state.prompt !== undefined) return answering(state, key);
  const silent = { ...state, message: undefined };
  const moved = move(silent, key);
  if (moved !== undefined) return { state: moved };
  if (state.help !== undefined) return { state: { ...silent, help: undefined } };
  switch (key.type) {
    case 'escape':
      return { state: back(silent) };
    case 'enter':
      return state.page !== undefined ? { state: silent } : carriedOut(opened(silent), open(silent));
    case 'tab':
      return { state: focused(silent, 1) };
    case 'back-tab':
      return { state: focused(silent, -1) };
    case 'character':
      return letter(silent, key.character);
    case 'paste':
      // Text where there is no question: it is nobody's command.
      return { state };
    default:
      return { state: silent };
  }
}

function letter(state: DashboardState, character: string): Updated {
  switch (character) {
    case 'q':
      return state.page === undefined
        ? { state, effect: { type: 'quit' } }
        : { state: { ...state, page: undefined } };
    case '?':
      return { state: { ...state, help: 0 } };
    case '/':
      return {
        state: {
          ...state,
          prompt: { kind: 'filter', question: 'Filter by name or image:', line: lineOf(state.filter) },
        },
      };
    case 'y': {
      const text = shownCommand(state);
      return { state, effect: { type: 'copy', text } };
    }
    default: {
      const panel = PANELS[Number(character) - 1];
      if (panel !== undefined) return { state: { ...shown(state, panel), page: undefined } };
      return carriedOut(state, state.page === undefined ? actionOf(character)?.press(state) : undefined);
    }
  }
}

function carriedOut(state: DashboardState, outcome: Outcome | undefined): Updated {
  switch (outcome?.type) {
    case undefined:
      return { state };
    case 'refused':
      return { state: { ...state, message: { kind: 'note', text: outcome.reason } } };
    case 'ask':
      return { state: { ...state, prompt: outcome.prompt } };
    case 'panel':
      return { state: { ...shown(state, outcome.panel), opened: true, place: 'panel' } };
    case 'command': {
      const command = commandLine(outcome.words);
      const effect = outcome;
      if (outcome.way === 'beside') return { state: { ...state, jobs: [...state.jobs, command] }, effect };
      if (outcome.way === 'page')
        return { state: { ...state, page: { command, lines: undefined, top: 0 } }, effect };
      return { state, effect };
    }
  }
}

function shown(state: DashboardState, panel: DashboardState['panel']): DashboardState {
  return state.panel === panel ? state : { ...state, panel, top: 0, line: 0 };
}

/** Enter on a container goes into its panel; in the panel, it makes it larger. */
function opened(state: DashboardState): DashboardState {
  if (selectedContainer(state) === undefined || state.place === 'images') return state;
  if (state.place === 'containers') return { ...state, place: 'panel' };
  return open(state) === undefined ? { ...state, opened: true } : state;
}

function back(state: DashboardState): DashboardState {
  if (state.page !== undefined) return { ...state, page: undefined };
  if (state.opened) return { ...state, opened: false };
  if (state.place !== 'containers') return { ...state, place: 'containers' };
  return selectionKept(state, { ...state, filter: '' });
}

function focused(state: DashboardState, by: number): DashboardState {
  if (state.opened || state.page !== undefined) return state;
  const place = PLACES[(PLACES.indexOf(state.place) + by + PLACES.length) % PLACES.length];
  return { ...state, place: place ?? 'containers' };
}

function answering(state: DashboardState, key: Key): Updated {
  const { prompt } = state;
  if (prompt === undefined) return { state };
  if (key.type === 'escape') {
    const closed = { ...state, prompt: undefined };
    return { state: prompt.kind === 'filter' ? selectionKept(state, { ...closed, filter: '' }) : closed };
  }
  if (key.type === 'enter') {
    const outcome = answered(prompt);
    const closed = { ...state, prompt: undefined };
    if (outcome === undefined && prompt.kind !== 'filter')
      return { state: { ...closed, message: { kind: 'note', text: 'Nothing was done.' } } };
    return carriedOut(closed, outcome);
  }
  const edited = editLine(prompt.line, key);
  const next = { ...state, prompt: { ...prompt, line: edited } };
  return { state: prompt.kind === 'filter' ? selectionKept(state, { ...next, filter: edited.text }) : next };
}
