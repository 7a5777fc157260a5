/** How far a command is in reading a file, learned from the kernel: works with any program, and changes no command. */

import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';

const INTERVAL_MS = 100;

/** Calls `report` with (bytes read, size) of `file`, now and then, for as long as the process lives. Returns what stops it. */
export function watchProgress(
  pid: number | undefined,
  file: string,
  report: (done: number, total: number) => void,
): () => void {
  const total = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (pid === undefined || total === 0) return () => undefined;
  // The kernel names open files without symbolic links.
  const opened = realpathSync(file);
  const timer = setInterval(() => {
    const done = position(pid, opened);
    if (done !== undefined) report(Math.min(done, total), total);
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
