/** `tinydocker events`: what happens to containers and images, while it happens. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { onStopSignal, signalStatus } from '../exec/signals.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { StoreWatch } from '../host/store-watch.ts';
import { parseMoment } from '../plan/moment.ts';
import { shown } from '../plan/names.ts';
import {
  EVENT_FIELDS,
  eventFields,
  eventJson,
  eventText,
  parseEventFilter,
  type StoreEvent,
} from '../plan/store-event.ts';
import { listing, parseFormat } from '../ui/listing.ts';
import { visible } from '../ui/visible.ts';
import { parseOptions } from './options.ts';

export const help = `Tell what happens to containers and images, while it happens.

Examples
  tinydocker events
  tinydocker events --filter event=die --format '{{.ID}} {{json .Actor}}'
  tinydocker events --since 1h --until 0s     the last hour, as it is known
  tinydocker events --format json             one JSON object for each

Usage
  tinydocker events [OPTIONS]

Of containers: create, start, die (with exitCode, where somebody saw it),
rename, destroy. Of images: tag and untag, when a name begins or ceases to mean
an image. There is no daemon that would remember: the past, for --since, is what
the containers that are still there know of themselves. Ctrl-C ends it.

Options
      --since TIME     also what happened since then: 10m, 2026-01-31T12:00:00
      --until TIME     end at that time
  -f, --filter FILTER  type=container|image, event=ACTION, container=NAME,
                       image=NAME; several of one kind: any of them
      --format FORMAT  json, or a template as docker takes it
  -h, --help           print this text

Fields of templates
  .Type .Action .Actor.ID .Actor.Attributes.name .ID .From (the image)
  .Time (seconds) .TimeNano .Status .Scope

Exit status
  0  the time of --until has come
  1  the store can not be read
  2  the command line is wrong
  128 + n  ended by signal n
`;

const OPTIONS = {
  since: { type: 'string' },
  until: { type: 'string' },
  filter: { type: 'string', short: 'f', multiple: true },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'events', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length > 0)
    throw usageError(
      `events takes no names, and got ${shown(positionals[0] ?? '')}.`,
      `tinydocker events --filter container=${positionals[0]} tells of one.`,
    );
  const now = Date.now();
  const since = momentOf(values.since, now) ?? now;
  const until = momentOf(values.until, now) ?? Number.POSITIVE_INFINITY;
  const filter = valueOf(parseEventFilter(values.filter ?? []));
  const textOf = renderer(values.format);
  return follow(storePaths(probeStoreRoot()), until, events => {
    const meant = events.filter(event => event.time >= since && event.time <= until && filter(event));
    process.stdout.write(meant.map(textOf).join(''));
  });
}

/** Until that moment, a signal, or the end of whoever reads. */
async function follow(
  paths: StorePaths,
  until: number,
  tell: (events: readonly StoreEvent[]) => void,
): Promise<number> {
  const stopped = new AbortController();
  let status: number = EXIT.ok;
  const stopListening = onStopSignal(signal => {
    status = signalStatus(signal);
    stopped.abort();
  });
  const watch = new StoreWatch(paths);
  try {
    tell(watch.look());
    while (!stopped.signal.aborted && process.stdout.writable && Date.now() < until) {
      await watch.changed(stopped.signal, until);
      if (!stopped.signal.aborted) tell(watch.look());
    }
    return status;
  } finally {
    watch.close();
    stopListening();
  }
}

function momentOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const moment = parseMoment(text, new Date(now))?.getTime();
  if (moment === undefined)
    throw usageError(
      `${shown(text)} is not a time.`,
      'Write 10m or 1h30m (ago), 2026-01-31T12:00:00, or seconds since 1970.',
    );
  return moment;
}

function renderer(format: string | undefined): (event: StoreEvent) => string {
  if (format === undefined) return event => `${visible(eventText(event))}\n`;
  if (format === 'json') return event => `${JSON.stringify(eventJson(event))}\n`;
  const headings = Object.fromEntries(EVENT_FIELDS.map(name => [name, name]));
  const template = parseFormat(format, headings, []);
  if (template.type === 'table')
    throw usageError(
      'Events are no table: nobody knows how wide the next one is.',
      '--format json, or a template.',
    );
  return event => listing([eventFields(event)], template, headings);
}
