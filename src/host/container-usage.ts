/** What a running container uses: the sum over its processes, because it has no control group of its own. Read-only. */

import { type ContainerProcess, processesOf } from './container-processes.ts';
import type { Init } from './init-process.ts';
import { readText } from './text-file.ts';

/** What was used up to a moment, or at it. Undefined is what the kernel does not tell this user. */
export interface ContainerUsage {
  /** Milliseconds, of a clock that is never set. */
  readonly at: number;
  /** Processor time since the container started, in clock ticks, that of processes that have ended included. */
  readonly ticks: number;
  /** Bytes of memory; of what several processes share, each has its part. */
  readonly memory: number;
  /** Bytes that came from disks and went to them. */
  readonly disk: Traffic | undefined;
  /** Bytes that came and went through network interfaces but loopback. */
  readonly network: Traffic;
  /** Processes and threads, which the kernel limits together. */
  readonly threads: number;
}

export interface Traffic {
  readonly read: number;
  readonly written: number;
}

/** The usage of each container; none for one whose init lives no longer. */
export function usagesOf(inits: readonly Init[]): ReadonlyMap<Init, ContainerUsage> {
  const usages = new Map<Init, ContainerUsage>();
  for (const [init, processes] of processesOf(inits))
    if (processes.length > 0) usages.set(init, usageOf(init, processes));
  return usages;
}

function usageOf(init: Init, processes: readonly ContainerProcess[]): ContainerUsage {
  const sum = (of: (process: ContainerProcess) => number) =>
    processes.reduce((total, one) => total + of(one), 0);
  const traffics = processes.map(({ pid }) => diskTraffic(pid));
  return {
    at: performance.now(),
    // The time of one that has ended goes to its parent, so that the sum over those that live is all.
    ticks: sum(({ ticks, childTicks }) => ticks + childTicks),
    memory: sum(memoryOf),
    disk: traffics.every(traffic => traffic === undefined)
      ? undefined
      : total(traffics.map(one => one ?? NOTHING)),
    network: networkTraffic(init.pid),
    threads: sum(({ threads }) => threads),
  };
}

const NOTHING: Traffic = { read: 0, written: 0 };

/** The proportional set size, where the kernel tells; else the resident one, in which shared memory counts for each that has it. */
function memoryOf({ pid, resident }: ContainerProcess): number {
  const proportional = /^Pss:\s*(\d+) kB$/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  return proportional === undefined ? resident : Number(proportional) * 1024;
}

/** As with processor time, what a child had read goes to its parent. */
function diskTraffic(pid: number): Traffic | undefined {
  const text = readText(`/proc/${pid}/io`);
  const [read, written] = ['read_bytes', 'write_bytes'].map(
    name => new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1],
  );
  return read === undefined || written === undefined
    ? undefined
    : { read: Number(read), written: Number(written) };
}

/** Of the network namespace that the process is in; see proc_pid_net(5). */
function networkTraffic(pid: number): Traffic {
  const lines = readText(`/proc/${pid}/net/dev`).split('\n').slice(2);
  return total(
    lines.flatMap(line => {
      const [name = '', counters = ''] = line.split(':');
      if (name.trim() === '' || name.trim() === 'lo') return [];
      const numbers = counters.trim().split(/\s+/).map(Number);
      return [{ read: numbers[0] ?? 0, written: numbers[8] ?? 0 }];
    }),
  );
}

function total(traffics: readonly Traffic[]): Traffic {
  return traffics.reduce(
    (sum, { read, written }) => ({ read: sum.read + read, written: sum.written + written }),
    NOTHING,
  );
}
