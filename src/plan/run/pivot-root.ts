/** Phase "pivot": the new root becomes "/", the old one goes. */

import { arg, INIT, M } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Step, StepBack } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { DIES_WITH_INIT, type RunInput } from './run-input.ts';

/** Argument: where the old root hangs, as the host finds it. */
export const DETACH = 'umount --no-mtab --no-canonicalize --internal-only --lazy "$1"; rmdir "$1"';

/**
 * Nothing of the host can be started in the new root that looks for libraries there, and nothing of the image may be: a busybox that needs none, by its path in the
 * old root, swaps the two again.
 */
function pivotBack({ staticBusybox }: Pick<Facts, 'staticBusybox'>): StepBack {
  return staticBusybox === undefined
    ? {
        type: 'replay',
        reason:
          'no program of the host can be started in the new root (a static busybox could), and none of the image may be',
      }
    : {
        type: 'command',
        argv: [`/dev/.old${staticBusybox}`, 'pivot_root', '/dev/.old', arg`/dev/.old${M}`],
      };
}

/** The host's root becomes read-only, then pivot_root, then the host's root goes. */
export function pivotSteps({ facts }: RunInput): readonly Step[] {
  const phase = 'pivot';
  const undo = DIES_WITH_INIT('the mount table goes when its last process does');
  return [
    {
      id: 'protect-host',
      phase,
      title: "make the host's root read-only",
      where: inside(facts, ['mount']),
      action: {
        type: 'run',
        argv: [
          ...['mount', '--no-mtab', '-o', ['remount,bind,ro', ...facts.shellMount.flags].join(',')],
          ...['--', facts.shellMount.point],
        ],
      },
      undo,
      back: {
        type: 'command',
        argv: [
          ...['mount', '--no-mtab', '-o', ['remount,bind,rw', ...facts.shellMount.flags].join(',')],
          ...['--', facts.shellMount.point],
        ],
      },
      why: "mount(2) with MS_REMOUNT and MS_BIND, in the container's mount table only. init is still the host's sh, and the command that it becomes may be /proc/self/exe: a root in the container could keep the host's sh open through it and write to it later. Through a read-only mount that fails with EROFS.",
      pitfalls: ['Overwriting the runtime through /proc/self/exe was CVE-2019-5736 in runc.'],
    },
    {
      id: 'pivot-root',
      phase,
      title: 'swap the root',
      where: inside(facts, ['mount']),
      action: { type: 'run', argv: ['pivot_root', arg`${M}`, arg`${M}/dev/.old`] },
      undo,
      back: pivotBack(facts),
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
      back: {
        type: 'replay',
        reason: 'the old root is gone from this mount table: this is the point of no return',
      },
      why: "umount2(2) with MNT_DETACH takes the host's whole tree out of the container's mount table. The program comes from the host's root (--root=/), because by now a plain nsenter would run the image's umount with the host's privileges.",
      pitfalls: ['Before this step a process in the container could still walk to /dev/.old.'],
    },
  ];
}
