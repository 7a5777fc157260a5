/** An ordinary user's fresh /proc or /sys is refused, because the one that is there is partly covered. */

import { isBelow, type MountEntry, mountTable } from '../mount-table.ts';
import type { Cause } from './scene.ts';
import { says } from './scene.ts';

/** Directories that the kernel keeps empty for mounts: what covers them hides nothing. */
const MADE_FOR_MOUNTS = [
  '/proc/sys/fs/binfmt_misc',
  '/proc/fs/nfsd',
  '/sys/fs',
  '/sys/kernel',
  '/sys/firmware',
];

export const coveredProc: Cause = scene => {
  if (scene.step.id !== 'mount-kernel-filesystems') return undefined;
  if (!says(scene, 'EPERM') && !says(scene, 'EACCES')) return undefined;
  const table = mountTable();
  const covering = coveredPart(table);
  if (covering === undefined) return undefined;
  const root = isBelow(covering.mountPoint, '/proc') ? '/proc' : '/sys';
  return {
    cause: `The kernel refuses an ordinary user a fresh ${root}, because the present one is restricted: ${
      covering.mountPoint === root
        ? `it is mounted with the options ${covering.options.join(',')}`
        : `a file system is mounted over ${covering.mountPoint}`
    }.`,
    hint: 'This is so inside of containers. Run tinydocker outside; or start docker with --security-opt systempaths=unconfined, podman with --security-opt unmask=ALL.',
    lesson: 'fake-root',
  };
};

/** The mount that hides a part of /proc or /sys, or a read-only /proc; see "mount_too_revealing" in the kernel's fs/namespace.c. */
export function coveredPart(table: readonly MountEntry[]): MountEntry | undefined {
  return (
    table.find(
      ({ mountPoint }) =>
        (mountPoint.startsWith('/proc/') || mountPoint.startsWith('/sys/')) &&
        !MADE_FOR_MOUNTS.some(directory => isBelow(mountPoint, directory)),
    ) ?? table.find(({ mountPoint, options }) => mountPoint === '/proc' && options.includes('ro'))
  );
}
