/** `tinydocker image prune`: removes layers that nobody uses, and with --all images that no container uses. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { shortName } from '../host/images.ts';
import { findUnused, type UnusedImages } from '../host/layer-use.ts';
import { newOperationId } from '../host/operation.ts';
import { storePaths } from '../host/store-paths.ts';
import { parseImageFilter } from '../plan/image/image-filter.ts';
import { planRemoveImage } from '../plan/image/remove-image.ts';
import { shown } from '../plan/names.ts';
import { size } from '../ui/messages.ts';
import { table } from '../ui/table.ts';
import { confirmed } from './confirm.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

const OPTIONS = {
  ...PLAN_OPTIONS,
  all: { type: 'boolean', short: 'a' },
  force: { type: 'boolean', short: 'f' },
  filter: { type: 'string', multiple: true },
} as const;

export const help = `Remove layers that nothing uses, and images that no container uses.

Examples
  tinydocker image prune                             list layers, ask, remove
  tinydocker image prune --all                       images nobody runs as well
  tinydocker image prune --all --filter until=24h    made more than a day ago
  tinydocker image prune --force                     without a question
  tinydocker image prune --all --dry-run             see what it would do

Usage
  tinydocker image prune [OPTIONS]

When an image's name is given to another one, the layers of the old one stay:
they are what is removed, and the short links to them. With --all, each image
that no container uses (running, kept, or left by a crash) goes as well. What is
removed is listed first; what somebody begins to use meanwhile stays.

Options
  -a, --all            images that no container uses, too
  -f, --force          do not ask
      --filter FILTER  with --all, only images that were made before a time
                       (until=24h, until=2026-01-31), or have a label or not
                       (label=NAME, label=NAME=VALUE, label!=NAME)
${PLAN_OPTIONS_HELP}
Exit status
  0  done, or there was nothing to remove
  1  failed, and everything was put back; or the answer was no
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'image prune', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [surplus] = positionals;
  if (surplus !== undefined)
    throw usageError(
      `image prune takes no names, and ${shown(surplus)} is one.`,
      'tinydocker rmi NAME removes an image.',
    );
  const options = planOptions(values);
  const filters = values.filter ?? [];
  if (filters.length > 0 && !values.all)
    throw usageError(
      '--filter chooses among images, and without --all none is removed.',
      'tinydocker image prune --all --filter until=24h',
    );
  const filter = values.all ? valueOf(parseImageFilter(filters, Date.now())) : () => false;
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  // A layer that had no image before has no time of making, and no labels.
  const look = () => findUnused(paths, filter, filters.length === 0);
  const planOf = ({ images, links, layers }: UnusedImages) =>
    planRemoveImage({
      names: images.map(({ name }) => name),
      identities: images.map(({ identity }) => identity),
      links,
      layers: layers.map(({ digest }) => digest),
      id: newOperationId(),
      facts,
    });
  const listed = await look();
  const count = listed.images.length + listed.layers.length + listed.links.length;
  if (options.dryRun) return carryOut(planOf(listed), options, commandLine);
  if (!options.quiet) process.stdout.write(count === 0 ? 'There is nothing to remove.\n' : listing(listed));
  if (count === 0) return EXIT.ok;
  if (!values.force && !(await confirmed(count, 'image prune'))) return EXIT.failure;
  // The answer may have taken long.
  const removed = values.force ? listed : both(listed, await look());
  const status = await carryOut(planOf(removed), options, commandLine);
  const bytes = removed.layers.reduce((sum, layer) => sum + layer.bytes, 0);
  if (status === EXIT.ok && !options.quiet) process.stdout.write(`Freed ${size(bytes)}.\n`);
  return status;
}

/** What was listed and is still unused. */
function both(listed: UnusedImages, now: UnusedImages): UnusedImages {
  return {
    images: listed.images.filter(({ name, identity }) =>
      now.images.some(image => image.name === name && image.identity === identity),
    ),
    layers: listed.layers.filter(({ digest }) => now.layers.some(layer => layer.digest === digest)),
    links: listed.links.filter(link => now.links.includes(link)),
  };
}

function listing({ images, layers, links }: UnusedImages): string {
  return table([
    ['WHAT', 'NAME', 'SIZE', 'WHY'],
    ...images.map(({ name }) => ['image', shortName(name), '', 'no container uses it']),
    ...layers.map(({ digest, bytes }) => [
      'layer',
      digest.slice(0, 12),
      size(bytes),
      'no other image has it',
    ]),
    ...links.map(link => ['link', link, '', 'no other image uses it']),
  ]);
}
