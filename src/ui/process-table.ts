/** Processes of a container as a table, with the container's numbers. Pure. */

import type { ContainerProcess } from '../host/container-processes.ts';
import { table } from './table.ts';
import { visible } from './visible.ts';

/** What the table needs to know besides the processes. */
export interface Surroundings {
  /** Clock ticks in a second, and since the boot. */
  readonly ticksPerSecond: number;
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The container's name or number of a user of the host. */
  readonly user: (uid: number) => string;
}

const HEADINGS = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Milliseconds. */
const DAY = 86_400_000;

/** The columns of `ps -ef`, which docker shows. */
export function processTable(processes: readonly ContainerProcess[], surroundings: Surroundings): string {
  const { ticksPerSecond, now, time, user } = surroundings;
  const sorted = processes.toSorted((one, other) => one.number - other.number);
  const rows = sorted.map(({ uid, number, parent, ticks, start, terminal, words, program }) => [
    visible(user(uid)),
    String(number),
    String(numberOf(parent, processes)),
    String(now > start ? Math.min(99, Math.floor((100 * ticks) / (now - start))) : 0),
    startText(time - ((now - start) / ticksPerSecond) * 1000, time),
    terminalName(terminal),
    spentText(Math.floor(ticks / ticksPerSecond)),
    visible(words.length > 0 ? words.join(' ') : `[${program}]`),
  ]);
  return table([HEADINGS, ...rows]);
}

/**
 * The lines that ps(1) printed about processes of the container, with the container's numbers; as in docker, the last column has the rest of a line. Undefined when there
 * is no column PID to tell them by.
 */
export function containerLines(output: string, processes: readonly ContainerProcess[]): string | undefined {
  const [head = '', ...lines] = output.split('\n').filter(line => line.trim() !== '');
  const headings = head.trim().split(/\s+/);
  const column = headings.indexOf('PID');
  if (column < 0) return undefined;
  const parents = headings.indexOf('PPID');
  const rows = lines.flatMap(line => {
    const cells = cellsOf(line, headings.length);
    const process = processes.find(({ pid }) => pid === Number(cells[column]));
    if (process === undefined) return [];
    return [
      cells.map((cell, index) => {
        if (index === column) return String(process.number);
        return visible(index === parents ? String(numberOf(Number(cell), processes)) : cell);
      }),
    ];
  });
  return table([headings, ...rows]);
}

/** Whoever is not of the container is 0 to it. */
function numberOf(pid: number, processes: readonly ContainerProcess[]): number {
  return processes.find(candidate => candidate.pid === pid)?.number ?? 0;
}

function cellsOf(line: string, columns: number): readonly string[] {
  const words = line.trim().split(/\s+/);
  return [...words.slice(0, columns - 1), words.slice(columns - 1).join(' ')];
}

/** "14:05" on the same day, else "Nov25", in local time, as ps(1) has it. */
function startText(start: number, now: number): string {
  const date = new Date(start);
  const recent = now - start < DAY && date.getDate() === new Date(now).getDate();
  if (!recent) return `${MONTHS[date.getMonth()]}${String(date.getDate()).padStart(2, '0')}`;
  return [date.getHours(), date.getMinutes()].map(twoDigits).join(':');
}

function spentText(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** Majors 136 to 143 are pseudo terminals; see "devices.txt" of the kernel. */
function terminalName(device: number): string {
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)];
  return major >= 136 && major <= 143 ? `pts/${minor + (major - 136) * 256}` : '?';
}
