/** `tinydocker df`: what the store takes on disk. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import type { Usage } from '../host/disk-usage.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { storePaths } from '../host/store-paths.ts';
import { type KindUsage, storeUsage } from '../host/store-usage.ts';
import { shown } from '../plan/names.ts';
import { type Headings, type Line, listing, parseFormat } from '../ui/listing.ts';
import { size } from '../ui/messages.ts';
import { parseOptions } from './options.ts';

export const help = `Show what images and containers take on disk.

Examples
  tinydocker df
  tinydocker df --format '{{.Type}}: {{.Reclaimable}}'

Usage
  tinydocker df [OPTIONS]

A layer is counted once, however many images share it. What is RECLAIMABLE:
  Images      goes with image prune --all: no container stands on it
  Containers  goes with rm: kept containers that do not run
  Operations  nothing: what tinydocker ops lists is bounded by itself
  Leftovers   goes with prune: what killed runs and imports left
A "+" means that some files could not be looked at.

Options
      --format FORMAT  table, json, a template as docker takes it, or one
                       behind the word table
  -h, --help           print this text

Fields of templates
  .Type .TotalCount .Active .Size .Reclaimable

Exit status
  0  done
  1  the store can not be read
  2  the command line is wrong
`;

const OPTIONS = { format: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

const UNSUPPORTED = { verbose: 'tinydocker images and tinydocker ps -as tell the sizes one by one' };

const HEADINGS: Headings = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'df',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length > 0) throw usageError(`df takes no names, and got ${shown(positionals[0] ?? '')}.`);
  const format = parseFormat(values.format, HEADINGS, Object.keys(HEADINGS));
  const usages = await storeUsage(storePaths(probeStoreRoot()));
  process.stdout.write(listing(usages.map(lineOf), format, HEADINGS));
  return EXIT.ok;
}

function lineOf({ kind, total, active, size: all, reclaimable }: KindUsage): Line {
  const part = all.bytes === 0 ? '' : ` (${Math.floor((100 * reclaimable.bytes) / all.bytes)}%)`;
  return {
    Type: kind,
    TotalCount: String(total),
    Active: String(active),
    Size: sizeText(all),
    Reclaimable: `${sizeText(reclaimable)}${part}`,
  };
}

function sizeText({ bytes, complete }: Usage): string {
  return `${size(bytes)}${complete ? '' : '+'}`;
}
