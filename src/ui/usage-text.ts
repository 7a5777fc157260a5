/** What a container uses, in docker's columns. Pure. */

import type { ContainerUsage, Traffic } from '../host/container-usage.ts';
import type { Headings, Line } from './listing.ts';
import { size } from './messages.ts';

export const USAGE_HEADINGS: Headings = {
  ID: 'CONTAINER ID',
  Container: 'CONTAINER',
  Name: 'NAME',
  CPUPerc: 'CPU %',
  MemUsage: 'MEM USAGE / LIMIT',
  MemPerc: 'MEM %',
  NetIO: 'NET I/O',
  BlockIO: 'BLOCK I/O',
  PIDs: 'PIDS',
};
export const USAGE_COLUMNS = ['Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'];

/** docker's word for what is not known. */
const UNKNOWN = '--';

export interface Machine {
  readonly ticksPerSecond: number;
  /** Bytes. */
  readonly memory: number;
}

/** One line: the processor between two looks, the rest at the second. One processor in use all the time is 100 %. */
export function usageLine(
  name: string,
  before: ContainerUsage | undefined,
  now: ContainerUsage | undefined,
  { ticksPerSecond, memory }: Machine,
): Line {
  const names = { ID: name, Container: name, Name: name };
  if (now === undefined)
    return {
      ...names,
      ...{ CPUPerc: UNKNOWN, MemUsage: `${UNKNOWN} / ${UNKNOWN}`, MemPerc: UNKNOWN },
      ...{ NetIO: UNKNOWN, BlockIO: UNKNOWN, PIDs: UNKNOWN },
    };
  return {
    ...names,
    CPUPerc: before === undefined ? UNKNOWN : percent(processorPart(before, now, ticksPerSecond)),
    MemUsage: `${size(now.memory)} / ${size(memory)}`,
    MemPerc: percent(now.memory / memory),
    NetIO: trafficText(now.network),
    BlockIO: now.disk === undefined ? UNKNOWN : trafficText(now.disk),
    PIDs: String(now.threads),
  };
}

/** A process whose parent does not want to know of its end takes its time with it, so the sum may shrink. */
function processorPart(before: ContainerUsage, now: ContainerUsage, ticksPerSecond: number): number {
  const seconds = (now.at - before.at) / 1000;
  return seconds <= 0 ? 0 : Math.max(0, now.ticks - before.ticks) / ticksPerSecond / seconds;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)}%`;
}

function trafficText({ read, written }: Traffic): string {
  return `${size(read)} / ${size(written)}`;
}
