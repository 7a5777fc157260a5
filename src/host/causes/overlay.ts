/** The overlay can not be mounted. mount(8) says "special device overlay does not exist" or "wrong fs type" for nearly everything. */

import { statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../errors.ts';
import { isBelow } from '../mount-table.ts';
import { readText } from '../text-file.ts';
import { isAtLeast } from '../version.ts';
import { mountAt, tableOf } from './command.ts';
import { brokenRule, overlayOptions } from './overlay-options.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';

const ELSEWHERE =
  'Put the store on a local disk (ext4, xfs, btrfs) or a tmpfs: TINYDOCKER_ROOT=/another/directory.';

/** File systems that overlay refuses for its upper layer, and what each lacks. */
export const NO_UPPER: Readonly<Record<string, string>> = {
  '9p': 'it can not keep whiteouts',
  cifs: 'it can not keep whiteouts',
  ecryptfs: 'it refuses to be stacked',
  exfat: 'it keeps no owners, modes and extended attributes',
  fuse: 'it can usually not keep whiteouts',
  iso9660: 'it is read-only',
  msdos: 'it keeps no owners, modes and extended attributes',
  nfs: 'it can not keep whiteouts',
  nfs4: 'it can not keep whiteouts',
  ntfs3: 'it can not keep whiteouts',
  overlay: 'an upper layer can not be an overlay itself, as the root of a docker container is',
  smb3: 'it can not keep whiteouts',
  squashfs: 'it is read-only',
  vfat: 'it keeps no owners, modes and extended attributes',
};

export const overlayRefused: Cause = scene => {
  const options = overlayOptions(scene);
  if (options === undefined) return undefined;
  return (
    missingLayer(scene.store, options.text) ??
    noOverlay() ??
    brokenRule(scene, options) ??
    (options.upper === undefined ? undefined : unsuitable(scene, options.upper)) ??
    (options.text.includes('userxattr') ? oldKernel() : undefined)
  );
};

/** A layer of the option string that the store does not have. */
export function missingLayer(store: string, options: string): Diagnosis | undefined {
  const lower = /lowerdir=([^,]*)/.exec(options)?.[1] ?? '';
  const missing = lower.split(':').find(link => link.startsWith('l/') && !isDirectory(join(store, link)));
  if (missing === undefined) return undefined;
  return {
    cause: `A layer of the image is missing in the store: ${join(store, missing)} does not lead to a directory.`,
    hint: 'Import the image again: tinydocker image import.',
    lesson: 'layers',
  };
}

function noOverlay(): Diagnosis | undefined {
  const known = readText('/proc/filesystems');
  if (known === '' || /\boverlay$/m.test(known)) return undefined;
  return {
    cause: 'This kernel does not know overlay: /proc/filesystems does not list it.',
    hint: 'Load the module: sudo modprobe overlay. A kernel without it can not run containers from images.',
    lesson: 'where-writes-go',
  };
}

function unsuitable(scene: Scene, upper: string): Diagnosis | undefined {
  const { store } = scene;
  const { real, mount } = mountAt(scene, tableOf(scene), upper);
  if (mount === undefined) return undefined;
  const kind = mount.type.startsWith('fuse') && mount.type !== 'fuseblk' ? 'fuse' : mount.type;
  const reason = NO_UPPER[kind];
  if (reason === undefined) return undefined;
  return {
    cause: `${isBelow(real, store) ? `The store ${store}` : `The upper directory ${real}`} is on a file system of type ${mount.type} (mounted on ${mount.mountPoint}), which overlay does not take for its upper layer: ${reason}.`,
    hint: ELSEWHERE,
    checked: [
      { what: '/proc/filesystems lists overlay', holds: true },
      { what: 'workdir is on the mount of upperdir', holds: true },
      { what: `upperdir is on ${mount.type}`, holds: true, culprit: true },
    ],
    lesson: 'where-writes-go',
  };
}

function oldKernel(): Diagnosis | undefined {
  if (isAtLeast(release(), 5, 11)) return undefined;
  return {
    cause: `Linux ${release()} does not let ordinary users mount an overlay; that came with Linux 5.11.`,
    hint: 'Run tinydocker as root, or use a newer kernel.',
    lesson: 'fake-root',
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    // What can not be looked at is not what is missing.
    return errorCode(error) === 'EACCES';
  }
}
