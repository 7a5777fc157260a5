/** What the debugger tells, in lines of plain text: for the line prompt, and for whatever the screen has no picture of. Pure. */

import { stepCommand } from '../plan/display.ts';
import type { Step, Where } from '../plan/step.ts';
import { wrap } from '../plan/wrap.ts';
import { type Change, mountText, processText, TOPICS } from '../snapshot/compare.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { duration } from '../ui/messages.ts';
import type { StepStatus } from '../ui/progress.ts';
import { visible } from '../ui/visible.ts';
import { KEYS } from './command.ts';
import { backWay, type DebugState, type HistoryEntry, namesOf } from './state.ts';

const COLUMNS = 78;

/** More changes of one kind than this are counted, unless everything is asked for. */
const FEW = 8;

/** "step 5/18 pivot-root (swap the root)". */
export function placeText({ plan }: Pick<DebugState, 'plan'>, { id, title }: Step): string {
  const index = plan.steps.findIndex(step => step.id === id);
  return `step ${index + 1}/${plan.steps.length} ${id} (${visible(title)})`;
}

/** "on the host", "inside: mount, pid". */
export function whereText(where: Where): string {
  return where.type === 'host' ? 'on the host' : `inside: ${where.namespaces.join(', ')}`;
}

/** The command as the script prints it, in one line. */
export function commandLine(step: Step): string {
  return `$ ${visible(stepCommand(step))}`;
}

/** What the last step changed: a line for each change, and one for the host. */
export function changesLines({ latest, now }: DebugState, all = false): readonly string[] {
  if (now === undefined) return [];
  return [
    ...TOPICS.flatMap(topic =>
      few(
        latest.filter(change => change.topic === topic),
        all,
      ),
    ),
    ...hostLine(latest),
  ];
}

/** How the last step is taken back. */
export function backLine(state: DebugState): string {
  const way = backWay(state);
  switch (way.type) {
    case 'none':
      return 'back: there is no step to take back';
    case 'direct':
      return `back: ${visible(way.command)}`;
    case 'replay':
      return `back: by starting again: ${way.reason}`;
  }
}

/** Whether the machine looks as it did before, after a step back. */
export function differencesLines({ differences }: DebugState): readonly string[] {
  if (differences === undefined) return [];
  if (differences.length === 0) return ['everything is as it was before the step'];
  return ['NOT as it was before the step:', ...differences.map(changeLine)];
}

/** What is different when everything has been undone. */
export function leftLines({ left }: DebugState): readonly string[] {
  if (left === undefined) return [];
  if (left.length === 0) return ['left behind: nothing'];
  return ['different from before the first step:', ...left.map(changeLine)];
}

/** Why the next step is done, what its undo is, and what commonly goes wrong. */
export function whyLines(state: DebugState): readonly string[] {
  const step = state.stop?.step ?? state.plan.steps[state.at];
  if (step === undefined) return ['There is no further step.'];
  return [
    `${placeText(state, step)}, ${whereText(step.where)}`,
    ...wrap(step.why, COLUMNS),
    ...step.pitfalls.flatMap(text => wrap(`- ${text}`, COLUMNS)),
  ];
}

const WORDS: Readonly<Record<StepStatus, string>> = {
  'to do': 'to do',
  running: 'running',
  done: 'done',
  failed: 'FAILED',
  undone: 'undone',
  'undo failed': 'UNDO FAILED',
  skipped: 'skipped',
};

/** All steps with their state and breakpoints, then what was done. */
export function listLines(state: DebugState): readonly string[] {
  const { plan, progress, at, breakpoints, edits } = state;
  const width = Math.max(...plan.steps.map(({ id }) => id.length));
  const rows =
    progress.steps.length > 0 ? progress.steps : plan.steps.map(step => ({ step, status: 'to do' as const }));
  return [
    ...rows.map(({ step, status }, index) =>
      [
        index === at ? '>' : ' ',
        breakpoints.includes(step.id) ? 'b' : ' ',
        String(index + 1).padStart(3),
        ` ${step.id.padEnd(width)}  ${(index === at && status === 'to do' ? 'next' : WORDS[status]).padEnd(7)} ${visible(step.title)}`,
        edits.has(step.id) ? '  (edited)' : '',
      ].join(''),
    ),
    ...(breakpoints.includes('error') ? ['   stops at failures as well'] : []),
    ...(state.history.length === 0 ? [] : ['', ...historyLines(state)]),
  ];
}

/** What was done, oldest first. */
export function historyLines({ history }: Pick<DebugState, 'history'>): readonly string[] {
  return history.map(
    (entry, index) => `${historyLine(entry)}${index === history.length - 1 ? '  <- you are here' : ''}`,
  );
}

/** "15:52:31 N undo 5 pivot-root  ok", in local time. */
export function historyLine({ time, key, text, ok }: HistoryEntry): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${clock} ${key || ' '} ${text}  ${ok ? 'ok' : 'FAILED'}`;
}

/** Everything that was seen at the last look. */
export function allLines(state: DebugState): readonly string[] {
  return state.now === undefined ? ['Nobody has looked yet.'] : snapshotLines(state, state.now);
}

function snapshotLines(
  { plan }: DebugState,
  { init, directory, upper, upperComplete, host }: Snapshot,
): readonly string[] {
  const names = namesOf(plan);
  return [
    ...titled(
      'mounts',
      init?.mounts.map(
        mount => `${mount.id} ${mount.parent} ${mountText(mount, names)}  ${mount.propagation}`,
      ),
    ),
    ...titled(
      'namespaces',
      init?.namespaces.map(({ name, id, own }) => `${name} ${id}${own ? '' : "  the host's"}`),
    ),
    ...titled('hostname', init?.hostname === undefined ? undefined : [init.hostname]),
    ...titled(
      'interfaces',
      init?.interfaces.map(({ name, up }) => `${name} ${up ? 'up' : 'down'}`),
    ),
    ...titled('control group', init?.cgroups),
    ...titled('processes', init?.processes.map(processText)),
    ...titled(
      '$C',
      directory.map(({ path, type }) => `${path}  ${type}`),
    ),
    ...titled('upper', [
      ...upper.map(({ path, type }) => `${path}  ${type}`),
      ...(upperComplete ? [] : ['(there may be more)']),
    ]),
    `host mount table: ${host.mounts} mounts`,
  ].map(visible);
}

function titled(title: string, lines: readonly string[] = []): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)];
}

/** The keys. */
export function helpLines(): readonly string[] {
  return [
    ...KEYS.map(({ key, help }) => `${key}  ${help}`),
    'As lines: b STEP or b error; e COMMAND; s COMMAND or S COMMAND for one command in place of a shell; x FILE',
  ];
}

/** "done in 3 ms". */
export function doneText(milliseconds: number): string {
  return `done in ${duration(milliseconds)}`;
}

function few(changes: readonly Change[], all: boolean): readonly string[] {
  const shown = all || changes.length <= FEW ? changes : changes.slice(0, FEW - 1);
  const more = changes.length - shown.length;
  const about = changes[0]?.topic === 'host' ? [] : shown.map(changeLine);
  return more === 0 ? about : [...about, `  ... ${more} more (d shows them)`];
}

function changeLine({ sign, text }: Change): string {
  return `  ${sign} ${visible(text)}`;
}

function hostLine(latest: readonly Change[]): readonly string[] {
  const changed = latest.filter(({ topic }) => topic === 'host');
  return changed.length > 0 ? changed.map(changeLine) : ['  host mount table: unchanged'];
}
