/** `tinydocker history`: the layers of an image, and the commands that made them. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { imageConfig, layerUsages, SHORT_ID } from '../host/image-details.ts';
import { requireImage } from '../host/images.ts';
import { storePaths } from '../host/store-paths.ts';
import type { ImageRecord } from '../plan/image/image.ts';
import type { HistoryEntry } from '../plan/image/oci-config.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { age } from '../ui/age.ts';
import { size } from '../ui/messages.ts';
import { table } from '../ui/table.ts';
import { visible } from '../ui/visible.ts';
import { parseOptions } from './options.ts';

export const help = `Show the layers of an image, and what made them.

Examples
  tinydocker history debian                  newest first
  tinydocker history --no-trunc debian       whole commands and digests
  tinydocker history --format json debian    one JSON object for each entry

Usage
  tinydocker history [OPTIONS] IMAGE[:TAG]   (also: image history)

SIZE is what the layer takes on disk; an entry without a LAYER changed only the
configuration. A "+" means that some files could not be looked at.

Options
      --format FORMAT  how to print them: table or json
      --no-trunc       do not shorten commands and digests
  -h, --help           print this text

Exit status
  0  done
  1  there is no such image, or the store can not be read
  2  the command line is wrong
`;

const OPTIONS = {
  format: { type: 'string' },
  'no-trunc': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HEADINGS = ['LAYER', 'CREATED', 'CREATED BY', 'SIZE', 'COMMENT'] as const;
/** Characters of a command that are shown, as docker does. */
const SHORT_COMMAND = 45;

interface Entry extends HistoryEntry {
  /** Digest of the layer, undefined when the entry made none. */
  readonly layer?: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly complete: boolean;
}

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'history', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { format = 'table' } = values;
  if (format !== 'table' && format !== 'json')
    throw usageError(`--format ${shown(format)} is not known.`, 'A history is printed as table or json.');
  const [name, surplus] = positionals;
  if (name === undefined) throw usageError('history needs an image.', 'tinydocker images lists them.');
  if (surplus !== undefined) throw usageError(`history takes one image, and got ${shown(surplus)} too.`);
  const paths = storePaths(probeFacts().storeRoot);
  const image = requireImage(paths, valueOf(parseImageName(name)));
  const entries = entriesOf(image, layerUsages(paths, image)).toReversed();
  process.stdout.write(format === 'json' ? json(entries) : text(entries, values['no-trunc'] ?? false));
  return EXIT.ok;
}

/** Oldest first. Layers that the history does not tell of come last: tools that squash an image leave it short. */
function entriesOf(
  image: ImageRecord,
  usages: readonly { readonly bytes: number; readonly complete: boolean }[],
): readonly Entry[] {
  let next = 0;
  const take = (entry: HistoryEntry): Entry => {
    const layer = image.layers[next]?.digest;
    const usage = usages[next];
    next += 1;
    return {
      ...entry,
      ...(layer === undefined ? {} : { layer }),
      size: usage?.bytes ?? 0,
      complete: usage?.complete ?? true,
    };
  };
  const told = imageConfig(image).history.map(entry =>
    entry.empty_layer ? { ...entry, size: 0, complete: true } : take(entry),
  );
  const rest = image.layers.slice(next).map(() => take({}));
  return [...told, ...rest];
}

function json(entries: readonly Entry[]): string {
  return entries
    .map(
      ({ layer, created, created_by: createdBy, comment, size: bytes }) =>
        `${JSON.stringify({ layer: layer === undefined ? null : `sha256:${layer}`, created, createdBy, comment, size: bytes })}\n`,
    )
    .join('');
}

function text(entries: readonly Entry[], whole: boolean): string {
  const now = Date.now();
  const shorten = (words: string) =>
    whole || words.length <= SHORT_COMMAND ? words : `${words.slice(0, SHORT_COMMAND - 3)}...`;
  return table([
    HEADINGS,
    ...entries.map(({ layer, created, created_by: createdBy = '', comment = '', size: bytes, complete }) => [
      layer?.slice(0, whole ? undefined : SHORT_ID) ?? '-',
      created === undefined ? '-' : age(now - Date.parse(created)),
      shorten(visible(createdBy.replaceAll(/\s+/g, ' '))),
      `${size(bytes)}${complete ? '' : '+'}`,
      visible(comment),
    ]),
  ]);
}
