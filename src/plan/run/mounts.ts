/** The kernel's own file systems, a minimal /dev, and the parts of /proc and /sys that a container must not see or write. */

import { type Arg, arg, C, join, M, TTY } from '../arg.ts';
import { DEVICES } from '../defaults.ts';
import type { Facts } from '../facts.ts';
import type { Spec, SpecMount } from '../spec.ts';
import type { Step, StepBack } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { type FstabEntry, fstabLine, mountLine, relative } from './fstab.ts';
import { DIES_WITH_INIT, IN_DIRECTORY, type RunInput } from './run-input.ts';
import { boundInit, INIT_FILE } from './small-init.ts';

const KERNEL_TYPES = new Set(['proc', 'sysfs', 'devpts', 'mqueue']);
const PROTECTED = ['nosuid', 'nodev', 'noexec'];

/** How the program begins that makes files in the container's /dev. */
export const DEVICE_FILES = 'mkdir .old;';

/** The names that programs expect in /dev besides the devices; put_old of pivot_root lives here too, so the upper layer stays clean. */
const deviceFiles = (
  names: readonly string[],
) => `${DEVICE_FILES} for name in ${names.join(' ')}; do : >"$name"; done
ln -s -t . pts/ptmx /proc/self/fd; ln -s fd/0 stdin; ln -s fd/1 stdout; ln -s fd/2 stderr`;

/** Takes them back. The working directory is the container's /dev, which is a file system of its own. */
const withoutDeviceFiles = (names: readonly string[]) =>
  `rm -f -- ${names.join(' ')} ptmx fd stdin stdout stderr; rmdir .old`;

/** Whether the plan mounts this together with the kernel's file systems; everything else is a volume. */
export function isSystemMount(mount: SpecMount): boolean {
  return (
    KERNEL_TYPES.has(mount.type) || mount.destination === '/dev' || mount.destination.startsWith('/dev/')
  );
}

/** The user's volumes and tmpfs. */
export function userMounts({ mounts }: Pick<Spec, 'mounts'>): readonly SpecMount[] {
  return mounts.filter(mount => !isSystemMount(mount));
}

/** Two fstabs and what has to happen between them. */
export function mountSteps({ spec, facts, container }: RunInput): readonly Step[] {
  const phase = 'rootfs';
  const undo = DIES_WITH_INIT("the mounts are in the container's own mount table");
  const init = boundInit(container, facts);
  const files = [...DEVICES, 'console', ...(init === undefined ? [] : [INIT_FILE])];
  const system = spec.mounts.filter(isSystemMount);
  const devices = [
    ...deviceEntries(spec, facts),
    ...initEntries(init),
    ...maskEntries(spec, facts),
    ...readonlyEntries(spec, facts),
  ];
  return [
    {
      id: 'write-kernel-fstab',
      phase,
      title: "list the kernel's file systems",
      where: { type: 'host' },
      action: {
        type: 'write',
        path: arg`${C}/kernel.fstab`,
        text: join(system.map(withoutDevices).map(mountLine), ''),
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: 'An fstab(5) for the container, by write(2): what to mount, where (relative to the new root), which type, with which options. One mount process then makes them all, and a reader sees them in one table.',
      pitfalls: [
        'A blank or a backslash in a path would end the field: fstab(5) wants them as \\040 and \\134.',
        'The order counts: /dev has to be mounted before /dev/pts.',
      ],
    },
    {
      id: 'mount-kernel-filesystems',
      phase,
      title: 'mount /proc /sys /dev',
      where: inside(facts, ['mount', 'pid', 'ipc', 'net'], { directory: arg`${M}` }),
      action: {
        type: 'run',
        argv: ['mount', '--no-mtab', '--all', '--fstab', arg`${C}/kernel.fstab`],
      },
      undo,
      back: unmount(system.map(({ destination }) => relative(destination))),
      why: "mount(2) of types proc, sysfs, tmpfs, devpts and mqueue. Each shows the namespaces of the process that mounts it, so the command enters the container's PID, IPC and network namespaces first: /proc then lists only the container's processes.",
      pitfalls: [
        'A /proc mounted from the wrong PID namespace shows the host: ps in the container would list everything.',
        'EPERM as an ordinary user: the host has file systems mounted over parts of /proc or /sys (as in a docker container), and the kernel then refuses a fresh, complete one.',
      ],
    },
    {
      id: 'make-device-files',
      phase,
      title: 'make files in /dev',
      where: inside(facts, ['mount'], { directory: arg`${M}/dev` }),
      action: { type: 'run', argv: ['sh', '-ec', deviceFiles(files)] },
      undo,
      back: { type: 'command', argv: ['sh', '-ec', withoutDeviceFiles(files)] },
      why: 'A bind mount needs something to be mounted on, so each device gets an empty file. The links are those that every program expects: ptmx, fd, stdin, stdout, stderr. .old will hold the old root for a moment.',
      pitfalls: [
        'A program that opens /dev/stdout fails with ENXIO when its output is a socket: open(2) works for files, pipes and terminals only.',
      ],
    },
    {
      id: 'write-device-fstab',
      phase,
      title: 'list devices and masks',
      where: { type: 'host' },
      action: {
        type: 'write',
        path: arg`${C}/devices.fstab`,
        text: join(devices.map(fstabLine), ''),
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: "The devices are the host's, bound; an ordinary user may not make device nodes. Where root of the container is root of the machine they are bound read-only: that protects their modes and owners, while reading and writing go on as ever. Files of /proc and /sys that tell about the whole machine are covered by /dev/null, directories by an empty tmpfs, and what would change the machine is bound read-only.",
      pitfalls: [
        'mknod(2) of a device fails with EPERM in a user namespace, whoever root is there: that is why devices are bound.',
        'A path that this kernel does not have is left out, or mount would fail.',
      ],
    },
    {
      id: 'bind-devices',
      phase,
      title: 'bind devices, mask the kernel',
      where: inside(facts, ['mount'], { directory: arg`${M}` }),
      action: {
        type: 'run',
        argv: ['mount', '--no-mtab', '--all', '--fstab', arg`${C}/devices.fstab`],
      },
      undo,
      back: unmount(devices.map(({ target }) => target)),
      why: "mount(2) with MS_BIND makes one file appear in a second place. The source /dev/null is still the host's here, before pivot_root: an image can not put a link in its place and have something else bound.",
      pitfalls: ['A mask whose source came from the image was CVE-2025-31133 in runc.'],
    },
  ];
}

/** The devices in /dev are bound, each a mount of its own: a node that root makes beside them must not work. */
function withoutDevices(mount: SpecMount): SpecMount {
  return mount.destination === '/dev' ? { ...mount, options: ['nodev', ...mount.options] } : mount;
}

/**
 * The options of a bound device of the host. Read-only does not concern what is read from a device and written to it, only the node: root of the container
 * is root of the host where there is no user namespace, and could close the host's /dev/null to everybody with chmod(2).
 */
function deviceOptions({ mapping }: Facts): readonly string[] {
  return mapping === 'host' ? ['bind', 'ro', 'nosuid', 'noexec'] : ['bind'];
}

function deviceEntries({ process }: Spec, facts: Facts): readonly FstabEntry[] {
  const options = deviceOptions(facts);
  const devices: FstabEntry[] = DEVICES.map(name => entry(`/dev/${name}`, `dev/${name}`, options));
  if (!process.terminal) return devices;
  return [...devices, entry(arg`${TTY}`, 'dev/console', ['bind'])];
}

/** Read-only: its file is the machine's, and /proc/1/exe in the container leads to it. */
function initEntries(init: string | undefined): readonly FstabEntry[] {
  return init === undefined ? [] : [entry(init, `dev/${INIT_FILE}`, ['bind', 'ro', 'nosuid', 'nodev'])];
}

function maskEntries({ linux }: Spec, facts: Facts): readonly FstabEntry[] {
  return linux.maskedPaths.flatMap(path => {
    switch (facts.kernelPaths.get(path)) {
      case 'file':
        return [entry('/dev/null', relative(path), deviceOptions(facts))];
      case 'directory':
        return [{ source: 'tmpfs', target: relative(path), type: 'tmpfs', options: ['ro', ...PROTECTED] }];
      case undefined:
        return [];
    }
  });
}

function readonlyEntries({ linux }: Spec, { kernelPaths }: Facts): readonly FstabEntry[] {
  return linux.readonlyPaths
    .filter(path => kernelPaths.has(path))
    .map(path => entry(relative(path), relative(path), ['bind', 'ro', ...PROTECTED]));
}

/** A bind mount has no type. */
function entry(source: Arg, target: string, options: readonly string[]): FstabEntry {
  return { source, target, type: 'none', options };
}

/** Takes back what one mount(8) made of an fstab, the last first. */
function unmount(targets: readonly string[]): StepBack {
  return { type: 'command', argv: ['umount', '--no-mtab', '--', ...targets.toReversed()] };
}
