/** The writable overlay over the image's layers; see "Overlay Filesystem" in the kernel's documentation. */

import { arg, C, M, STORE } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Layer } from '../image/image.ts';
import type { Step, StepBack } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { DIES_WITH_INIT, type RunInput } from './run-input.ts';

/**
 * Mounting the overlay. The option string names short links relative to the store, because "," and ":" in a path would be read as
 * separators, and because the string has to fit in one page for any number of layers.
 */
export function overlayStep({ container, layers, facts }: RunInput): Step {
  const lower = lowerDirectories(distinct(layers).map(({ link }) => link));
  const directory = `containers/${container.name}`;
  return {
    id: 'mount-overlay',
    phase: 'rootfs',
    title: 'join the layers',
    where: inside(facts, ['mount'], { directory: arg`${STORE}` }),
    action: {
      type: 'run',
      argv: [
        ...['mount', '--no-mtab', '-t', 'overlay', 'overlay', '-o'],
        arg`nodev,${overlayEncoding(facts)},lowerdir=${lower},upperdir=${directory}/upper,workdir=${directory}/work`,
        arg`${M}`,
      ],
    },
    undo: DIES_WITH_INIT("the mount is in the container's own mount table"),
    back: container.again === undefined ? takeOverlayBack() : { type: 'replay', reason: MARKED },
    why: "mount(2) of type overlay shows the image's layers (lowerdir, never written) and the container's own (upperdir) as one tree. A file that is changed is first copied up; a file that is deleted is hidden by a whiteout. So any number of containers can share one image.",
    pitfalls: [
      'wrong fs type, bad option: the upper directory is on a file system that keeps no whiteouts or extended attributes. NFS, vfat and another overlay (the root of a docker container is one) do not.',
      'special device overlay does not exist: a layer is missing. The message of mount(8) is wrong, the error (ENOENT) is about lowerdir.',
      'Operation not permitted: an ordinary user needs Linux 5.11 or newer, and the option userxattr.',
    ],
  };
}

const MARKED = 'overlay has marked the writable layer with attributes, and it holds what the container wrote';

/**
 * Overlay leaves an empty directory of its own in workdir, of mode 000 and, for an ordinary user, with a uid of its range; and it marks upperdir with attributes
 * (overlay.origin, overlay.uuid), which would change the next mount. So what is new and empty is made anew. Whatever else lies there makes rmdir(1) fail.
 */
function takeOverlayBack(): StepBack {
  const text =
    'umount --no-mtab -- "$1"; cd -- "$2"; rmdir work/work upper/* upper; mkdir -m 0755 upper upper/proc upper/sys upper/dev';
  return { type: 'command', argv: ['sh', '-ec', text, 'back', arg`${M}`, arg`${C}`] };
}

/**
 * How overlay marks what is in the upper layer. A kernel may be built to record renamed directories, and files without their content, in attributes;
 * userxattr excludes both. So the upper layer can be read everywhere the same way.
 */
export function overlayEncoding({ mapping }: Pick<Facts, 'mapping'>): string {
  return mapping === 'host' ? 'redirect_dir=nofollow,metacopy=off' : 'userxattr';
}

/** The value of lowerdir, relative to the store. Overlay wants the topmost layer first; everything else counts from the lowest. */
export function lowerDirectories(links: readonly string[]): string {
  return links
    .map(link => `l/${link}`)
    .toReversed()
    .join(':');
}

/** Overlay refuses one directory twice (ELOOP). The same layer further up hides all of the one below, so that can be left out. */
function distinct(layers: readonly Layer[]): readonly Layer[] {
  return layers.filter(
    ({ digest }, index) => !layers.slice(index + 1).some(above => above.digest === digest),
  );
}
