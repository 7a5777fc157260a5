/** The caller's limits on files and processes leave too little room. See setrlimit(2). */

import { readFileSync } from 'node:fs';
import type { Cause } from './scene.ts';
import { says } from './scene.ts';

export const limitReached: Cause = scene => {
  if (says(scene, 'EMFILE'))
    return {
      cause: `No more files can be opened: the limit on open files is ${limit('Max open files')}.`,
      hint: 'ulimit -n 1024 raises it.',
    };
  if (says(scene, 'EAGAIN'))
    return {
      cause: `No more processes can be started: the limit on your processes (${limit('Max processes')}), or that of a cgroup, is reached.`,
      hint: 'ulimit -u shows the first; end some processes, or raise it.',
    };
  return undefined;
};

/** A line of /proc/PID/limits: the name, the soft limit, the hard limit, the unit. */
function limit(name: string): string {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find(text => text.startsWith(name));
  return line?.slice(name.length).trim().split(/\s+/)[0] ?? 'not known';
}
