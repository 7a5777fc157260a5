/** mount(8), umount(8) and hostname(1) got a word that can not be right. mount(8) words some of it in a way that leads astray. */

import { look, mountAt, operands, shortPath, tableOf, wordsFor } from './command.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';

/** Options of mount(8) and umount(8) whose value is a word of its own. */
const VALUED = [
  '-t',
  '--types',
  '-o',
  '--options',
  '-T',
  '--fstab',
  '--target',
  '--source',
  '-L',
  '-U',
  '-N',
];

/** The most that Linux takes for a hostname, in bytes; see gethostname(2). */
const LONGEST_HOSTNAME = 64;

export const wrongOperand: Cause = scene => mountRefused(scene) ?? umountRefused(scene) ?? nameRefused(scene);

function mountRefused(scene: Scene): Diagnosis | undefined {
  const words = wordsFor(scene, 'mount') ?? [];
  const [source, target] = operands(words, VALUED);
  if (source === undefined || target === undefined) return undefined;
  const binds = words.some(word => /^--r?bind$|^-B$|(^|,)r?bind(,|$)/.test(word));
  const [from, onto] = [binds ? look(scene, source) : undefined, look(scene, target)];
  const checked = [
    ...(binds ? [{ what: `${shortPath(scene, source)} exists`, holds: from !== undefined }] : []),
    { what: `${shortPath(scene, target)} exists`, holds: onto !== undefined },
  ];
  const culprit = checked.findIndex(({ holds }) => !holds);
  if (culprit < 0) return undefined;
  const isSource = binds && culprit === 0;
  return {
    cause: isSource
      ? `The source ${source}, which is to appear a second time, does not exist.`
      : `The mount point ${target} does not exist: something is mounted on a directory or a file that is there.`,
    hint: isSource ? 'Correct the path.' : `Make it before: mkdir ${shortPath(scene, target)}.`,
    checked: checked
      .slice(0, culprit + 1)
      .map((check, index) => (index === culprit ? { ...check, culprit: true } : check)),
    lesson: 'mount-namespace',
  };
}

function umountRefused(scene: Scene): Diagnosis | undefined {
  const words = wordsFor(scene, 'umount') ?? [];
  const [target] = operands(words, VALUED);
  if (target === undefined) return undefined;
  const table = tableOf(scene);
  const { real, mount } = mountAt(scene, table, target);
  const short = shortPath(scene, target);
  if (mount?.mountPoint !== real)
    return {
      cause: `Nothing is mounted on ${target} in the mount table of this command.`,
      hint: 'findmnt(8) in the same namespace shows what is mounted where.',
      checked: [{ what: `${short} is a mount point`, holds: false, culprit: true }],
      lesson: 'mount-namespace',
    };
  const lazy = words.some(word => word === '--lazy' || /^-[a-z]*l/.test(word));
  const above = table.filter(({ parent }) => parent === mount.id);
  if (lazy || above.length === 0) return undefined;
  return {
    cause: `The mount on ${target} is busy: ${above.length === 1 ? `${above[0]?.mountPoint} is` : `${above.length} others, as ${above[0]?.mountPoint}, are`} mounted below it.`,
    hint: 'Unmount those first, or the whole tree with --recursive; --lazy takes it out of sight at once.',
    checked: [
      { what: `${short} is a mount point`, holds: true },
      { what: `something is mounted below ${short}`, holds: true, culprit: true },
    ],
    lesson: 'mount-namespace',
  };
}

function nameRefused(scene: Scene): Diagnosis | undefined {
  const words = wordsFor(scene, 'hostname') ?? [];
  const [name] = operands(words, []);
  if (name === undefined || Buffer.byteLength(name) <= LONGEST_HOSTNAME) return undefined;
  return {
    cause: `The hostname has ${Buffer.byteLength(name)} bytes, and Linux takes at most ${LONGEST_HOSTNAME}.`,
    hint: 'Choose a shorter one.',
    checked: [{ what: `the hostname has at most ${LONGEST_HOSTNAME} bytes`, holds: false, culprit: true }],
    lesson: 'hostname-and-ipc',
  };
}
