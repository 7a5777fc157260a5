/** Mount tables, read: this process's, /proc/self/mountinfo, or another's; see proc_pid_mountinfo(5). */

import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { readText } from './text-file.ts';

export interface MountEntry {
  readonly id: number;
  /** The mount that this one is on. One of that number need not be in the table: the root's is not to be seen. */
  readonly parent: number;
  /** What of the file system is mounted: `/` for all of it. */
  readonly root: string;
  readonly mountPoint: string;
  readonly source: string;
  /** What ties it to others (`shared:1`, `master:1`); empty for a private one. */
  readonly propagation: readonly string[];
  readonly type: string;
  /** Options of this mount: `ro`, `nosuid`. */
  readonly options: readonly string[];
  /** Options of the file system behind it. */
  readonly superOptions: readonly string[];
}

/** Whether it belongs to a peer group: what is mounted below it appears in other mount tables, too. */
export function isShared({ propagation }: MountEntry): boolean {
  return propagation.some(field => field.startsWith('shared:'));
}

/** All mounts, in the order in which they were made. Empty on a machine without /proc. */
export function mountTable(text: string = readText('/proc/self/mountinfo')): readonly MountEntry[] {
  return text.split('\n').flatMap(line => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, parent, , root = '', mountPoint, options, ...propagation] = before.split(' ');
    const [type, source = '', superOptions = ''] = after.split(' ');
    if (mountPoint === undefined || options === undefined || !type) return [];
    return [
      {
        id: Number(id),
        parent: Number(parent),
        root: unescape(root),
        mountPoint: unescape(mountPoint),
        source: unescape(source),
        propagation,
        type,
        options: options.split(','),
        superOptions: superOptions.split(','),
      },
    ];
  });
}

/** The mount that a path is on; for a path that does not exist, the one that its nearest existing parent is on. */
export function mountOf(path: string, table: readonly MountEntry[] = mountTable()): MountEntry | undefined {
  return topmost(nearestRealPath(path), table);
}

/** The mount that an absolute path without links is on; nothing is looked up. */
export function topmost(path: string, table: readonly MountEntry[]): MountEntry | undefined {
  let best: MountEntry | undefined;
  for (const entry of table) {
    if (!isBelow(path, entry.mountPoint)) continue;
    // A later mount on the same point covers the earlier one.
    if (best === undefined || entry.mountPoint.length >= best.mountPoint.length) best = entry;
  }
  return best;
}

/** Whether `path` is `directory` or lies below it. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

function nearestRealPath(path: string): string {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    try {
      return realpathSync(candidate);
    } catch {
      if (candidate === dirname(candidate)) return candidate;
    }
  }
}

function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
