/** What the kernel tells of processes that it killed because there was no memory left. Read-only. */

import { readText } from './text-file.ts';

/**
 * How many processes of our control group, where a container of ours runs as well, the kernel has killed so: memory.events.local of cgroup v2, memory.oom_control of v1.
 * Empty when it does not say, as for the root of v2. A script has the same in a few lines of sh: OOM_KILLS_TEXT in plan/script.ts.
 */
export function oomKills(): string {
  for (const line of readText('/proc/self/cgroup').split('\n')) {
    const [, controllers, path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const file =
      controllers === ''
        ? `/sys/fs/cgroup${path}/memory.events.local`
        : controllers?.split(',').includes('memory')
          ? `/sys/fs/cgroup/memory${path}/memory.oom_control`
          : undefined;
    const count = file === undefined ? undefined : /^oom_kill (\d+)$/m.exec(readText(file))?.[1];
    if (count !== undefined) return count;
  }
  return '';
}
