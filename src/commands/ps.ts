/** `tinydocker ps`: which containers there are, and what they do. */

import { join } from 'node:path';
import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { layersOf } from '../host/container-layers.ts';
import { type ContainerLook, createdTime, lookAtContainers, stateWord } from '../host/container-look.ts';
import { diskUsage } from '../host/disk-usage.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { shortName } from '../host/images.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { CONTAINER_STATES, type Filterable, parseContainerFilter } from '../plan/container-filter.ts';
import { shown } from '../plan/names.ts';
import { timeSpan } from '../ui/age.ts';
import { commandText, statusText, timeText } from '../ui/container-text.ts';
import { type Headings, type Line, listing, parseFormat } from '../ui/listing.ts';
import { size } from '../ui/messages.ts';
import { visible } from '../ui/visible.ts';
import { parseOptions } from './options.ts';

export const help = `List containers.

Examples
  tinydocker ps                                 those that run
  tinydocker ps -a                              those that have ended, too
  tinydocker ps -aq --filter exited=137         names only, of some
  tinydocker ps --format '{{.Names}}: {{.Status}}'
  tinydocker ps --format json                   one JSON object for each

Usage
  tinydocker ps [OPTIONS]

The newest comes first. A container that has ended is listed when it was kept.
STATUS is what the kernel says; "Lost" and "Gone: the machine restarted" mean
that nobody lived to see how the container ended.

Options
  -a, --all            all of them
  -n, --last N         the N newest, whatever they do
  -l, --latest         the newest, whatever it does
  -q, --quiet          only names
  -s, --size           what their writable layers take on disk
      --no-trunc       do not shorten commands
  -f, --filter FILTER  name=PART, status=${CONTAINER_STATES.join('|')},
                       exited=STATUS, ancestor=IMAGE, before=NAME, since=NAME,
                       volume=PATH; several of one kind: any of them
      --format FORMAT  table, json, a template as docker takes it, or one
                       behind the word table
  -h, --help           print this text

Fields of templates
  .Names .Image .Command .CreatedAt .RunningFor .State .Status .Size .Mounts
  .ID (the name, too) .Ports (none) .Networks (none)

Exit status
  0  done
  1  the store can not be read
  2  the command line is wrong
`;

const OPTIONS = {
  all: { type: 'boolean', short: 'a' },
  last: { type: 'string', short: 'n' },
  latest: { type: 'boolean', short: 'l' },
  quiet: { type: 'boolean', short: 'q' },
  size: { type: 'boolean', short: 's' },
  'no-trunc': { type: 'boolean' },
  filter: { type: 'string', short: 'f', multiple: true },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HEADINGS: Headings = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Mounts: 'MOUNTS',
  Networks: 'NETWORKS',
};
const COLUMNS = ['Names', 'Image', 'Command', 'RunningFor', 'Status'];

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'ps', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length > 0)
    throw usageError(
      `ps takes no names, and got ${shown(positionals[0] ?? '')}.`,
      `tinydocker ps -a --filter name=${positionals[0]} finds it.`,
    );
  const last = values.latest ? 1 : lastOf(values.last);
  const filters = values.filter ?? [];
  const filter = valueOf(parseContainerFilter(filters));
  const format = parseFormat(values.format, HEADINGS, values.size ? [...COLUMNS, 'Size'] : COLUMNS);
  // Who asks for those that have ended means them.
  const all = values.all || last !== undefined || filters.some(text => /^(status|exited)=/.test(text));

  const paths = storePaths(probeStoreRoot());
  const looks = await lookAtContainers(paths);
  const filterables = looks.map(filterableOf);
  const chosen = looks
    .filter((look, index) => {
      const filterable = filterables[index];
      if (filterable === undefined || !filter(filterable, filterables)) return false;
      return all || look.status.type === 'running';
    })
    .slice(0, last);
  if (values.quiet && values.format === undefined) {
    process.stdout.write(chosen.map(({ container }) => `${container.name}\n`).join(''));
    return EXIT.ok;
  }
  const now = Date.now();
  const whole = values['no-trunc'] ?? false;
  const lines = chosen.map(look => ({
    ...lineOf(look, now, whole),
    Size: values.size || /\.Size\b/.test(values.format ?? '') ? sizeOf(paths, look) : '',
  }));
  process.stdout.write(listing(lines, format, HEADINGS));
  return EXIT.ok;
}

function lastOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '-1') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw usageError(`${shown(text)} is not a number of containers.`);
  return Number(text) || undefined;
}

function lineOf(look: ContainerLook, now: number, whole: boolean): Line {
  const { container, created } = look;
  return {
    ID: container.name,
    Names: container.name,
    Image: container.image === undefined ? '' : visible(shortName(container.image)),
    Command: commandText(container.args, whole),
    CreatedAt: created === undefined ? '' : timeText(created),
    RunningFor: created === undefined ? 'unknown' : `${timeSpan(now - created.getTime())} ago`,
    Ports: '',
    State: stateWord(look),
    Status: statusText(look, now),
    Mounts: visible(mountsOf(look).join(',')),
    Networks: 'none',
  };
}

function filterableOf(look: ContainerLook): Filterable {
  const { container, status } = look;
  return {
    name: container.name,
    image: container.image ?? '',
    state: stateWord(look),
    exitStatus: status.type === 'exited' ? status.status : undefined,
    created: createdTime(look),
    mounts: [...mountsOf(look), ...container.mounts],
  };
}

/** What of the host is mounted in it. */
function mountsOf({ container }: ContainerLook): readonly string[] {
  return (container.record?.mounts ?? []).flatMap(({ type, source }) => (type === 'bind' ? [source] : []));
}

/** Its own files, and with those of its image, as docker says it. A "+": some could not be looked at. */
function sizeOf(paths: StorePaths, { container }: ContainerLook): string {
  const own = diskUsage(join(container.directory, 'upper'));
  const layers = layersOf(paths, container).map(diskUsage);
  const all = layers.reduce((sum, { bytes }) => sum + bytes, own.bytes);
  const mark = own.complete && layers.every(({ complete }) => complete) ? '' : '+';
  return `${size(own.bytes)}${own.complete ? '' : '+'} (virtual ${size(all)}${mark})`;
}
