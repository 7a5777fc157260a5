/** The kernel: its version, its file systems, and what guards it. */

import { arch, release } from 'node:os';
import { mountTable } from '../host/mount-table.ts';
import { readText } from '../host/text-file.ts';
import { isAtLeast } from '../host/version.ts';
import type { Check, Topic } from './check.ts';

export const kernel: Topic = async ({ facts }) => [version(facts.mapping !== 'host'), cgroups(), guards()];

function version(rootless: boolean): Check {
  const fact = `Linux ${release()} on ${arch()}.`;
  const id = 'kernel-version';
  if (isAtLeast(release(), 5, 11))
    return { id, status: 'ok', fact, means: 'New enough for overlay mounts by ordinary users (5.11).' };
  return {
    id,
    status: rootless ? 'fail' : 'limit',
    fact,
    means: 'Only root can mount an overlay; ordinary users can since Linux 5.11.',
    fix: 'Install a newer kernel, or run tinydocker as root.',
  };
}

function cgroups(): Check {
  const table = mountTable();
  const v2 = table.find(({ type }) => type === 'cgroup2')?.mountPoint;
  const v1 = table.some(({ type }) => type === 'cgroup');
  const fact =
    v2 === undefined
      ? v1
        ? 'cgroups are version 1.'
        : 'No cgroup file system is mounted.'
      : v1
        ? `cgroups are hybrid: version 1, with version 2 on ${v2}.`
        : `cgroups are version 2, on ${v2}.`;
  return {
    id: 'cgroups',
    status: 'ok',
    fact,
    means: 'Containers have no resource limits yet, so none is needed; each gets a cgroup namespace.',
  };
}

/** What this process is already subject to. */
function guards(): Check {
  const status = readText('/proc/self/status');
  const modules = readText('/sys/kernel/security/lsm').trim();
  const found = [
    ...(/^Seccomp:\s*2$/m.test(status) ? ['a seccomp filter'] : []),
    ...(/^NoNewPrivs:\s*1$/m.test(status) ? ['no_new_privs'] : []),
    ...(mountTable().some(({ mountPoint }) => mountPoint === '/') ? [] : ['a chroot']),
  ];
  const security = modules === '' ? '' : ` Security modules: ${modules}.`;
  if (found.length === 0)
    return {
      id: 'guards',
      status: 'ok',
      fact: `No seccomp filter, no_new_privs or chroot holds this process.${security}`,
      means: 'Nothing around it stands in the way of a container.',
    };
  return {
    id: 'guards',
    status: 'limit',
    fact: `This process is held by ${found.join(', ')}.${security}`,
    means: 'It runs in a container, a sandbox or a service; what that denies, a container here can not have.',
    fix: 'Run tinydocker outside of it.',
  };
}
