/** Phase "pivot": the new root becomes "/", the old one goes. */

import { arg, INIT, M } from './arg.ts';
import { DIES_WITH_INIT, type RunInput } from './run.ts';
import type { Step } from './step.ts';
import { inside } from './user-namespace.ts';

const DETACH = 'umount --no-mtab --no-canonicalize --internal-only --lazy "$1"; rmdir "$1"';

/** pivot_root, then detaching the host's root from below it. */
export function pivotSteps({ facts }: RunInput): readonly Step[] {
  const phase = 'pivot';
  const undo = DIES_WITH_INIT('the mount table goes when its last process does');
  return [
    {
      id: 'pivot-root',
      phase,
      title: 'swap the root',
      where: inside(facts, ['mount']),
      action: { type: 'run', argv: ['pivot_root', arg`${M}`, arg`${M}/dev/.old`] },
      undo,
      why: 'pivot_root(2) makes the overlay the root of this mount namespace and hangs the old root on /dev/.old. Unlike chroot(2), it changes the mount table itself, so there is no way back out once the old root is gone.',
      pitfalls: [
        'EBUSY: the new root is not a mount point, or is already the root.',
        'EINVAL: the parent mount is shared; that is why unshare made everything private.',
        'ENOENT: there is no directory for the old root.',
      ],
    },
    {
      id: 'detach-old-root',
      phase,
      title: 'let go of the old root',
      where: inside(facts, ['mount'], { hostRoot: true }),
      action: {
        type: 'run',
        argv: ['sh', '-ec', DETACH, 'detach', arg`/proc/${INIT}/root/dev/.old`],
      },
      undo,
      why: "umount2(2) with MNT_DETACH takes the host's whole tree out of the container's mount table. The program comes from the host's root (--root=/), because by now a plain nsenter would run the image's umount with the host's privileges.",
      pitfalls: ['Before this step a process in the container could still walk to /dev/.old.'],
    },
  ];
}
