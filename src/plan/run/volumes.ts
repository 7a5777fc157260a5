/** What is mounted into the container for the user and the image: volumes, tmpfs, a working directory that is missing; and the read-only root. */

import { type Arg, arg, C, M, MOUNT_SH, VOLUMES_SH } from '../arg.ts';
import { byDepth, type SpecMount } from '../spec.ts';
import type { Step } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { userMounts } from './mounts.ts';
import { DIES_WITH_INIT, IN_DIRECTORY, type RunInput } from './run-input.ts';

/** Arguments: the program that walks to a place in the new root, a directory, paths. Each path gets a directory there, filled with what the image has. */
export const VOLUMES_TEXT = `
program=$1 volumes=$2 number=0; shift 2
mkdir -- "$volumes"
for path; do
  number=$((number + 1))
  mkdir -- "$volumes/$number"
  sh -ec "$program" volume fill "$volumes/$number" "$path" ''
done
`.trim();

/** A mount whose source may lie in the container's directory. */
type Mount = Pick<SpecMount, 'destination' | 'type' | 'options'> & { readonly source: Arg };

/**
 * The image's volumes get their content, then steps in the order of the mounts in the specification and of the image's volumes, a directory before
 * what is in it; then the working directory, then the read-only root.
 */
export function volumeSteps({ spec, container, facts, imageVolumes = [] }: RunInput): readonly Step[] {
  const phase = 'rootfs';
  const where = inside(facts, ['mount'], { directory: arg`${M}` });
  const undo = DIES_WITH_INIT("the mount is in the container's own mount table");
  const mounts = byDepth([
    ...userMounts(spec),
    ...imageVolumes.map((destination, index) => ({
      destination,
      type: 'bind',
      source: arg`${C}/volumes/${String(index + 1)}`,
      options: ['rw'],
    })),
  ]);
  const fill: Step = {
    id: 'fill-volumes',
    phase,
    title: "fill the image's volumes",
    where,
    action: {
      type: 'run',
      argv: [
        ...['sh', '-ec', arg`${VOLUMES_SH}`, 'volumes', arg`${MOUNT_SH}`, arg`${C}/volumes`],
        ...imageVolumes,
      ],
    },
    undo: IN_DIRECTORY,
    back: {
      type: 'replay',
      reason: 'it may have made directories in the writable layer, which nobody has listed',
    },
    why: 'The image declares that these directories hold data, which is not to be part of a layer: docker and podman make an anonymous volume for each. Here it is a directory beside the writable layer, which goes away with the container. cp(1) copies what the image has there, with owners and modes; the path is walked inside the new root, as for a mount.',
    pitfalls: [
      'The copy is made at each start: an image with gigabytes in a volume takes long. -v or --tmpfs on the same path replaces it.',
    ],
  };
  const steps: Step[] = mounts.map((mount, index) => ({
    id: `mount-volume-${index + 1}`,
    phase,
    title: `mount ${mount.destination}`,
    where,
    action: { type: 'run', argv: mountInRoot(mount) },
    undo,
    back: { type: 'replay', reason: 'it may have made directories for the target, which nobody has listed' },
    why: 'mount(2) with MS_BIND makes a directory of the host appear in the container. The target is walked one name at a time below the new root, and the last directory is pinned by entering it: mount(2) then gets ".", so that nobody can swap a symbolic link in between. A target that leads out of the image is refused. Device nodes do not work on it (MS_NODEV).',
    pitfalls: [
      'Between looking a path up and mounting on it, another container that shares the volume can swap a link in: CVE-2021-30465, CVE-2024-45310.',
    ],
  }));
  if (spec.process.cwd !== '/') {
    steps.push({
      id: 'make-workdir',
      phase,
      title: 'make the working directory',
      where,
      action: {
        type: 'run',
        argv: ['sh', '-ec', arg`${MOUNT_SH}`, 'make', 'directory', '-', spec.process.cwd, ''],
      },
      undo: DIES_WITH_INIT("it is made in the container's writable layer"),
      back: { type: 'replay', reason: 'it may have made several directories, which nobody has listed' },
      why: 'mkdir(2), for each part of the path that the image lacks, in the writable layer: docker does the same for -w. Links are resolved inside the new root.',
      pitfalls: [
        'A file in the way (-w /etc/passwd/x) makes mkdir(2) fail with ENOTDIR.',
        'A directory that the user of -u may not enter makes init leave with 126.',
      ],
    });
  }
  if (spec.root.readonly) {
    steps.push({
      id: 'make-root-read-only',
      phase,
      title: 'make the root read-only',
      where,
      action: { type: 'run', argv: ['mount', '--no-mtab', '-o', 'remount,bind,ro,nodev', arg`${M}`] },
      undo,
      back: {
        type: 'command',
        argv: ['mount', '--no-mtab', '-o', 'remount,bind,rw,nodev', arg`${M}`],
      },
      why: 'mount(2) with MS_REMOUNT and MS_BIND makes this one mount read-only: the flag belongs to the mount, not to the overlay behind it. Volumes, tmpfs and /dev stay as they are.',
      pitfalls: ['Programs that write to /var/log or /run fail with EROFS: give them --tmpfs /run.'],
    });
  }
  // Those of a kept container are there, with what it wrote.
  return imageVolumes.length === 0 || container.again !== undefined ? steps : [fill, ...steps];
}

function mountInRoot(mount: Mount): readonly Arg[] {
  const program = ['sh', '-ec', arg`${MOUNT_SH}`, 'mount'];
  if (mount.type === 'bind') {
    const mode = mount.options.includes('ro') ? 'ro' : 'rw';
    return [...program, 'bind', mount.source, mount.destination, mode];
  }
  return [...program, mount.type, mount.source, mount.destination, mount.options.join(',')];
}
