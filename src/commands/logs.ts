/** `tinydocker logs`: what a container in the background has written. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { containerStatus } from '../host/container-status.ts';
import { containerStateNow, type StoredContainer } from '../host/containers.ts';
import { watchDirectory } from '../host/directory-watch.ts';
import { probeFacts } from '../host/facts.ts';
import { openLogReader } from '../host/log-reader.ts';
import { requireContainer } from '../host/no-container.ts';
import type { Output, OutputReader } from '../host/output-reader.ts';
import { openRawOutput } from '../host/raw-output-reader.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import type { LogStream } from '../plan/log-entry.ts';
import { parseMoment } from '../plan/moment.ts';
import { shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';

const OPTIONS = {
  follow: { type: 'boolean', short: 'f' },
  tail: { type: 'string', short: 'n' },
  since: { type: 'string' },
  until: { type: 'string' },
  timestamps: { type: 'boolean', short: 't' },
  help: { type: 'boolean', short: 'h' },
} as const;

const UNSUPPORTED = { details: 'a log has the output, its stream and its time, and nothing else' };

export const help = `Show what a container in the background has written.

Examples
  tinydocker logs web1               all that is kept
  tinydocker logs -f --tail 20 web1  the last 20 lines, then whatever comes
  tinydocker logs -t --since 10m web1    with times, of the last ten minutes
  tinydocker logs web1 2>/dev/null   only its stdout

Usage
  tinydocker logs [OPTIONS] NAME

It works while the container runs, and after it ended if it was kept. What it
wrote to stdout goes to stdout, and its stderr to stderr; of a container with a
terminal (run -dt) all goes to stdout. The log has at most --log-max bytes (see
tinydocker run --help): what is oldest goes first. -f ends when the container
has ended. The output of a container in the foreground went to whoever started
it, and is not kept.

A moment is so long ago (10m, 1h30m), a date (2026-01-02T15:04:05Z, or less:
2026-01-02; local time if it names no zone), or seconds since 1970.

Options
  -f, --follow         go on with whatever comes
  -n, --tail N         only the last N lines; all if left out
      --since MOMENT   only what was written at that moment, or later
      --until MOMENT   only what was written at that moment, or before
  -t, --timestamps     write the time before each line
  -h, --help           print this text

Exit status
  0  done
  1  there is no such container, or it has no log
  2  the command line is wrong
`;

interface Selection {
  readonly follow: boolean;
  /** How many lines; undefined for all. */
  readonly tail: number | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  readonly timestamps: boolean;
}

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'logs',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [name, surplus] = positionals;
  if (name === undefined)
    throw usageError('Which container has written it?', 'For example: tinydocker logs web1');
  if (surplus !== undefined)
    throw usageError(`logs takes one container, and got ${shown(surplus)} too.`, 'Options come with a dash.');
  const selection: Selection = {
    follow: values.follow ?? false,
    tail: tailOf(values.tail),
    since: momentOf('--since', values.since),
    until: momentOf('--until', values.until),
    timestamps: values.timestamps ?? false,
  };
  const container = await containerOf(storePaths(probeFacts().storeRoot), name);
  const reader = openReader(container, selection);
  try {
    await print(reader, container, selection);
  } finally {
    reader.close();
  }
  return EXIT.ok;
}

function tailOf(text: string | undefined): number | undefined {
  if (text === undefined || text === 'all' || text === '-1') return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw usageError(`${shown(text)} is no number of lines.`, '--tail takes a number, or all.');
  return Number(text);
}

function momentOf(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const moment = parseMoment(text, new Date());
  if (moment === undefined)
    throw usageError(
      `${option} ${shown(text)} is no moment.`,
      'Write how long ago (10m, 1h30m), a date (2026-01-02T15:04:05Z), or seconds since 1970.',
    );
  return moment;
}

async function containerOf(paths: StorePaths, name: string): Promise<StoredContainer> {
  const container = await requireContainer(paths, name);
  return container;
}

/** Throws a UserError when nothing was kept, or not what the selection needs. */
function openReader({ name, directory, state }: StoredContainer, selection: Selection): OutputReader {
  const log = openLogReader(directory, selection.tail);
  if (log !== undefined) return log;
  const raw = openRawOutput(directory, selection.tail);
  if (raw === undefined && containerStatus(directory, state).type === 'created')
    throw new UserError(`The container ${shown(name)} has not started, so it has written nothing.`);
  if (raw === undefined)
    throw new UserError(
      `The container ${shown(name)} has no log: its output went to whoever started it in the foreground.`,
      { hint: 'run -d and start keep the output.' },
    );
  const { timestamps, since, until } = selection;
  if (!timestamps && since === undefined && until === undefined) return raw;
  raw.close();
  throw new UserError(
    `The container ${shown(name)} was started by a printed script, which keeps its output without times.`,
    { hint: `tinydocker logs ${name} shows it: stdout first, then stderr.` },
  );
}

/** Until all is printed, and, if asked for, the container has ended; or until nobody reads any more. */
async function print(
  reader: OutputReader,
  { directory, record }: StoredContainer,
  selection: Selection,
): Promise<void> {
  const write = writer(record?.process.terminal === true, selection);
  const watch = selection.follow ? watchDirectory(directory) : undefined;
  try {
    for (let last = watch === undefined; ; ) {
      const outputs = reader.next();
      if (outputs.length > 0) {
        if ((await write(outputs)) === 'over') return;
      } else if (last) return;
      else {
        // What it wrote before it ended is in the log by now: one more look finds it.
        last = containerStateNow(directory) !== 'alive' || isPast(selection.until);
        if (!last) await watch?.changed();
      }
    }
  } finally {
    watch?.close();
  }
}

function isPast(moment: Date | undefined): boolean {
  return moment !== undefined && moment.getTime() < Date.now();
}

/** Writes what is asked for. "over": nothing more will be, or nobody reads it. */
function writer(
  terminal: boolean,
  { since, until, timestamps }: Selection,
): (outputs: readonly Output[]) => Promise<'more' | 'over'> {
  let closed = false;
  process.stdout.on('error', () => {
    closed = true;
  });
  const continued = new Set<LogStream>();
  return async outputs => {
    const parts: { stream: LogStream; bytes: Buffer[] }[] = [];
    let over = false;
    for (const { stream, bytes, time } of outputs) {
      if (until !== undefined && time !== undefined && time > until) {
        over = true;
        break;
      }
      if (since !== undefined && time !== undefined && time < since) continue;
      const target = terminal ? 'stdout' : stream;
      if (parts.at(-1)?.stream !== target) parts.push({ stream: target, bytes: [] });
      const begins = timestamps && time !== undefined && !continued.has(stream);
      parts.at(-1)?.bytes.push(...(begins ? [timestamp(time)] : []), bytes);
      if (bytes.at(-1) === 0x0a) continued.delete(stream);
      else continued.add(stream);
    }
    for (const { stream, bytes } of parts) {
      const target = stream === 'stdout' ? process.stdout : process.stderr;
      if (!closed && !target.write(Buffer.concat(bytes))) await untilWritable(target);
    }
    return over || closed ? 'over' : 'more';
  };
}

/** Settles when there is room, or nobody reads any more. */
function untilWritable(target: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => {
    for (const event of ['drain', 'close', 'error']) target.once(event, () => resolve());
  });
}

/** As docker writes it, with nine digits. */
function timestamp(time: Date): Buffer {
  return Buffer.from(`${time.toISOString().replace('Z', '000000Z')} `);
}
