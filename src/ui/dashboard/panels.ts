/** What each panel shows, as rows. Whatever comes from a container is made visible: a name or a line of a log may hold anything. Pure. */

import { TICKS_PER_SECOND } from '../../host/container-processes.ts';
import type { ContainerUsage } from '../../host/container-usage.ts';
import type { StepLook } from '../../host/plan-look.ts';
import type { Change } from '../../plan/changes/change.ts';
import { eventText } from '../../plan/store-event.ts';
import { visibleBytes } from '../changes-text.ts';
import type { Marks } from '../marks.ts';
import { size } from '../messages.ts';
import { list, type Sheet, scrolled } from '../screen/layout.ts';
import { fitEnd, fitText, type Line, type Look, line } from '../screen/text.ts';
import { usageLine } from '../usage-text.ts';
import { visible } from '../visible.ts';
import type { DashboardState, PanelData } from './state.ts';
import { sparkline } from './text.ts';

type Known<P extends PanelData['panel']> = Exclude<
  Extract<PanelData, { readonly panel: P }>,
  { readonly nothing: string }
>;
type Anything = { [P in PanelData['panel']]: Known<P> }[PanelData['panel']];

/** The rows of the panel that are seen. */
export function panelLines(state: DashboardState, data: Anything, sheet: Sheet): readonly Line[] {
  switch (data.panel) {
    case 'changes':
      return changeLines(state, data, sheet);
    case 'mounts':
      return scrolled(mountLines(data, sheet), state.top, sheet.rows);
    case 'namespaces':
      return scrolled(namespaceLines(data), state.top, sheet.rows);
    case 'usage':
      return usageLines(state, data, sheet);
    case 'logs':
      return fromEnd(
        data.lines.map(({ stream, text }) =>
          line(text, stream === 'stderr' ? { colour: 'yellow' } : undefined),
        ),
        state.top,
        sheet.rows,
      );
    case 'plan':
      return planLines(state, data, sheet);
    case 'events':
      return fromEnd(
        data.events.map(event => line(visible(eventText(event)))),
        state.top,
        sheet.rows,
      );
  }
}

/** Whether the keys that move are for the panel. */
function isInPanel({ place, opened }: DashboardState): boolean {
  return place === 'panel' || opened;
}

const LETTERS: Readonly<Record<'A' | 'C' | 'D', Look>> = {
  A: { colour: 'green' },
  C: { colour: 'yellow' },
  D: { colour: 'red' },
};

function changeLines(
  state: DashboardState,
  { changes, complete }: Known<'changes'>,
  sheet: Sheet,
): readonly Line[] {
  if (changes.length === 0)
    return [
      line(
        complete
          ? 'Nothing differs from the image.'
          : 'Nothing was found that differs; not everything could be looked at.',
      ),
    ];
  const path = Math.max(16, Math.min(48, sheet.columns - 30));
  const rows = list(changes, isInPanel(state) ? state.line : -1, {
    ...sheet,
    rows: sheet.rows - (complete ? 0 : 1),
    row: change => [
      { text: `${change.letter} `, look: LETTERS[change.letter] },
      { text: fitText(visibleBytes(change.path), path, sheet.marks.cut) },
      { text: ` ${changeWord(change)}`, look: { dim: true } },
    ],
  });
  return complete
    ? rows
    : [...rows, line('There may be more: not everything could be looked at.', { dim: true })];
}

/** What is there now: what it was before, and what differs, takes a look into the files, which Enter does. */
function changeWord({ letter, after }: Change): string {
  if (letter === 'D' || after === undefined) return letter === 'D' ? 'deleted' : '';
  const what = after.type === 'file' ? size(after.size) : after.type;
  return letter === 'A' ? `new, ${what}` : what;
}

function mountLines({ mounts, from }: Known<'mounts'>, { columns, marks }: Sheet): readonly Line[] {
  const place = Math.max(12, Math.min(40, Math.floor(columns * 0.4)));
  return [
    line(
      from === 'kernel'
        ? `${mounts.length} mounts, as the container sees them`
        : 'It does not run, so nothing is mounted. A start mounts, besides its root, /proc, /sys and /dev:',
      { dim: true },
    ),
    ...mounts.map(
      ({ mountPoint, type, options }): Line => [
        { text: fitEnd(visible(mountPoint), place, marks.cut) },
        { text: ` ${fitText(visible(type), 9, marks.cut)}` },
        { text: ` ${visible(options.join(','))}`, look: { dim: true } },
      ],
    ),
  ];
}

const NAMESPACE_WORDS: Readonly<Record<string, string>> = {
  mnt: 'mounts',
  uts: 'hostname',
  ipc: 'shared memory, message queues',
  net: 'interfaces, ports',
  pid: 'process numbers',
  cgroup: 'root of control groups',
  user: 'user ids, capabilities',
  time: 'clocks',
};

function namespaceLines({ pid, namespaces }: Known<'namespaces'>): readonly Line[] {
  return [
    line(`process ${pid} on the host is process 1 inside`),
    ...namespaces.map(
      ({ name, inode, shared }): Line => [
        { text: fitText(name, 8) },
        { text: fitText(inode ?? 'unknown', 12) },
        {
          text: fitText(shared === undefined ? '' : shared ? "the host's" : 'its own', 12),
          look: shared === false ? { colour: 'green' } : { dim: true },
        },
        { text: NAMESPACE_WORDS[name] ?? '', look: { dim: true } },
      ],
    ),
  ];
}

function usageLines(
  state: DashboardState,
  { usages, memory }: Known<'usage'>,
  { columns, marks }: Sheet,
): readonly Line[] {
  const now = usages.at(-1);
  const before = usages.at(-2);
  if (now === undefined) return [];
  const said = usageLine(state.container ?? '', before, now, { ticksPerSecond: TICKS_PER_SECOND, memory });
  const unicode = marks.cut === '…';
  const bars = Math.max(0, Math.min(40, columns - 42));
  const recent = usages.slice(-bars);
  const row = (name: string, text: unknown, values: readonly number[]): Line => [
    { text: fitText(name, 11) },
    { text: fitText(String(text), 26) },
    { text: sparkline(values, unicode), look: { colour: 'cyan' } },
  ];
  return [
    row('processor', said['CPUPerc'], ticks(recent)),
    row(
      'memory',
      said['MemUsage'],
      recent.map(usage => usage.memory),
    ),
    row('disk', said['BlockIO'], []),
    row('network', said['NetIO'], []),
    row(
      'threads',
      said['PIDs'],
      recent.map(({ threads }) => threads),
    ),
    line(''),
    line(
      `One processor in use all the time is 100 %. The limit of memory is the machine's, ${size(memory)}.`,
      { dim: true },
    ),
  ];
}

/** Clock ticks a second between two looks. */
function ticks(usages: readonly ContainerUsage[]): readonly number[] {
  return usages.slice(1).map((usage, index) => {
    const before = usages[index];
    return before === undefined
      ? 0
      : Math.max(0, usage.ticks - before.ticks) / Math.max(1, usage.at - before.at);
  });
}

function planLines(state: DashboardState, { plan }: Known<'plan'>, sheet: Sheet): readonly Line[] {
  const { columns, marks } = sheet;
  const directory = plan.values.find(([name]) => name === 'C')?.[1];
  const rest = Math.max(0, columns - 27);
  const title = Math.min(34, Math.floor(rest / 2));
  return [
    line(
      `${visible(plan.kind)}: ${plan.steps.length} steps, as its journal has them.${directory === undefined ? '' : ` $C is ${visible(directory)}`}`,
      { dim: true },
    ),
    ...list(plan.steps, isInPanel(state) ? state.line : -1, {
      ...sheet,
      rows: sheet.rows - 1,
      row: step => {
        const { text, look } = stepMark(step, marks);
        return [
          { text: `${text} `, ...(look === undefined ? {} : { look }) },
          { text: `${fitText(visible(step.id), 22, marks.cut)} ` },
          { text: fitText(step.title ?? '', title, marks.cut) },
          { text: step.undo === undefined ? '' : ` undo: ${visible(step.undo)}`, look: { dim: true } },
        ];
      },
    }),
  ];
}

function stepMark({ state }: StepLook, { status }: Marks): { readonly text: string; readonly look?: Look } {
  switch (state) {
    case 'begun':
      return { text: status.running, look: { colour: 'cyan' } };
    case 'done':
      return { text: status.done, look: { colour: 'green' } };
    case 'undone':
      return { text: status.undone, look: { colour: 'yellow' } };
    case undefined:
      return { text: status['to do'], look: { dim: true } };
  }
}

/** The last rows, or those before them. */
function fromEnd(lines: readonly Line[], up: number, rows: number): readonly Line[] {
  const end = Math.max(Math.min(rows, lines.length), lines.length - up);
  return lines.slice(Math.max(0, end - rows), end);
}
