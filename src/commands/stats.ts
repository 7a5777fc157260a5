/** `tinydocker stats`: what running containers use. */

import { totalmem } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../errors.ts';
import { onStopSignal, signalStatus } from '../exec/signals.ts';
import { lookAtContainers } from '../host/container-look.ts';
import { TICKS_PER_SECOND } from '../host/container-processes.ts';
import { type ContainerUsage, usagesOf } from '../host/container-usage.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { existingContainer } from '../host/running-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { type Format, type Line, listing, parseFormat } from '../ui/listing.ts';
import { openLiveTable } from '../ui/live-table.tsx';
import { USAGE_COLUMNS, USAGE_HEADINGS, usageLine } from '../ui/usage-text.ts';
import { parseOptions } from './options.ts';

export const help = `Show what running containers use, again and again.

Examples
  tinydocker stats                 all that run, redrawn each second
  tinydocker stats c1 c2           some
  tinydocker stats --no-stream     once
  tinydocker stats --format json   one JSON object for each, each second

Usage
  tinydocker stats [OPTIONS] [NAME...]

A container has no control group of its own: what is shown is the sum over its
processes, as /proc tells it. One processor in use all the time is 100 %. Memory
that processes share is divided among them; the limit is the machine's memory.
PIDS counts threads. Ctrl-C ends it.

Options
  -a, --all            also those that do not run
      --no-stream      look once, over one second
      --no-trunc       do not shorten anything; nothing is
      --format FORMAT  table, json, a template as docker takes it, or one
                       behind the word table
  -h, --help           print this text

Fields of templates
  ${Object.keys(USAGE_HEADINGS)
    .map(name => `.${name}`)
    .join(' ')}

Exit status
  0  done
  1  a container does not exist, or the store can not be read
  2  the command line is wrong
  128 + n  ended by signal n
`;

const OPTIONS = {
  all: { type: 'boolean', short: 'a' },
  'no-stream': { type: 'boolean' },
  'no-trunc': { type: 'boolean' },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Between two looks, in milliseconds. */
const INTERVAL_MS = 1000;

/** What a container used at a look; undefined when it does not run. By name. */
type Look = ReadonlyMap<string, { readonly start: string; readonly usage: ContainerUsage } | undefined>;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'stats', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const format = parseFormat(values.format, USAGE_HEADINGS, USAGE_COLUMNS);
  const paths = storePaths(probeStoreRoot());
  const names = [...new Set(positionals)];
  for (const name of names) await existingContainer(paths, name);
  const lookNow = () => look(paths, names, values.all ?? false);
  const before = await lookNow();
  if (values['no-stream']) {
    await sleep(INTERVAL_MS);
    process.stdout.write(text(before, await lookNow(), format));
    return EXIT.ok;
  }
  return follow(before, lookNow, format);
}

/** Until a signal comes, or nobody reads any more. */
async function follow(first: Look, lookNow: () => Promise<Look>, format: Format): Promise<number> {
  const stopped = new AbortController();
  let status: number = EXIT.ok;
  const stopListening = onStopSignal(signal => {
    status = signalStatus(signal);
    stopped.abort();
  });
  const table = await openLiveTable(format.type === 'table');
  let before = first;
  while (!stopped.signal.aborted && process.stdout.writable) {
    await sleep(INTERVAL_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    if (stopped.signal.aborted) break;
    const now = await lookNow();
    table.show(text(before, now, format));
    before = now;
  }
  table.end();
  stopListening();
  return status;
}

/** By name; of all that run, when no names are given. */
async function look(paths: StorePaths, names: readonly string[], all: boolean): Promise<Look> {
  const looks = await lookAtContainers(paths);
  const inits = new Map(
    looks.flatMap(({ container, status }) =>
      status.type === 'running' ? [[container.name, status.init] as const] : [],
    ),
  );
  const shown =
    names.length > 0
      ? names
      : looks.map(({ container }) => container.name).filter(name => all || inits.has(name));
  const wanted = shown.flatMap(name => inits.get(name) ?? []);
  const usages = usagesOf(wanted);
  return new Map(
    shown.map(name => {
      const init = inits.get(name);
      const usage = init === undefined ? undefined : usages.get(init);
      return [name, init === undefined || usage === undefined ? undefined : { start: init.start, usage }];
    }),
  );
}

function text(before: Look, now: Look, format: Format): string {
  const machine = { ticksPerSecond: TICKS_PER_SECOND, memory: totalmem() };
  const lines: readonly Line[] = [...now].map(([name, current]) => {
    const earlier = before.get(name);
    // One that was started again meanwhile has used nothing before.
    const same = earlier !== undefined && earlier.start === current?.start ? earlier.usage : undefined;
    return usageLine(name, same, current?.usage, machine);
  });
  return listing(lines, format, USAGE_HEADINGS);
}
