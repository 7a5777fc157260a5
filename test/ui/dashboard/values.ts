/** A store with a few containers, as the dashboard knows it. */

import type { ContainerLook } from '../../../src/host/container-look.ts';
import type { ContainerStatus } from '../../../src/host/container-status.ts';
import type { StoredContainer } from '../../../src/host/containers.ts';
import type { ImageRecord } from '../../../src/plan/image/image.ts';
import type { ContainerRecord } from '../../../src/plan/run/record.ts';
import { type DashboardState, initialState, type PanelData } from '../../../src/ui/dashboard/state.ts';
import { type DashboardEvent, type Effect, update } from '../../../src/ui/dashboard/update.ts';
import { parseKeys } from '../../../src/ui/screen/keys.ts';

export const NOW = Date.parse('2026-11-25T12:00:00Z');
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE);

export const RUNNING: ContainerStatus = {
  type: 'running',
  init: { pid: 7955, start: '1' },
  started: ago(3),
};

export const exited = (status: number, outOfMemory = false): ContainerStatus => ({
  type: 'exited',
  ...{ status, outOfMemory, started: ago(9), finished: ago(2) },
});

/** A container; one that runs is alive, the others are kept. */
export function look(
  name: string,
  status: ContainerStatus,
  more: { readonly keep?: boolean; readonly image?: string } & Partial<StoredContainer> = {},
): ContainerLook {
  const { keep = true, image = 'base:latest', ...rest } = more;
  return {
    status,
    created: ago(10),
    container: {
      name,
      directory: `/var/lib/tinydocker/containers/${name}`,
      state: status.type === 'running' ? 'alive' : 'kept',
      identity: '1 1.000000000',
      layers: ['AAAAAAAA'],
      frozen: [],
      upper: '2 1.000000000',
      args: ['sh'],
      mounts: [],
      record: { keep } as ContainerRecord,
      journal: undefined,
      ...rest,
      image,
    },
  };
}

export const BASE: ImageRecord = {
  version: 1,
  name: 'base:latest',
  created: '2026-11-25T10:00:00Z',
  layers: [{ digest: '9f2c'.repeat(16), link: 'AAAAAAAA' }],
  config: { Cmd: ['/bin/sh'] },
};

export const LOOKS: readonly ContainerLook[] = [
  look('hello1', RUNNING),
  look('hello2', RUNNING),
  look('web', exited(137, true)),
];

/** Three containers, the first of them selected. */
export function stateOf(more: Partial<DashboardState> = {}, looks = LOOKS): DashboardState {
  const first = initialState('/var/lib/tinydocker', NOW, 80, 24);
  const { state } = update(first, { type: 'store', containers: looks, images: [BASE] });
  const counts = new Map([
    ['hello1', { added: 2, changed: 1, deleted: 1, complete: true }],
    ['hello2', { added: 0, changed: 0, deleted: 0, complete: true }],
    ['web', { added: 12, changed: 3, deleted: 0, complete: false }],
  ]);
  return { ...state, counts, ...more };
}

/** The state after keys, as they are typed, and what was to be done last. */
export function type(
  state: DashboardState,
  text: string,
): { readonly state: DashboardState; readonly effect: Effect | undefined } {
  const { keys, rest } = parseKeys(text);
  const all = rest === '' ? keys : [...keys, { type: 'escape' } as const];
  let [now, effect]: [DashboardState, Effect | undefined] = [state, undefined];
  for (const key of all) {
    const updated = update(now, { type: 'key', key });
    now = updated.state;
    effect = updated.effect ?? effect;
  }
  return { state: now, effect };
}

/** The state after events. */
export function after(state: DashboardState, ...events: readonly DashboardEvent[]): DashboardState {
  return events.reduce((now, event) => update(now, event).state, state);
}

/** The state when the panel was read. */
export function seeing(state: DashboardState, data: PanelData): DashboardState {
  const shown = { ...state, panel: data.panel };
  return after(shown, { type: 'looked', container: shown.container ?? '', data });
}

export const UP = '\u001b[A';
export const DOWN = '\u001b[B';
export const PAGE_DOWN = '\u001b[6~';
export const END = '\u001b[F';
export const ENTER = '\r';
export const TAB = '\t';
export const ESCAPE = '\u001b';
