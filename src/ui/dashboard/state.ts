/** What the dashboard knows, and where one is in it. Values only: update.ts says what becomes of them, view.ts how they look. */

import type { FoundChange } from '../../host/changes/details.ts';
import type { ContainerLook } from '../../host/container-look.ts';
import type { ContainerUsage } from '../../host/container-usage.ts';
import type { MountEntry } from '../../host/mount-table.ts';
import type { NamespaceLook } from '../../host/namespaces.ts';
import type { PlanLook } from '../../host/plan-look.ts';
import type { ImageRecord } from '../../plan/image/image.ts';
import type { LogStream } from '../../plan/log-entry.ts';
import type { StoreEvent } from '../../plan/store-event.ts';
import type { EditedLine } from '../screen/line-editor.ts';

/** In the order of the keys 1 to 7. */
export const PANELS = ['changes', 'mounts', 'namespaces', 'usage', 'logs', 'plan', 'events'] as const;
export type Panel = (typeof PANELS)[number];

/** Where the keys go that move. */
export const PLACES = ['containers', 'images', 'panel'] as const;
export type Place = (typeof PLACES)[number];

/** How many changes a container has; `complete` is false when there are at least so many. */
export interface ChangeCount {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  readonly complete: boolean;
}

export interface LogLine {
  readonly stream: LogStream;
  readonly text: string;
}

/** What is shown of a mount; see MountEntry. */
export type MountLine = Pick<MountEntry, 'mountPoint' | 'type' | 'options'>;

/** What a panel shows of the selected container. */
export type PanelData =
  | { readonly panel: 'changes'; readonly changes: readonly FoundChange[]; readonly complete: boolean }
  | { readonly panel: 'mounts'; readonly mounts: readonly MountLine[]; readonly from: 'kernel' | 'record' }
  | { readonly panel: 'namespaces'; readonly pid: number; readonly namespaces: readonly NamespaceLook[] }
  | {
      readonly panel: 'usage';
      /** Oldest first; the last is now. */
      readonly usages: readonly ContainerUsage[];
      /** Bytes of the machine. */
      readonly memory: number;
    }
  | { readonly panel: 'logs'; readonly lines: readonly LogLine[]; readonly kept: boolean }
  | { readonly panel: 'plan'; readonly plan: PlanLook }
  | { readonly panel: 'events'; readonly events: readonly StoreEvent[] }
  /** There is nothing to show, and why: a whole sentence. */
  | { readonly panel: Panel; readonly nothing: string };

/** A line that is being typed. */
export interface Prompt {
  readonly kind: 'filter' | 'confirm' | 'commit' | 'fork' | 'run' | 'debug' | 'lesson' | 'command';
  /** What is asked, with the name of what it is about. */
  readonly question: string;
  readonly line: EditedLine;
  /** The container that it was asked about: another one may be selected, or gone, when the answer comes. */
  readonly container?: string;
  /** What is carried out when the answer is yes. */
  readonly words?: readonly string[];
}

export interface Message {
  readonly kind: 'done' | 'failed' | 'note';
  readonly text: string;
}

/** What a command printed, to be read. */
export interface Page {
  readonly command: string;
  /** Undefined while it is at work. */
  readonly lines: readonly string[] | undefined;
  readonly top: number;
}

export interface DashboardState {
  readonly store: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  /** False until the store was looked at for the first time. */
  readonly known: boolean;
  /** The newest first. */
  readonly containers: readonly ContainerLook[];
  readonly images: readonly ImageRecord[];
  readonly counts: ReadonlyMap<string, ChangeCount>;
  readonly filter: string;
  readonly container: string | undefined;
  readonly image: string | undefined;
  readonly place: Place;
  readonly panel: Panel;
  /** The panel has the whole screen. */
  readonly opened: boolean;
  /** The first row of the panel that is seen; of logs, rows from the end. */
  readonly top: number;
  /** Which line of a panel with a selection is selected. */
  readonly line: number;
  /** What the panel shows, and of which container. */
  readonly data: { readonly container: string; readonly data: PanelData } | undefined;
  readonly prompt: Prompt | undefined;
  /** Commands at work. */
  readonly jobs: readonly string[];
  readonly message: Message | undefined;
  readonly page: Page | undefined;
  /** The help is shown, from this row on. */
  readonly help: number | undefined;
}

export function initialState(store: string, now: number, columns: number, rows: number): DashboardState {
  return {
    ...{ store, now, columns, rows },
    known: false,
    containers: [],
    images: [],
    counts: new Map(),
    filter: '',
    container: undefined,
    image: undefined,
    place: 'containers',
    panel: 'changes',
    opened: false,
    top: 0,
    line: 0,
    data: undefined,
    prompt: undefined,
    jobs: [],
    message: undefined,
    page: undefined,
    help: undefined,
  };
}

/** The containers that the filter lets through. */
export function shownContainers({ containers, filter }: DashboardState): readonly ContainerLook[] {
  if (filter === '') return containers;
  const wanted = filter.toLowerCase();
  return containers.filter(({ container: { name, image = '' } }) =>
    [name, image].some(text => text.toLowerCase().includes(wanted)),
  );
}

/** The selected container, while it is there and shown. */
export function selectedContainer(state: DashboardState): ContainerLook | undefined {
  return shownContainers(state).find(({ container }) => container.name === state.container);
}

export function selectedImage({ images, image }: DashboardState): ImageRecord | undefined {
  return images.find(({ name }) => name === image);
}

/** What the panel shows of the selected container, if that is what was looked at last. */
export function panelData(state: DashboardState): PanelData | undefined {
  const { data, container, panel } = state;
  return data?.container === container && data?.data.panel === panel ? data.data : undefined;
}

export function isRunning(look: ContainerLook | undefined): boolean {
  return look?.status.type === 'running';
}
