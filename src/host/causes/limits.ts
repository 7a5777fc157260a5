/** The limits on files and processes leave too little room: setrlimit(2) sets those of a user, a control group has its own; see cgroups(7). */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { readText } from '../text-file.ts';
import type { Cause, Diagnosis } from './scene.ts';
import { says } from './scene.ts';

export const limitReached: Cause = scene => {
  if (says(scene, 'EMFILE'))
    return {
      cause: `No more files can be opened: the limit on open files is ${limit('Max open files')}.`,
      hint: 'ulimit -n 1024 raises it.',
    };
  if (says(scene, 'EAGAIN')) return fullGroup() ?? tooManyProcesses();
  return undefined;
};

/** fork(2) says EAGAIN for both; a group counts how often it refused. */
function fullGroup(): Diagnosis | undefined {
  const group = pidsGroups().find(directory => /^max [1-9]/m.test(readText(join(directory, 'pids.events'))));
  if (group === undefined) return undefined;
  const most = readText(join(group, 'pids.max')).trim();
  return {
    cause: `No more processes can be started: the control group ${group} takes ${most} at most, threads included.`,
    hint: `End some of them, or raise the limit, as root: echo max >${group}/pids.max.`,
    checked: [{ what: 'pids.events of the control group counts refusals', holds: true, culprit: true }],
    lesson: 'a-process',
  };
}

function tooManyProcesses(): Diagnosis {
  const most = limit('Max processes');
  return {
    cause: `No more processes can be started: the limit on your processes is ${most}, and you have ${processesOf(process.getuid?.() ?? 0)}, threads included.`,
    hint: 'ulimit -u shows it; end some processes, or raise it.',
    checked: [
      { what: 'a control group counts refusals', holds: false },
      { what: `at most ${most} processes`, holds: true, culprit: true },
    ],
    lesson: 'a-process',
  };
}

/** The directories of this process's control group and those around it, where processes are counted: cgroup v2, or v1's "pids". */
function pidsGroups(): readonly string[] {
  const directories: string[] = [];
  for (const line of readText('/proc/self/cgroup').split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== '' && !controllers.split(',').includes('pids')) continue;
    const top = controllers === '' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids';
    for (let at = path; at.length > 1; at = dirname(at)) directories.push(join(top, at));
  }
  return directories;
}

/** Threads are counted as processes are; those of users whose /proc is not for us to read are not ours. */
function processesOf(uid: number): number {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => readText(`/proc/${name}/status`))
    .filter(status => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status))
    .reduce((sum, status) => sum + Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1), 0);
}

/** A line of /proc/PID/limits: the name, the soft limit, the hard limit, the unit. */
function limit(name: string): string {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find(text => text.startsWith(name));
  return line?.slice(name.length).trim().split(/\s+/)[0] ?? 'not known';
}
