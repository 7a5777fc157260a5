/**
 * The refusals of pivot_root(2), told apart by looking at the container's mount table, in the order in which the kernel looks (fs/namespace.c). It has one error for
 * many of them, and pivot_root(8) repeats that.
 */

import { isBelow, isShared, type MountEntry } from '../mount-table.ts';
import { look, mountAt, shortPath, tableOf, wordsFor } from './command.ts';
import { firstRefusal, type Refusal } from './refusal.ts';
import type { Cause, Scene } from './scene.ts';

/** File systems of the first root that there is, which nothing is below. */
const FIRST_ROOTS: readonly string[] = ['rootfs', 'ramfs'];

export const pivotRefused: Cause = scene => {
  const words = wordsFor(scene, 'pivot_root');
  if (words === undefined || words.some(word => word.startsWith('-'))) return undefined;
  const [, newRoot, putOld] = words;
  if (newRoot === undefined || putOld === undefined || words.length > 3)
    return {
      cause: `pivot_root takes two directories, the new root and where to put the old one, and was given ${words.length - 1}.`,
      hint: 'pivot_root NEW_ROOT PUT_OLD',
      lesson: 'pivot-root',
    };
  return firstRefusal([...directories(scene, newRoot, putOld), ...mounts(scene, newRoot, putOld)]);
};

function directories(scene: Scene, newRoot: string, putOld: string): readonly Refusal[] {
  const [root, old] = [look(scene, newRoot), look(scene, putOld)];
  return [
    {
      what: `${shortPath(scene, newRoot)} is a directory`,
      holds: root?.isDirectory() === true,
      wanted: true,
      refused: {
        cause: `The new root ${newRoot} ${root === undefined ? 'does not exist' : 'is not a directory'}.`,
        hint: 'pivot_root NEW_ROOT PUT_OLD: the new root is a directory with something mounted on it.',
        lesson: 'pivot-root',
      },
    },
    {
      what: `${shortPath(scene, putOld)} is a directory`,
      holds: old?.isDirectory() === true,
      wanted: true,
      refused: {
        cause: `The directory for the old root, ${putOld}, ${old === undefined ? 'does not exist' : 'is not one'}.`,
        hint: `Make it before, below the new root: mkdir ${shortPath(scene, putOld)}.`,
        lesson: 'pivot-root',
      },
    },
  ];
}

function mounts(scene: Scene, newRoot: string, putOld: string): readonly Refusal[] {
  const table = tableOf(scene);
  const [root, old] = [newRoot, putOld].map(path => mountAt(scene, table, path));
  if (root?.mount === undefined || old?.mount === undefined) return [];
  const [above] = table.filter(({ id }) => id === root.mount?.parent);
  const present = table.filter(({ mountPoint }) => mountPoint === '/').at(-1);
  const [shortRoot, shortOld] = [newRoot, putOld].map(path => shortPath(scene, path));
  const isMountPoint = root.mount.mountPoint === root.real;
  return [
    sharedRefusal(`the mount of ${shortOld}`, old.mount),
    ...(above === undefined ? [] : [sharedRefusal(`the parent mount of ${shortRoot}`, above)]),
    {
      what: `${shortRoot} is a mount point`,
      holds: isMountPoint,
      wanted: true,
      refused: {
        cause: `The new root ${newRoot} is not a mount point, and pivot_root swaps mounts, not directories.`,
        hint: `Mount something on it before, if need be itself: mount --bind ${shortRoot} ${shortRoot}.`,
        lesson: 'pivot-root',
      },
    },
    {
      what: `${shortRoot} is the present root`,
      holds: root.real === '/',
      wanted: false,
      refused: {
        cause: `The new root ${newRoot} is the root already.`,
        hint: 'pivot_root NEW_ROOT PUT_OLD: the new root is mounted below the present one.',
        lesson: 'pivot-root',
      },
    },
    {
      what: 'the present root is the first one, of an initramfs',
      holds: present !== undefined && present.parent === present.id && FIRST_ROOTS.includes(present.type),
      wanted: false,
      refused: {
        cause:
          'The present root is the first one that the kernel made (an initramfs), which can not be moved.',
        hint: 'switch_root(8) leaves an initramfs; the kernel documents it in filesystems/ramfs-rootfs-initramfs.',
        lesson: 'pivot-root',
      },
    },
    {
      what: `${shortOld} is below ${shortRoot}`,
      holds: isBelow(old.real, root.real),
      wanted: true,
      refused: {
        cause: `The directory for the old root, ${putOld}, is not below the new root ${newRoot}, where the old one could still be reached.`,
        hint: `Choose a directory below ${shortRoot}, as the plan does with $M/dev/.old.`,
        lesson: 'pivot-root',
      },
    },
  ];
}

function sharedRefusal(what: string, mount: MountEntry): Refusal {
  return {
    what: `${what} is shared`,
    holds: isShared(mount),
    wanted: false,
    refused: {
      cause: `The kernel refuses pivot_root because ${what}, which is mounted on ${mount.mountPoint}, is shared: the swap would be copied to other mount tables.`,
      hint: 'Make it private before: mount --make-rprivate /. The plan lets unshare do that (--propagation private).',
      lesson: 'pivot-root',
    },
  };
}
