/** The namespaces of a process, compared with ours. Read-only. */

import { readlinkSync } from 'node:fs';

/** In the order in which unshare(1) names them. */
export const NAMESPACES = ['mnt', 'uts', 'ipc', 'net', 'pid', 'cgroup', 'user', 'time'] as const;

export interface NamespaceLook {
  readonly name: (typeof NAMESPACES)[number];
  /** The inode number, which is what tells one from another; undefined when the kernel does not tell this user, or has none of that kind. */
  readonly inode: string | undefined;
  /** It is the one that we are in, too; undefined when that is not known. */
  readonly shared: boolean | undefined;
}

export function namespacesOf(pid: number): readonly NamespaceLook[] {
  return NAMESPACES.map(name => {
    const [inode, ours] = [inodeOf(pid, name), inodeOf('self', name)];
    return { name, inode, shared: inode === undefined || ours === undefined ? undefined : inode === ours };
  });
}

function inodeOf(pid: number | 'self', name: string): string | undefined {
  try {
    return /\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/${name}`))?.[1];
  } catch {
    return undefined;
  }
}
