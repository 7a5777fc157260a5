/** What reads the output of a container that was kept in files. */

import type { LogEntry } from '../plan/log-entry.ts';

/** Output, with the time when it was read if that was written down. */
export type Output = Omit<LogEntry, 'time'> & { readonly time?: Date };

export interface OutputReader {
  /** What follows, in parts; nothing when that is all for now. It never waits. Throws the system's error. */
  next(): readonly Output[];
  close(): void;
}

/** How much is read at once, in bytes. */
export const READ_SIZE = 1 << 18;
