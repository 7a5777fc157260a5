/** What the next step will change, said before it does: from the step, the last look and the values that are known. Pure, so it can be shown anywhere. */

import { type Arg, C, INIT, M, MOUNT_SH, resolve, STORE, TTY, type Values, VOLUMES_SH } from '../plan/arg.ts';
import { CLAIM_SH } from '../plan/run/again.ts';
import { DEVICE_FILES } from '../plan/run/mounts.ts';
import { DETACH } from '../plan/run/pivot-root.ts';
import type { Plan, Step } from '../plan/step.ts';
import { knownValues } from '../plan/values.ts';
import { type Change, changesBetween, type Names, short } from './compare.ts';
import { claimedFiles, madeFiles, missingBelow, type NewFile, removedFiles } from './predict-files.ts';
import {
  absolutePath,
  detached,
  fstabRequests,
  isBind,
  type MountRequest,
  mounted,
  pivoted,
  remounted,
  type Table,
} from './predict-mounts.ts';
import { startOf } from './predict-start.ts';
import type { FileEntry, Snapshot } from './snapshot.ts';

export interface Preview {
  /** All of these will be seen, if the step succeeds and the reservation holds. A number that the kernel has yet to give is `?`. */
  readonly changes: readonly Change[];
  /** These may be seen as well, and nothing else: it depends on what the image has. */
  readonly perhaps: readonly Change[];
  /** What the prediction takes for granted, or what the step does that no look can show; a sentence without its full stop. */
  readonly remark?: string;
  /** False when nothing can be said; the remark says why. */
  readonly predicted: boolean;
}

/** The plan's short names for paths, the longest path first. */
export function namesOf(values: Values): Names {
  return [M, C, STORE].flatMap(({ var: name }) => {
    const value = values.get(name);
    return value === undefined ? [] : [[`$${name}`, value] as const];
  });
}

/** What the step changes when it is done now: `snapshot` is the last look, `plan` the one it belongs to. */
export function previewOf(
  step: Step,
  plan: Plan,
  snapshot: Snapshot,
  values: Values = valuesSeen(plan, snapshot),
): Preview {
  try {
    return previewWith({ step, plan, snapshot, values, names: namesOf(values) });
  } catch (error) {
    if (error instanceof RangeError) return unknown(error.message);
    throw error;
  }
}

/** For whoever has only what was seen: the values of the plan, and of those that steps find out what a look tells as well. */
function valuesSeen(plan: Plan, { init }: Snapshot): Values {
  const found = init === undefined ? [] : ([[INIT.var, String(init.pid)]] as const);
  return new Map([...knownValues(plan), [TTY.var, '/dev/pts/?'], ...found]);
}

interface Scene {
  readonly step: Step;
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly values: Values;
  readonly names: Names;
}

function previewWith(scene: Scene): Preview {
  const { action } = scene.step;
  switch (action.type) {
    case 'run':
      return ran(scene, action.argv);
    case 'write':
      return made(scene, [[resolve(action.path, scene.values), 'file']]);
    case 'hold':
      return unseen('a descriptor is opened, which no table shows');
    case 'start':
      return exactly(startOf(action, scene.plan, scene.snapshot, scene.values));
    case 'release':
      return unseen('PID 1 becomes the command, and from then on nobody looks');
    case 'wait':
      return unseen('it ends when the container does, and takes all namespaces and mounts with it');
  }
}

/** By the program and its words, not by the step's name: a command may have been edited. */
function ran(scene: Scene, argv: readonly Arg[]): Preview {
  const [program, ...words] = argv.map(word => resolve(word, scene.values));
  const inside = scene.step.where.type === 'inside' ? scene.step.where.namespaces : [];
  switch (program) {
    case 'mkdir':
      return inside.length > 0 ? unknown(FOREIGN) : made(scene, pathsOf(words, 'directory'));
    case 'mkfifo':
      return inside.length > 0 ? unknown(FOREIGN) : made(scene, pathsOf(words, 'fifo'));
    case 'rm':
      return inside.length > 0
        ? unknown(FOREIGN)
        : exactly(removedFiles(scene.snapshot, scene.values, words.slice(words.indexOf('--') + 1)));
    case 'mount':
      return inside.includes('mount') ? mounts(scene, words) : unknown(FOREIGN);
    case 'pivot_root':
      return inside.includes('mount')
        ? withTable(scene, table => pivoted(table, words[0] ?? '', words[1] ?? ''))
        : unknown(FOREIGN);
    case 'hostname':
      return inside.includes('uts') && words.length === 1
        ? withInit(scene, init => ({ ...init, hostname: words[0] ?? '' }))
        : unknown(FOREIGN);
    case 'ip':
      return inside.includes('net') ? interfaces(scene, words) : unknown(FOREIGN);
    case 'readlink':
      return unseen('it only looks');
    case 'chown':
      return unseen('no look shows the owner of a terminal');
    case 'sh':
      return words[0] === '-ec' ? shell(scene, words.slice(1)) : unknown(FOREIGN);
    default:
      return unknown(FOREIGN);
  }
}

const FOREIGN = 'nobody has said what this command does';

/** The small programs of the planners. */
function shell(scene: Scene, [text = '', , ...words]: readonly string[]): Preview {
  const program = [MOUNT_SH, VOLUMES_SH, CLAIM_SH].find(({ var: name }) => scene.values.get(name) === text);
  if (program === MOUNT_SH) return inRoot(scene, words);
  if (program === VOLUMES_SH) return filled(scene, words);
  if (program === CLAIM_SH)
    return { ...exactly(claimedFiles(scene.snapshot, words)), remark: 'unless somebody else has it' };
  if (text === DETACH) {
    const target = (words[0] ?? '').replace(/^\/proc\/\d+\/root/, '');
    return withTable(scene, table => detached(table, target));
  }
  if (text.startsWith(DEVICE_FILES))
    return unseen('files in /dev, which is a file system in memory that only the container has');
  return unknown(FOREIGN);
}

/** Files that will be there and are not yet. */
function made({ snapshot, values }: Scene, files: readonly NewFile[]): Preview {
  const changes = madeFiles(snapshot, values, files);
  return changes === undefined ? unknown('it makes something where nobody looks') : exactly(changes);
}

function pathsOf(words: readonly string[], type: FileEntry['type']) {
  return words.slice(words.indexOf('--') + 1).map(path => [path, type] as const);
}

/** mount(8), in each of the ways that plans have. */
function mounts(scene: Scene, words: readonly string[]): Preview {
  const { step, values, plan } = scene;
  const directory =
    step.where.type === 'inside' && step.where.directory !== undefined
      ? resolve(step.where.directory, values)
      : '/';
  const operands = operandsOf(words);
  const options = (optionOf(words, '-o') ?? '').split(',');
  const fstab = optionOf(words, '--fstab');
  if (fstab !== undefined) {
    const text = textOf(plan, fstab, values);
    return text === undefined ? unknown(FOREIGN) : withMounts(scene, fstabRequests(text, directory));
  }
  if (options.includes('remount'))
    return withTable(scene, table => remounted(table, operands[0] ?? '', options));
  const type = optionOf(words, '-t');
  const [source = '', target = ''] = operands;
  if (type === undefined || operands.length !== 2) return unknown(FOREIGN);
  const preview = withMounts(scene, [{ source, target: absolutePath(target, directory), type, options }]);
  const workdir = options.find(option => option.startsWith('workdir='))?.slice('workdir='.length);
  if (type !== 'overlay' || workdir === undefined || !preview.predicted) return preview;
  // Overlay makes a directory of its own there.
  const work = made(scene, [[`${absolutePath(workdir, directory)}/work`, 'directory']]);
  return { ...preview, changes: [...preview.changes, ...work.changes] };
}

function operandsOf(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, index) => !word.startsWith('-') && !['-t', '-o', '--fstab'].includes(words[index - 1] ?? ''),
  );
}

function optionOf(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
}

/** What a step before wrote there. */
function textOf(plan: Plan, path: string, values: Values): string | undefined {
  for (const { action } of plan.steps)
    if (action.type === 'write' && resolve(action.path, values) === path) return resolve(action.text, values);
  return undefined;
}

function withMounts(scene: Scene, requests: readonly MountRequest[]): Preview {
  const preview = withTable(scene, table =>
    requests.reduce<Table | undefined>((all, request) => all && mounted(all, request), table),
  );
  const linked = requests.find(
    ({ source, options }) =>
      isBind(options) &&
      !/^\/(dev|proc|sys)\//.test(short(source, scene.names)) &&
      !source.startsWith(scene.values.get(M.var) ?? '/'),
  );
  return linked === undefined || !preview.predicted
    ? preview
    : { ...preview, remark: `unless a link is on the way to ${linked.source}` };
}

/** `PROGRAM DIRECTORY TARGET...`: see src/plan/run/volumes.ts. The targets are made in the root when the image has none. */
function filled(scene: Scene, [, directory = '', ...targets]: readonly string[]): Preview {
  const root = scene.values.get(M.var) ?? '';
  const perhaps = new Map(
    targets
      .flatMap(target => missingBelow(scene.snapshot, root, target, false))
      .map(one => [one.text, one] as const),
  );
  return { ...made(scene, [[directory, 'directory']]), perhaps: [...perhaps.values()] };
}

/** `bind SOURCE TARGET MODE`, `tmpfs SOURCE TARGET OPTIONS`, `make directory - TARGET`: see src/plan/run/mount-in-root.ts. */
function inRoot(
  scene: Scene,
  [what = '', source = '', target = '', options = '']: readonly string[],
): Preview {
  const root = scene.values.get(M.var) ?? '';
  const path = `${root}${target}`;
  const perhaps = missingBelow(scene.snapshot, root, target, what === 'bind');
  const remark = `unless the image has a link on the way to ${target}`;
  if (what === 'directory') return { changes: [], perhaps, remark, predicted: true };
  const names = options.split(',');
  const request =
    what === 'bind'
      ? { source, target: path, type: 'none', options: ['rbind', ...names] }
      : { source, target: path, type: what, options: names };
  const preview = withMounts(scene, [request]);
  return preview.predicted ? { ...preview, perhaps, remark } : preview;
}

function interfaces(scene: Scene, words: readonly string[]): Preview {
  const [name, state] = words.slice(-2);
  if (
    words.slice(0, 2).join(' ') !== 'link set' ||
    words.length !== 4 ||
    (state !== 'up' && state !== 'down')
  )
    return unknown(FOREIGN);
  return withInit(scene, init => ({
    ...init,
    interfaces: init.interfaces.map(one => (one.name === name ? { ...one, up: state === 'up' } : one)),
  }));
}

type Init = NonNullable<Snapshot['init']>;

function withTable(scene: Scene, next: (table: Table) => Table | undefined): Preview {
  const table = scene.snapshot.init === undefined ? undefined : next(scene.snapshot.init.mounts);
  return table === undefined ? unknown(FOREIGN) : withInit(scene, init => ({ ...init, mounts: table }));
}

function withInit({ snapshot, names }: Scene, next: (init: Init) => Init): Preview {
  if (snapshot.init === undefined) return unknown('there is no init yet');
  return exactly(changesBetween(snapshot, { ...snapshot, init: next(snapshot.init) }, names));
}

function exactly(changes: readonly Change[]): Preview {
  return { changes, perhaps: [], predicted: true };
}

function unseen(remark: string): Preview {
  return { changes: [], perhaps: [], remark, predicted: true };
}

function unknown(remark: string): Preview {
  return { changes: [], perhaps: [], remark, predicted: false };
}
