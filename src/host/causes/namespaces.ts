/** The kernel, or what guards it, refuses a new namespace. */

import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import process from 'node:process';
import { idRanges } from '../facts.ts';
import { mountOf, mountTable } from '../mount-table.ts';
import { findProgram } from '../programs.ts';
import { readText } from '../text-file.ts';
import { userName } from '../user-name.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';
import { says } from './scene.ts';

/** The kinds of namespace that a container gets, as sysctl and /proc name them. */
const KINDS = [
  { sysctl: 'user', link: 'user', name: 'user' },
  { sysctl: 'mnt', link: 'mnt', name: 'mount' },
  { sysctl: 'uts', link: 'uts', name: 'UTS' },
  { sysctl: 'ipc', link: 'ipc', name: 'IPC' },
  { sysctl: 'net', link: 'net', name: 'network' },
  { sysctl: 'pid', link: 'pid', name: 'PID' },
  { sysctl: 'cgroup', link: 'cgroup', name: 'cgroup' },
] as const;

export const namespaceRefused: Cause = scene => {
  if (scene.step.id !== 'start-init') return undefined;
  if (/newuidmap|newgidmap/.test(scene.failure.stderr)) return mappingRefused(scene);
  if (says(scene, 'ENOSPC')) return limitReached(usesUserNamespace(scene));
  if (says(scene, 'EUSERS'))
    return {
      cause: 'User namespaces are nested too deeply: the kernel allows 32 levels.',
      hint: 'Run tinydocker outside of the containers around it.',
    };
  if (!usesUserNamespace(scene)) return refusedToRoot(scene);
  if (says(scene, 'EPERM') || says(scene, 'EACCES') || says(scene, 'EINVAL'))
    return (
      userNamespacesDenied() ?? {
        cause:
          'User namespaces are denied to this process, and no sysctl says so: a seccomp filter, a security module or a chroot does it.',
        hint: 'Run it outside of the container or service around it; tinydocker doctor shows what works.',
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
        }
      : undefined;
  if (sysctl('kernel/unprivileged_userns_clone') === '0')
    return {
      cause: 'User namespaces are denied to ordinary users by the sysctl kernel.unprivileged_userns_clone=0.',
      hint: 'Allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1. Or run tinydocker as root.',
    };
  if (sysctl('user/max_user_namespaces') === '0')
    return {
      cause: 'User namespaces are denied by the sysctl user.max_user_namespaces=0.',
      hint: 'Allow them: sudo sysctl -w user.max_user_namespaces=15000. Or run tinydocker as root.',
    };
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return {
      cause:
        'User namespaces are denied to ordinary users by AppArmor: the sysctl kernel.apparmor_restrict_unprivileged_userns is 1.',
      hint: 'Allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. Or run tinydocker as root.',
    };
  if (!mountTable().some(({ mountPoint }) => mountPoint === '/'))
    return {
      cause:
        'User namespaces are denied to this process because it is in a chroot: its root directory is not the root of its mount table.',
      hint: 'Leave the chroot; or enter it with a mount namespace and pivot_root(8) instead.',
    };
  if (/^Seccomp:\s*2$/m.test(readText('/proc/self/status')))
    return {
      cause:
        'User namespaces are denied to this process by a seccomp filter, as container engines and systemd services set one.',
      hint: 'Run it outside; or start the container around it with --security-opt seccomp=unconfined.',
    };
  return undefined;
}

/** newuidmap(1) said no, or was not able to. */
function mappingRefused(scene: Scene): Diagnosis | undefined {
  const { stderr } = scene.failure;
  const group = stderr.includes('newgidmap');
  const program = group ? 'newgidmap' : 'newuidmap';
  const file = group ? '/etc/subgid' : '/etc/subuid';
  const path = findProgram(program);
  if (path === undefined) return undefined;
  const way = `Mend it, or let root take the ranges of your user out of ${file}: then your own id alone is mapped.`;
  if (/^NoNewPrivs:\s*1$/m.test(readText('/proc/self/status')))
    return {
      cause: `The program ${program} can not use its privileges, because no_new_privs is set for this process (see prctl(2)).`,
      hint: 'Run tinydocker outside of the sandbox or service that sets it.',
    };
  if (mountOf(path)?.options.includes('nosuid'))
    return {
      cause: `The program ${program} can not use its privileges, because ${mountOf(path)?.mountPoint} is mounted with the option "nosuid".`,
      hint: way,
    };
  if (/not allowed/.test(stderr))
    return {
      cause: `The program ${program} refuses the range of ids that ${file} gives: ${stderr.trim().split('\n')[0]}.`,
      hint: `The range has to be free and given to you: sudo usermod --add-sub${group ? 'gids' : 'uids'} 100000-165535 USER.`,
    };
  const stats = statSync(path);
  if (says(scene, 'EPERM') && ((stats.mode & 0o4000) === 0 || stats.uid !== 0))
    return {
      cause: `The program ${program} may not map ids: ${path} is not setuid root, nor has it the capability for it.`,
      hint: `sudo chown root ${path} && sudo chmod u+s ${path}, or install the package uidmap again.`,
    };
  const uid = process.getuid?.() ?? 0;
  const ranges = idRanges(file, userName(uid) ?? String(uid), uid);
  return {
    cause: `The program ${program} failed to map the range of ids that ${file} gives (${ranges.map(([first, count]) => `${first} and ${count} ids from it`).join('; ')}): ${stderr.trim().split('\n')[0]}.`,
    hint: way,
  };
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
        'The limit for namespaces is reached: one of the sysctls user.max_*_namespaces, here or in a user namespace around this one.',
      hint: 'End some containers; or raise it, as root: sysctl -a --pattern "^user.max_.*_namespaces" shows them.',
    };
  return {
    cause: `No more ${reached.name} namespaces can be made: the sysctl user.max_${reached.sysctl}_namespaces is ${reached.limit}.`,
    hint: `End some containers, or raise it: sudo sysctl -w user.max_${reached.sysctl}_namespaces=15000.`,
  };
}

function refusedToRoot(scene: Scene): Diagnosis | undefined {
  if (!says(scene, 'EPERM')) return undefined;
  const filtered = /^Seccomp:\s*2$/m.test(readText('/proc/self/status'));
  if (!/^unshare:/m.test(scene.failure.stderr) && !filtered) return undefined;
  return {
    cause: filtered
      ? 'New namespaces are denied to this process by a seccomp filter, as container engines and systemd services set one.'
      : 'New namespaces are denied to this process, though it is root: a security module does it.',
    hint: 'Run it outside; or start the container around it with --privileged.',
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
