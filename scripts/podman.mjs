// podman for benchmarks: with a store of its own, in a mount namespace of its own, and with what it needs to start on this machine.
import { join } from 'node:path';
import { $, fs, glob } from 'zx';
import { installed } from './paired.mjs';

/** The words of a podman whose store lies below a directory. */
export function podmanBelow(scratch) {
  return [
    ...['unshare', '--mount', '--propagation', 'private', '--'],
    ...['podman', '--root', join(scratch, 'podman'), '--runroot', join(scratch, 'podman-run')],
  ];
}

/** The words in front of the image in a command that runs a container, tried out with one; the plain ones when none works. `options` are podman run's. */
export async function podmanRun(podman, image, ...options) {
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
  const variants = [
    { runtime: [], limits: [] },
    // A machine that may not raise limits (no CAP_SYS_RESOURCE), or mixes cgroup v1 and v2, which crun refuses.
    { runtime: [], limits },
    { runtime: ['--runtime', 'runc'], limits },
  ].map(({ runtime, limits }) => [...podman, ...runtime, 'run', ...options, '--network', 'none', ...limits]);
  for (const variant of variants)
    if ((await $`${variant} ${image} true`.quiet().nothrow()).exitCode === 0) return variant;
  return variants[0];
}

const groups = () =>
  glob
    .globbySync('/sys/fs/cgroup/{,*/}libpod_parent/{,**}', { onlyDirectories: true })
    .sort((a, b) => b.length - a.length);

/** Removes what podmans leave behind that begin after this call, once the function that it gives is called. */
export function podmanCleaner(podman) {
  const before = groups();
  return async () => {
    // Files of a podman store may belong to other ids: podman itself removes them.
    if (installed('podman')) await $`${podman} system reset --force`.quiet().nothrow();
    // ... and its empty control groups stay, unless somebody removes them.
    for (const group of groups().filter(found => !before.includes(found)))
      try {
        fs.rmdirSync(group);
      } catch (error) {
        // All podmans of the machine share the groups' parent: one that is in use, or gone, is somebody else's.
        if (!['EBUSY', 'ENOENT'].includes(error.code)) throw error;
      }
  };
}
