/** Moving in lists and texts. Pure. */

import type { Key } from '../screen/keys.ts';
import { areas } from './areas.ts';
import { helpLines } from './help.ts';
import { type DashboardState, panelData, shownContainers } from './state.ts';

/** Rows of the screen that are not those of a text that covers it: the heading, its title, a message, the keys. */
const OVERLAY = 5;

/** The state after a key that moves; undefined for any other key. */
export function move(state: DashboardState, key: Key): DashboardState | undefined {
  const height = areas(state).panelRows;
  const covered = state.rows - OVERLAY;
  const overlaid = state.page !== undefined || state.help !== undefined;
  const by = distance(key, overlaid ? covered : height);
  if (by === undefined) return undefined;
  if (state.help !== undefined)
    return {
      ...state,
      help: clamped(state.help + by, Math.max(0, helpLines(state.columns).length - covered)),
    };
  if (state.page !== undefined) {
    const rows = state.page.lines?.length ?? 0;
    const most = Math.max(0, rows - covered);
    return { ...state, page: { ...state.page, top: clamped(state.page.top + by, most) } };
  }
  if (state.place === 'containers' && !state.opened) {
    const names = shownContainers(state).map(({ container }) => container.name);
    const container = names[stepped(names.indexOf(state.container ?? ''), by, names.length)];
    return container === state.container ? state : { ...state, container, top: 0, line: 0 };
  }
  if (state.place === 'images' && !state.opened) {
    const names = state.images.map(({ name }) => name);
    return { ...state, image: names[stepped(names.indexOf(state.image ?? ''), by, names.length)] };
  }
  const rows = panelRows(state);
  if (state.panel === 'changes' || state.panel === 'plan')
    return { ...state, line: stepped(state.line, by, rows) };
  // A log is counted from its end, which is where one is.
  const up = state.panel === 'logs' || state.panel === 'events';
  return { ...state, top: clamped(state.top + (up ? -by : by), Math.max(0, rows - height)) };
}

/** How many rows the panel's text has. */
export function panelRows(state: DashboardState): number {
  const data = panelData(state);
  if (data === undefined || 'nothing' in data) return 0;
  switch (data.panel) {
    case 'changes':
      return data.changes.length;
    case 'mounts':
      return data.mounts.length + 1;
    case 'namespaces':
      return data.namespaces.length + 1;
    case 'logs':
      return data.lines.length;
    case 'plan':
      return data.plan.steps.length;
    case 'events':
      return data.events.length;
    case 'usage':
      return 0;
  }
}

function distance(key: Key, page: number): number | undefined {
  switch (key.type) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -Math.max(1, page - 1);
    case 'page-down':
      return Math.max(1, page - 1);
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'end':
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

function stepped(index: number, by: number, length: number): number {
  return clamped(index + by, Math.max(0, length - 1));
}

function clamped(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}
