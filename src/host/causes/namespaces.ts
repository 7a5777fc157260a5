/** The kernel, or what guards it, refuses a new namespace. */

import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mountTable } from '../mount-table.ts';
import { readText } from '../text-file.ts';
import { mappingRefused } from './id-mapping.ts';
import { firstRefusal, type Refusal } from './refusal.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';
import { says } from './scene.ts';

/** The kinds of namespace that a container gets, as sysctl and /proc name them. */
const KINDS = [
  { sysctl: 'user', link: 'user', name: 'user', lesson: 'fake-root' },
  { sysctl: 'mnt', link: 'mnt', name: 'mount', lesson: 'mount-namespace' },
  { sysctl: 'uts', link: 'uts', name: 'UTS', lesson: 'hostname-and-ipc' },
  { sysctl: 'ipc', link: 'ipc', name: 'IPC', lesson: 'hostname-and-ipc' },
  { sysctl: 'net', link: 'net', name: 'network', lesson: 'network' },
  { sysctl: 'pid', link: 'pid', name: 'PID', lesson: 'pid-1' },
  { sysctl: 'cgroup', link: 'cgroup', name: 'cgroup', lesson: 'a-process' },
] as const;

export const namespaceRefused: Cause = scene => {
  if (scene.step.id !== 'start-init') return undefined;
  if (/newuidmap|newgidmap/.test(scene.failure.stderr)) return mappingRefused(scene);
  if (says(scene, 'ENOSPC')) return limitReached(usesUserNamespace(scene));
  if (says(scene, 'EUSERS'))
    return {
      cause: 'User namespaces are nested too deeply: the kernel allows 32 levels.',
      hint: 'Run tinydocker outside of the containers around it.',
      lesson: 'fake-root',
    };
  if (!usesUserNamespace(scene)) return refusedToRoot(scene);
  if (says(scene, 'EPERM') || says(scene, 'EACCES') || says(scene, 'EINVAL'))
    return (
      userNamespacesDenied() ?? {
        cause:
          'User namespaces are denied to this process, and no sysctl says so: a seccomp filter, a security module or a chroot does it.',
        hint: 'Run it outside of the container or service around it; tinydocker doctor shows what works.',
        checked: [...deniers()].map(({ what, holds }) => ({ what, holds })),
        lesson: 'fake-root',
      }
    );
  return undefined;
};

/** What denies user namespaces to ordinary users here, or undefined when nothing that can be seen does. */
export function userNamespacesDenied(): Diagnosis | undefined {
  if (!existsSync('/proc/self/ns/user'))
    return existsSync('/proc/self/ns')
      ? {
          cause: 'This kernel has no user namespaces (CONFIG_USER_NS), so only root can make containers.',
          hint: 'Run tinydocker as root.',
          lesson: 'fake-root',
        }
      : undefined;
  return firstRefusal(deniers());
}

function* deniers(): Generator<Refusal> {
  const lesson = 'fake-root';
  const [clone, most, apparmor] = [
    'kernel/unprivileged_userns_clone',
    'user/max_user_namespaces',
    'kernel/apparmor_restrict_unprivileged_userns',
  ].map(sysctl);
  const denies = (what: string, holds: boolean, cause: string, hint: string): Refusal => ({
    what,
    holds,
    wanted: false,
    refused: { cause: `User namespaces are denied ${cause}`, hint, lesson },
  });
  if (clone !== undefined)
    yield denies(
      'kernel.unprivileged_userns_clone is 0',
      clone === '0',
      'to ordinary users by the sysctl kernel.unprivileged_userns_clone=0.',
      'Allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1. Or run tinydocker as root.',
    );
  yield denies(
    'user.max_user_namespaces is 0',
    most === '0',
    'by the sysctl user.max_user_namespaces=0.',
    'Allow them: sudo sysctl -w user.max_user_namespaces=15000. Or run tinydocker as root.',
  );
  if (apparmor !== undefined)
    yield denies(
      'kernel.apparmor_restrict_unprivileged_userns is 1',
      apparmor === '1',
      'to ordinary users by AppArmor: the sysctl kernel.apparmor_restrict_unprivileged_userns is 1.',
      'Allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. Or run tinydocker as root.',
    );
  yield denies(
    'this process is in a chroot',
    !mountTable().some(({ mountPoint }) => mountPoint === '/'),
    'to this process because it is in a chroot: its root directory is not the root of its mount table.',
    'Leave the chroot; or enter it with a mount namespace and pivot_root(8) instead.',
  );
  yield denies(
    'a seccomp filter is set',
    isFiltered(),
    'to this process by a seccomp filter, as container engines and systemd services set one.',
    'Run it outside; or start the container around it with --security-opt seccomp=unconfined.',
  );
}

/** See seccomp(2): 2 is a filter, which may forbid any system call. */
function isFiltered(): boolean {
  return /^Seccomp:\s*2$/m.test(readText('/proc/self/status'));
}

/** ENOSPC of unshare(2): one of user.max_*_namespaces is reached, here or in a namespace around this one. */
function limitReached(withUser: boolean): Diagnosis {
  const kinds = KINDS.filter(({ sysctl: kind }) => withUser || kind !== 'user').map(kind => ({
    ...kind,
    limit: Number(sysctl(`user/max_${kind.sysctl}_namespaces`) ?? Number.POSITIVE_INFINITY),
  }));
  const reached =
    kinds.find(({ limit }) => limit === 0) ?? kinds.find(({ link, limit }) => limit <= inUse(link));
  if (reached === undefined)
    return {
      cause:
        'The limit for namespaces is reached: one of the sysctls user.max_*_namespaces in a user namespace around this one, or the 32 levels to which user namespaces can be nested.',
      hint: 'End some containers; or raise it, as root: sysctl -a --pattern "^user.max_.*_namespaces" shows them.',
      checked: kinds.map(({ sysctl: kind }) => ({ what: `user.max_${kind}_namespaces is 0`, holds: false })),
      lesson: 'fake-root',
    };
  return {
    cause: `No more ${reached.name} namespaces can be made: the sysctl user.max_${reached.sysctl}_namespaces is ${reached.limit}.`,
    hint: `End some containers, or raise it: sudo sysctl -w user.max_${reached.sysctl}_namespaces=15000.`,
    checked: [
      ...kinds
        .slice(0, kinds.indexOf(reached))
        .map(({ sysctl: kind }) => ({ what: `user.max_${kind}_namespaces is 0`, holds: false })),
      reached.limit === 0
        ? { what: `user.max_${reached.sysctl}_namespaces is 0`, holds: true, culprit: true }
        : {
            what: `${inUse(reached.link)} ${reached.name} namespaces are in use`,
            holds: true,
            culprit: true,
          },
    ],
    lesson: reached.lesson,
  };
}

function refusedToRoot(scene: Scene): Diagnosis | undefined {
  if (!says(scene, 'EPERM')) return undefined;
  const filtered = isFiltered();
  if (!/^unshare:/m.test(scene.failure.stderr) && !filtered) return undefined;
  return {
    cause: filtered
      ? 'New namespaces are denied to this process by a seccomp filter, as container engines and systemd services set one.'
      : 'New namespaces are denied to this process, though it is root: a security module does it.',
    hint: 'Run it outside; or start the container around it with --privileged.',
    checked: [{ what: 'a seccomp filter is set', holds: filtered, ...(filtered ? { culprit: true } : {}) }],
    lesson: 'a-process',
  };
}

function usesUserNamespace({ plan }: Scene): boolean {
  return plan.steps.some(({ where }) => where.type === 'inside' && where.namespaces.includes('user'));
}

/** How many namespaces of a kind can be seen: those of the processes that this user may look at. */
function inUse(kind: string): number {
  const seen = new Set<string>();
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      seen.add(readlinkSync(`/proc/${pid}/ns/${kind}`));
    } catch {
      // Somebody else's, or it has just ended.
    }
  }
  return seen.size;
}

function sysctl(name: string): string | undefined {
  const text = readText(`/proc/sys/${name}`).trim();
  return text === '' ? undefined : text;
}
