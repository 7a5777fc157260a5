/** The options of an overlay as mount(8) was given them, and the rules that the kernel holds them to (fs/overlayfs/super.c, params.c). */

import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isBelow, mountTable } from '../mount-table.ts';
import { readText } from '../text-file.ts';
import { absolute, look, mountAt, shortPath, tableOf, wordsFor } from './command.ts';
import { firstRefusal, type Refusal } from './refusal.ts';
import type { Diagnosis, Scene } from './scene.ts';

/** OVL_MAX_STACK in fs/overlayfs/params.h. */
const MOST_LOWER = 500;
/** mount(2) copies one page of options, and its last byte ends them. */
const LONGEST_OPTIONS = 4095;

/** Overlay's own, up to Linux 6.18; see ovl_parameter_spec in fs/overlayfs/params.c. */
const OVERLAY_OPTIONS =
  'lowerdir lowerdir+ datadir+ upperdir workdir default_permissions redirect_dir index uuid nfs_export userxattr xino metacopy verity volatile override_creds nooverride_creds'.split(
    ' ',
  );
/** Those of mount(8) for all file systems, which it does not pass on as they are; and what it ignores: "x-" and "X-". */
const MOUNT_OPTIONS =
  'async atime noatime auto noauto context fscontext defcontext rootcontext defaults dev nodev diratime nodiratime dirsync exec noexec group iversion noiversion mand nomand _netdev nofail relatime norelatime strictatime nostrictatime lazytime nolazytime suid nosuid silent loud owner remount ro rw sync user nouser users nosymfollow symfollow private shared slave unbindable rprivate rshared rslave runbindable'.split(
    ' ',
  );

export interface OverlayOptions {
  readonly text: string;
  readonly lower: readonly string[];
  readonly upper: string | undefined;
  readonly work: string | undefined;
  readonly target: string | undefined;
}

/** What is to be joined; undefined when the command mounts no overlay. Names with escaped separators are none of ours. */
export function overlayOptions(scene: Scene): OverlayOptions | undefined {
  const words = wordsFor(scene, 'mount');
  const type = words?.findIndex(word => word === '-t' || word === '--types') ?? -1;
  if (words === undefined || type < 0 || words[type + 1] !== 'overlay') return undefined;
  const text = words
    .filter((_, index) => words[index - 1] === '-o' || words[index - 1] === '--options')
    .join(',');
  const value = (name: string) =>
    text
      .split(',')
      .findLast(option => option.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  return {
    text,
    lower: value('lowerdir')?.split(':') ?? [],
    upper: value('upperdir'),
    work: value('workdir'),
    target: words.at(-1),
  };
}

/** The first rule that does not hold, with those before it. */
export function brokenRule(scene: Scene, options: OverlayOptions): Diagnosis | undefined {
  return firstRefusal(rules(scene, options));
}

function* rules(scene: Scene, options: OverlayOptions): Generator<Refusal> {
  yield* textRules(options);
  yield* lowerRules(scene, options);
  yield* upperRules(scene, options);
}

function* textRules({ text }: OverlayOptions): Generator<Refusal> {
  const names = text.split(',').map(option => option.split('=')[0] ?? '');
  const odd = names.find(
    name =>
      !(name === '' || /^x-/i.test(name) || OVERLAY_OPTIONS.includes(name) || MOUNT_OPTIONS.includes(name)),
  );
  yield {
    what: 'mount(8) or overlay has each option',
    holds: odd === undefined,
    wanted: true,
    refused: {
      cause: `The overlay has the option "${odd}", which is none of mount(8) and none that overlay is known to have.`,
      hint: "Correct it: overlay's are in the kernel's documentation, filesystems/overlayfs.",
      lesson: 'layers',
    },
  };
  if (!names.includes('userxattr')) return;
  // What is redirected is trusted to be root's doing, and with userxattr anybody could have done it.
  for (const conflicting of ['redirect_dir=on', 'metacopy=on'])
    yield {
      what: `${conflicting} beside userxattr`,
      holds: text.split(',').includes(conflicting),
      wanted: false,
      refused: {
        cause: `The overlay has both userxattr and ${conflicting}, which exclude each other.`,
        hint: `Leave ${conflicting} out: an ordinary user's overlay needs userxattr.`,
        lesson: 'fake-root',
      },
    };
}

function* lowerRules(scene: Scene, { lower, text }: OverlayOptions): Generator<Refusal> {
  const lesson = 'layers';
  yield {
    what: 'a lowerdir is named',
    holds: lower.length > 0,
    wanted: true,
    refused: {
      cause: 'The overlay has no lowerdir: its options name no directory to stand on.',
      hint: 'lowerdir=DIRECTORY names one, lowerdir=A:B:C several, the topmost first.',
      lesson,
    },
  };
  yield {
    what: `at most ${MOST_LOWER} lower directories`,
    holds: lower.length <= MOST_LOWER,
    wanted: true,
    refused: {
      cause: `The overlay has ${lower.length} lower directories, and the kernel takes at most ${MOST_LOWER}.`,
      hint: 'Join some of them into one: tinydocker export and image import make one layer of an image.',
      lesson,
    },
  };
  yield {
    what: 'the options fit in one page',
    holds: Buffer.byteLength(text) <= LONGEST_OPTIONS,
    wanted: true,
    refused: {
      cause: `The options of the overlay have ${Buffer.byteLength(text)} bytes, and mount(2) takes at most ${LONGEST_OPTIONS}: what comes behind is cut off.`,
      hint: 'Use shorter names: the plan names short links, relative to the store.',
      lesson,
    },
  };
  const missing = lower.find(path => look(scene, path)?.isDirectory() !== true);
  yield {
    what: 'each lowerdir is a directory',
    holds: missing === undefined,
    wanted: true,
    refused: missing === undefined ? { cause: '' } : noDirectory(scene, 'lower', missing, lesson),
  };
  const files = lower.map(path => identity(scene, path));
  const twice = lower[files.findIndex((file, index) => files.indexOf(file) !== index)];
  yield {
    what: 'no lowerdir is named twice',
    holds: twice === undefined,
    wanted: true,
    refused: {
      cause: `The overlay has the lower directory ${twice} twice, which the kernel refuses.`,
      hint: 'Leave one out: only the upper one of two would be seen.',
      lesson,
    },
  };
}

function* upperRules(scene: Scene, { upper, work }: OverlayOptions): Generator<Refusal> {
  const lesson = 'where-writes-go';
  if (upper === undefined) return;
  yield {
    what: 'upperdir is a directory',
    holds: look(scene, upper)?.isDirectory() === true,
    wanted: true,
    refused: noDirectory(scene, 'upper', upper, lesson),
  };
  yield {
    what: 'a workdir is named',
    holds: work !== undefined,
    wanted: true,
    refused: {
      cause: 'The overlay has an upperdir and no workdir, where files are prepared before they appear in it.',
      hint: 'workdir=DIRECTORY names an empty directory beside upperdir.',
      lesson,
    },
  };
  if (work === undefined) return;
  yield {
    what: 'workdir is a directory',
    holds: look(scene, work)?.isDirectory() === true,
    wanted: true,
    refused: noDirectory(scene, 'work', work, lesson),
  };
  const table = tableOf(scene);
  const [up, aside] = [mountAt(scene, table, upper), mountAt(scene, table, work)];
  yield {
    what: 'workdir is on the mount of upperdir',
    holds: up.mount?.id === aside.mount?.id,
    wanted: true,
    refused: {
      cause: `workdir and upperdir of the overlay are on different mounts (${aside.mount?.mountPoint} and ${up.mount?.mountPoint}): what is prepared in the one could not be renamed into the other.`,
      hint: 'Put both on one file system, side by side.',
      lesson,
    },
  };
  yield {
    what: 'workdir is beside upperdir',
    holds: !isBelow(up.real, aside.real) && !isBelow(aside.real, up.real),
    wanted: true,
    refused: {
      cause: 'workdir and upperdir of the overlay lie one in the other.',
      hint: 'Make them two directories side by side.',
      lesson,
    },
  };
  const user = userOf(scene, upper);
  yield {
    what: 'no other overlay has this upperdir',
    holds: user === undefined,
    wanted: true,
    refused: {
      cause: `The upper directory ${shortPath(scene, absolute(scene, upper))} is in use by another overlay, which is mounted on ${user}: what two of them write, they would spoil for each other.`,
      hint: 'Give each overlay an upperdir and a workdir of its own, or unmount the other one.',
      lesson,
    },
  };
}

function noDirectory(
  scene: Scene,
  which: 'lower' | 'upper' | 'work',
  path: string,
  lesson: 'layers' | 'where-writes-go',
): Diagnosis {
  const there = look(scene, path) !== undefined;
  return {
    cause: `The ${which} directory ${absolute(scene, path)} of the overlay ${there ? 'is not a directory' : 'does not exist'}.`,
    hint: there ? 'Name a directory.' : 'Correct the path, or make it before.',
    lesson,
  };
}

function identity(scene: Scene, path: string): string {
  const stats = look(scene, path);
  return stats === undefined ? path : `${stats.dev}:${stats.ino}`;
}

/** Where another overlay with this upperdir is mounted: in the mount table of the command, or of any process that may be looked at. */
function userOf(scene: Scene, upper: string): string | undefined {
  const wanted = identity(scene, upper);
  const isUpper = (path: string) => path.startsWith('/') && identity(scene, path) === wanted;
  const ours = tableOf(scene).find(mount =>
    upperOf(mount.superOptions).some(
      path =>
        // A relative name counts only of what is mounted in the same container's directory.
        isUpper(path) || (path === upper && isBelow(mount.mountPoint, dirname(absolute(scene, upper)))),
    ),
  );
  if (ours !== undefined) return ours.mountPoint;
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const mount = mountTable(readText(`/proc/${pid}/mountinfo`)).find(
      ({ type, superOptions }) => type === 'overlay' && upperOf(superOptions).some(isUpper),
    );
    if (mount !== undefined) return `${mount.mountPoint} (process ${pid})`;
  }
  return undefined;
}

function upperOf(superOptions: readonly string[]): readonly string[] {
  return superOptions.flatMap(option =>
    option.startsWith('upperdir=') ? [option.slice('upperdir='.length)] : [],
  );
}
