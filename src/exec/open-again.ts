/** The same file once more, whatever its name leads to by now. */

import { openSync } from 'node:fs';

/**
 * Opens what a descriptor of ours has open, with other flags. A fifo that is opened for one direction waits for the other side, and with it all of Node: so whoever holds one does not open
 * it by its name, under which another one may lie by then. Throws the system's error.
 */
export function openAgain(fd: number, flags: number): number {
  return openSync(`/proc/self/fd/${fd}`, flags);
}
