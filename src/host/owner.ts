/** Who makes a container or an image, written down so that others can see whether it still lives. A PID alone is never trusted. */

import { readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';

export interface Owner {
  readonly pid: number;
  /** When it started, in clock ticks since the boot: field 22 of /proc/PID/stat, see proc(5). */
  readonly start: string;
  /** A number is only unique since a boot, and in a PID namespace. */
  readonly boot: string;
  readonly namespace: string;
}

/** This process, as an owner. */
export function thisOwner(): Owner {
  const { pid } = process;
  return { pid, start: startTime(pid) ?? '', ...surroundings() };
}

/** Whether the owner lives. Undefined when it can't be seen from here: it runs in another PID namespace. */
export function ownerLives(owner: Owner): boolean | undefined {
  const here = surroundings();
  if (owner.boot !== here.boot) return false;
  if (owner.namespace !== here.namespace) return undefined;
  return startTime(owner.pid) === owner.start;
}

/** When a process started, undefined when there is none of that number, or only one that has ended and was not waited for. */
export function startTime(pid: number): string | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses, and may contain any character.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Which boot of the machine this is. */
export function thisBoot(): string {
  return surroundings().boot;
}

let here: Pick<Owner, 'boot' | 'namespace'> | undefined;

/** Where and when numbers of processes mean what they mean to us. Looked up once: a process can not change either. */
export function surroundings(): Pick<Owner, 'boot' | 'namespace'> {
  here ??= {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    namespace: readlinkSync('/proc/self/ns/pid'),
  };
  return here;
}
