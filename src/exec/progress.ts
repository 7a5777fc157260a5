/** How far a command is, learned from the kernel: works with any program, and changes no command. */

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

const INTERVAL_MS = 100;

/** Called with (bytes done, bytes in all). */
export type Report = (done: number, total: number) => void;

/** Reports how far a process is in reading a file, now and then, for as long as it lives. Returns what stops it. */
export function watchReading(pid: number | undefined, file: string, report: Report): () => void {
  const total = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (pid === undefined || total === 0) return () => undefined;
  // The kernel names open files without symbolic links.
  const opened = realpathSync(file);
  return watch(() => position(pid, opened), total, report);
}

/** Reports how many of `total` bytes the files in a directory have got, now and then. Returns what stops it. */
export function watchFilling(directory: string, total: number, report: Report): () => void {
  if (total === 0) return () => undefined;
  let most = 0;
  // A file that is renamed while the directory is read is missed, and is there the next time.
  return watch(() => (most = Math.max(most, contentOf(directory))), total, report);
}

function watch(done: () => number | undefined, total: number, report: Report): () => void {
  const timer = setInterval(() => {
    const now = done();
    if (now !== undefined) report(Math.min(now, total), total);
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The offset at which a process, or its first child, reads a file: /proc/PID/fdinfo, see proc(5). */
function position(pid: number, file: string): number | undefined {
  for (const candidate of [pid, ...children(pid)]) {
    try {
      for (const fd of readdirSync(`/proc/${candidate}/fd`)) {
        if (readlinkSync(`/proc/${candidate}/fd/${fd}`) !== file) continue;
        const offset = /^pos:\s*(\d+)/m.exec(readFileSync(`/proc/${candidate}/fdinfo/${fd}`, 'utf8'))?.[1];
        if (offset !== undefined) return Number(offset);
      }
    } catch {
      // The process has just ended, or is not ours to look at.
    }
  }
  return undefined;
}

function children(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The sizes of all files below a directory. */
function contentOf(directory: string): number {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map(entry => {
        const path = join(directory, entry.name);
        return entry.isDirectory()
          ? contentOf(path)
          : (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
      })
      .reduce((sum, size) => sum + size, 0);
  } catch {
    // It is not made yet.
    return 0;
  }
}
