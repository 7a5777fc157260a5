/** What a key does at the debugger's screen. Pure. */

import { type Command, type CommandType, commandOfKey } from '../../debug/command.ts';
import { commandText } from '../../debug/edit.ts';
import type { Key } from '../screen/keys.ts';
import { editLine, lineOf } from '../screen/line-editor.ts';
import { atNext, lookedAt, PANELS, type PageName, type ScreenState } from './state.ts';

export interface Pressed {
  readonly state: ScreenState;
  /** What it asks of the debugger. */
  readonly command?: Command;
  /** A sentence why it does nothing. */
  readonly refusal?: string;
}

/** Rows that a page key scrolls. */
const PAGE = 10;

/** The state after a key, and the command that it means; `waits` when it has to wait until a command is asked for. */
export function pressed(state: ScreenState, key: Key): Pressed {
  if (state.field !== undefined) return inField(state, state.field, key);
  if (state.page !== undefined) return onPage(state, state.page, key);
  const { debug } = state;
  switch (key.type) {
    case 'up':
      return { state: selected(state, -1) };
    case 'down':
      return { state: selected(state, 1) };
    case 'page-up':
      return { state: { ...state, top: Math.max(0, state.top - PAGE) } };
    case 'page-down':
      return { state: { ...state, top: state.top + PAGE } };
    case 'home':
    case 'escape':
      return { state: atNext(state) };
    case 'tab':
      return { state: panelAfter(state, 1) };
    case 'back-tab':
      return { state: panelAfter(state, -1) };
    case 'enter':
    case 'right':
      return { state: atNext(state), command: { type: 'next' } };
    case 'left':
      return { state: atNext(state), command: { type: 'back' } };
    case 'character': {
      const panel = PANELS[Number(key.character) - 1];
      if (panel !== undefined)
        return {
          state: { ...state, panel, pinned: !(state.pinned && state.panel === panel), top: 0 },
        };
      const type = commandOfKey(key.character);
      return type === undefined
        ? { state, refusal: `${key.character} means nothing here; ? lists the keys.` }
        : letter(state, type);
    }
    case 'paste':
      return { state, refusal: 'Pasted text is no command: the keys are single letters.' };
    default:
      return { state: { ...state, debug } };
  }
}

const PAGES: Readonly<Partial<Record<CommandType, PageName>>> = {
  help: 'help',
  why: 'why',
  changes: 'changes',
  list: 'list',
};

function letter(state: ScreenState, type: CommandType): Pressed {
  const page = PAGES[type];
  if (page !== undefined) return { state: { ...state, page: { name: page, top: 0 } } };
  switch (type) {
    case 'all':
      return { state: { ...state, everything: !state.everything, top: 0 } };
    case 'break': {
      const step = lookedAt(state)?.id;
      return { state, command: step === undefined ? { type } : { type, step } };
    }
    case 'edit':
      return edit(atNext(state));
    case 'export':
      return {
        state: { ...state, field: { purpose: 'export', line: lineOf(`${state.debug.plan.subject}.sh`) } },
      };
    default:
      return { state: atNext(state), command: { type } as Command };
  }
}

function edit(state: ScreenState): Pressed {
  const step = lookedAt(state);
  if (step === undefined) return { state };
  const text = commandText(state.debug.edits.get(step.id) ?? step);
  if (!text.ok) return { state, refusal: text.failures.map(({ message }) => message).join(' ') };
  return { state: { ...state, field: { purpose: 'edit', line: lineOf(text.value) } } };
}

function inField(state: ScreenState, field: NonNullable<ScreenState['field']>, key: Key): Pressed {
  const { field: _, ...without } = state;
  if (key.type === 'escape') return { state: without };
  if (key.type !== 'enter')
    return { state: { ...state, field: { ...field, line: editLine(field.line, key) } } };
  const { text } = field.line;
  if (text.trim() === '') return { state: without };
  return {
    state: without,
    command: field.purpose === 'edit' ? { type: 'edit', text } : { type: 'export', file: text.trim() },
  };
}

function onPage(state: ScreenState, page: NonNullable<ScreenState['page']>, key: Key): Pressed {
  const scrolled = (rows: number): Pressed => ({
    state: { ...state, page: { ...page, top: Math.max(0, page.top + rows) } },
  });
  switch (key.type) {
    case 'up':
      return scrolled(-1);
    case 'down':
      return scrolled(1);
    case 'page-up':
      return scrolled(-PAGE);
    case 'page-down':
      return scrolled(PAGE);
    default: {
      const { page: _, ...without } = state;
      return { state: without };
    }
  }
}

function selected(state: ScreenState, by: number): ScreenState {
  const { steps } = state.debug.plan;
  const present = steps.findIndex(({ id }) => id === lookedAt(state)?.id);
  const step = steps[Math.min(steps.length - 1, Math.max(0, present + by))];
  return step === undefined ? state : { ...state, selected: step.id, top: 0 };
}

function panelAfter(state: ScreenState, by: number): ScreenState {
  const index = (PANELS.indexOf(state.panel) + by + PANELS.length) % PANELS.length;
  return { ...state, panel: PANELS[index] ?? 'mounts', pinned: true, top: 0 };
}
