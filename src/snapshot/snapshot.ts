/** What a container looks like to the kernel at one moment. Only data: it is recorded, compared and shown, on any machine. */

import type { NamespaceName } from '../plan/step.ts';

export interface Snapshot {
  /** The mount table of whoever makes the container: it never changes. */
  readonly host: { readonly mounts: number; readonly digest: string };
  /** The container's directory, with an empty path, and what lies in it, without what overlay and the container keep below it. */
  readonly directory: readonly FileEntry[];
  /** What the writable layer holds. */
  readonly upper: readonly FileEntry[];
  /** False when the layer has more than was looked at, or parts of it can not be read. */
  readonly upperComplete: boolean;
  /** Undefined while there is no init. */
  readonly init?: InitSnapshot;
}

/** Stands for a number that the kernel has yet to give: only in a preview. */
export const UNKNOWN = -1;

export interface InitSnapshot {
  /** The host's number, and the container's. */
  readonly pid: number;
  readonly number: number;
  /** All processes of the container, init first. */
  readonly processes: readonly ProcessEntry[];
  readonly namespaces: readonly NamespaceEntry[];
  /** Its mount table, in the kernel's order. */
  readonly mounts: readonly MountRow[];
  /** Undefined when it can not be found out. */
  readonly hostname?: string;
  readonly interfaces: readonly InterfaceEntry[];
  /** One line for each hierarchy; see cgroups(7). */
  readonly cgroups: readonly string[];
}

export interface FileEntry {
  /** Relative, without a slash in front; empty for the container's directory itself. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'whiteout' | 'device';
  /** Of a file, in bytes. */
  readonly size?: number;
}

export interface ProcessEntry {
  readonly pid: number;
  readonly number: number;
  readonly command: string;
}

export interface NamespaceEntry {
  readonly name: NamespaceName;
  /** Its inode number, which names it; see namespaces(7). */
  readonly id: number;
  /** False when it is shared with the host. */
  readonly own: boolean;
}

/** One line of /proc/PID/mountinfo; see proc(5). */
export interface MountRow {
  readonly id: number;
  readonly parent: number;
  /** What of the file system is mounted: `/` for all of it. */
  readonly root: string;
  readonly target: string;
  readonly type: string;
  readonly source: string;
  /** Of this mount, then of the file system. */
  readonly options: string;
  readonly superOptions: string;
  /** `private`, or what ties it to others: `shared:1`, `master:1`. */
  readonly propagation: string;
}

export interface InterfaceEntry {
  readonly name: string;
  readonly up: boolean;
}

/** A command line as it is told of a process: the arguments of a shell program are long, and its name tells enough. */
export function commandText(words: readonly string[], program: string): string {
  const text = words.map(word => (word.includes('\n') ? '…' : word)).join(' ');
  return text === '' ? `[${program}]` : text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
