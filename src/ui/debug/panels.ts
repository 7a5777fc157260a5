/** What the kernel shows of the container: one panel for each kind of thing, with what has just changed in it and what the next step will change. Pure. */

import { nextStep } from '../../debug/state.ts';
import { type Change, namespaceText, processText, type Topic } from '../../snapshot/compare.ts';
import { previewOf } from '../../snapshot/preview.ts';
import type { FileEntry } from '../../snapshot/snapshot.ts';
import { BLANK, type Sheet } from '../screen/layout.ts';
import { type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { changeLine, type Parts, SIGN_LOOKS } from './change-lines.ts';
import { mountList, mountTable } from './mount-rows.ts';
import { PANELS, type PanelName, type ScreenState } from './state.ts';

const TITLES: Readonly<Record<PanelName, string>> = {
  mounts: 'Mounts',
  namespaces: 'Ns',
  cgroup: 'Cg',
  files: 'Files',
  processes: 'ps',
};

const LONG_TITLES: Readonly<Record<PanelName, string>> = {
  ...TITLES,
  namespaces: 'Namespaces',
  cgroup: 'Cgroup',
  processes: 'Processes',
};

/** The topic of the changes that a panel is about; control groups are told among the namespaces. */
const TOPICS: Readonly<Record<PanelName, Topic>> = {
  mounts: 'mounts',
  namespaces: 'namespaces',
  cgroup: 'namespaces',
  files: 'files',
  processes: 'processes',
};

/** As many changes of other kinds are told as well, when a panel has none of its own. */
const FEW = 4;

/** "[1 Mounts] 2 Ns 3 Cg 4 Files 5 ps". */
export function tabs(panel: PanelName): Line {
  return PANELS.flatMap((name, index) => {
    const text = `${index + 1} ${TITLES[name]}`;
    return [
      { text: index === 0 ? '' : ' ' },
      name === panel ? { text: `[${text}]`, look: { bold: true } as const } : { text },
    ];
  });
}

/** "1 Mounts". */
export function panelTitle(panel: PanelName): string {
  return `${PANELS.indexOf(panel) + 1} ${LONG_TITLES[panel]}`;
}

export interface PanelOptions {
  /** Ids, sources and the steps that mounts came with have a column each. */
  readonly wide: boolean;
  /** Without what was changed and what will be: another panel tells it. */
  readonly brief?: boolean;
}

/** The rows of a panel: all of them, or, with a height, what of them is most worth seeing in so many. */
export function panelLines(
  state: ScreenState,
  panel: PanelName,
  sheet: Sheet,
  { wide, brief = false }: PanelOptions,
): readonly Line[] {
  const past = pastOf(state);
  const latest = past.changes.filter(change => isAbout(change, panel));
  const { changed, present } = partsOf(state, panel, latest, sheet, wide);
  if (brief) return [...changed, ...present];
  const head = [line(past.title, { dim: true }), ...changed];
  const tail = [
    ...elsewhere(past.changes, panel),
    BLANK,
    ...previewLines(state, panel),
    ...hostLines(state.debug.latest, state),
  ];
  const room = sheet.rows - head.length - tail.length;
  if (state.top > 0 || present.length <= room || room < 1) return [...head, ...present, ...tail];
  // Who scrolls sees the others.
  const more = `  ${present.length - room + 1} more, unchanged  (PgDn)`;
  return [...head, ...present.slice(0, room - 1), line(more, { dim: true }), ...tail];
}

/** What is told about: the last change, or what the selected step changed when it was done. */
function pastOf({ debug, selected }: ScreenState): {
  readonly title: string;
  readonly changes: readonly Change[];
} {
  const { plan, at, latest, changes } = debug;
  const index = plan.steps.findIndex(({ id }) => id === selected);
  const then = selected === undefined ? undefined : changes.get(selected);
  if (then !== undefined && index < at) return { title: `changed by step ${index + 1}`, changes: then };
  if (debug.now === undefined) return { title: 'nobody has looked yet', changes: [] };
  if (debug.before === undefined) return { title: 'before the first step', changes: [] };
  if (debug.moment === 'shell') return { title: 'what you changed in the shell', changes: latest };
  return {
    title:
      at === 0 ? 'before step 1, compared with the look before' : `after step ${at}, compared with before`,
    changes: latest,
  };
}

/** The control group, and not the namespace of that name. */
function isCgroup({ text }: Change): boolean {
  return /^cgroup {2}.* -> /s.test(text);
}

function partsOf(
  state: ScreenState,
  panel: PanelName,
  latest: readonly Change[],
  sheet: Sheet,
  wide: boolean,
): Parts {
  const init = state.debug.now?.init;
  const changed = latest.map(changeLine);
  if (init === undefined && panel !== 'files') return { changed, present: NO_INIT };
  switch (panel) {
    case 'mounts':
      return wide ? mountTable(state, latest, sheet) : { changed, present: mountList(state, latest) };
    case 'namespaces':
      return namespaceParts(state, latest);
    case 'cgroup':
      return { changed, present: (init?.cgroups ?? []).map(text => line(`  ${visible(text)}`)) };
    case 'files':
      return { changed, present: fileLines(state, latest) };
    case 'processes': {
      const texts = (init?.processes ?? []).map(processText);
      return { changed, present: unchanged(texts, latest).map(text => line(`  ${visible(text)}`)) };
    }
  }
}

const NO_INIT: readonly Line[] = [line('  there is no init', { dim: true })];

function unchanged(texts: readonly string[], latest: readonly Change[]): readonly string[] {
  return texts.filter(text => !latest.some(change => change.sign !== '-' && change.text === text));
}

function namespaceParts({ debug, initSince }: ScreenState, latest: readonly Change[]): Parts {
  const init = debug.now?.init;
  const texts = new Set(init?.namespaces.map(namespaceText));
  const isNew = (text: string) => latest.some(change => change.sign === '+' && change.text === text);
  const rows = (init?.namespaces ?? []).map((one): { readonly fresh: boolean; readonly row: Line } => {
    const text = namespaceText(one);
    const whose = one.own ? `own${initSince === undefined ? '' : `, step ${initSince}`}` : "the host's";
    return {
      fresh: isNew(text),
      row: [
        { text: isNew(text) ? '+ ' : '  ', look: SIGN_LOOKS['+'] },
        { text: `${one.name.padEnd(6)}  ${one.id}  ${whose}` },
      ],
    };
  });
  return {
    changed: [
      ...latest.filter(change => !texts.has(change.text)).map(changeLine),
      ...rows.filter(({ fresh }) => fresh).map(({ row }) => row),
    ],
    present: [
      ...rows.filter(({ fresh }) => !fresh).map(({ row }) => row),
      ...(init?.hostname === undefined ? [] : [line(`  hostname  ${visible(init.hostname)}`)]),
      ...(init?.interfaces ?? []).map(({ name, up }) =>
        line(`  interface ${visible(name)}  ${up ? 'up' : 'down'}`),
      ),
    ],
  };
}

function fileLines({ debug }: ScreenState, latest: readonly Change[]): readonly Line[] {
  if (debug.now === undefined) return [];
  const { directory, upper, upperComplete } = debug.now;
  const told = new Set(latest.map(({ text }) => text));
  const rows = (place: string, entries: readonly FileEntry[]) =>
    entries
      .map(({ path, type }) => `${path === '' ? place : `${place}/${path}`}  ${type}`)
      .filter(text => !told.has(text))
      .map(text => line(`  ${visible(text)}`));
  return [
    ...rows('$C', directory),
    ...rows('upper', upper),
    ...(upperComplete ? [] : [line('  (there may be more)', { dim: true })]),
  ];
}

/** What the next step will change, of the panel's kind; of the others only how much. */
function previewLines(state: ScreenState, panel: PanelName): readonly Line[] {
  const { debug } = state;
  const step = debug.stop?.type === 'failure' ? undefined : nextStep(debug);
  if (step === undefined || debug.now === undefined || debug.progress.phase !== 'steps') return [];
  const title = `preview of step ${debug.at + 1}`;
  const preview = previewOf(debug.edits.get(step.id) ?? step, debug.plan, debug.now);
  if (!preview.predicted)
    return [line(title, { dim: true }), line(`  not predicted: ${visible(preview.remark ?? '')}`)];
  const all = [...preview.changes, ...preview.perhaps];
  // What is of another kind is only counted, unless it is all there is to say.
  const few = all.length <= FEW && !all.some(change => isAbout(change, panel));
  const told = (change: Change) => few || isAbout(change, panel);
  const [changes, perhaps] = [preview.changes.filter(told), preview.perhaps.filter(told)];
  return [
    line(title, { dim: true }),
    ...changes.map(changeLine),
    ...perhaps.map((change): Line => [...changeLine(change), { text: '  perhaps', look: { dim: true } }]),
    ...(all.length === 0 ? [line('  nothing that can be seen')] : few ? [] : elsewhere(all, panel)),
    ...(preview.remark === undefined ? [] : [line(`  (${visible(preview.remark)})`, { dim: true })]),
  ];
}

function isAbout(change: Change, panel: PanelName): boolean {
  return change.topic === TOPICS[panel] && isCgroup(change) === (panel === 'cgroup');
}

/** "3 in 4 Files": where else to look. */
function elsewhere(changes: readonly Change[], here: PanelName): readonly Line[] {
  const counts = PANELS.filter(panel => panel !== here).flatMap(panel => {
    const { length } = changes.filter(change => isAbout(change, panel));
    return length === 0 ? [] : [`${length} in ${panelTitle(panel)}`];
  });
  return counts.length === 0 ? [] : [line(`  and ${counts.join(', ')}`, { dim: true })];
}

/** The table of whoever makes the container never changes: that is worth a row at every step. */
function hostLines(latest: readonly Change[], { debug }: ScreenState): readonly Line[] {
  if (debug.now === undefined) return [];
  const changed = latest.filter(({ topic }) => topic === 'host');
  return [
    BLANK,
    ...(changed.length > 0
      ? changed.map(changeLine)
      : [line(`host table: unchanged (${debug.now.host.mounts} mounts)`)]),
  ];
}
