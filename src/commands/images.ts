/** `tinydocker images`: what can be run. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { diskUsage, type Usage } from '../host/disk-usage.ts';
import { probeFacts } from '../host/facts.ts';
import { imageId, SHORT_ID } from '../host/image-details.ts';
import { layerDirectories, listImages } from '../host/images.ts';
import { storePaths } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import { age } from '../ui/age.ts';
import { messageText, size as sizeText } from '../ui/messages.ts';
import { table } from '../ui/table.ts';
import { parseOptions } from './options.ts';

export const help = `List the images.

Examples
  tinydocker images                    a table
  tinydocker images -q                 the names only
  tinydocker images --format json      one JSON object for each image

Usage
  tinydocker images [OPTIONS]          (also: tinydocker image ls)

SIZE is what the layers take on disk; layers that images share are counted for
each of them. A "+" means that some files could not be looked at.

Options
      --format FORMAT  how to print them: table or json
  -q, --quiet          only names
  -h, --help           print this text

Exit status
  0  done
  1  the store can not be read
  2  the command line is wrong
`;

const OPTIONS = {
  format: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HEADINGS = ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'] as const;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'images', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { format = 'table' } = values;
  if (format !== 'table' && format !== 'json')
    throw usageError(`--format ${shown(format)} is not known.`, 'Images are printed as table or json.');
  if (positionals.length > 0)
    throw usageError(`images takes no arguments, and got ${shown(positionals[0] ?? '')}.`);
  process.stdout.write(text(values.quiet ? 'names' : format));
  return EXIT.ok;
}

function text(format: 'names' | 'table' | 'json'): string {
  const paths = storePaths(probeFacts().storeRoot);
  const images = listImages(paths, ({ message: text, hint }) =>
    process.stderr.write(messageText({ kind: 'note', text, hint })),
  );
  if (format === 'names') return images.map(({ name }) => `${name}\n`).join('');
  const known = new Map<string, Usage>();
  const rows = images.map(image => {
    const layers = layerDirectories(paths, image).map(directory => {
      const usage = known.get(directory) ?? diskUsage(directory);
      known.set(directory, usage);
      return usage;
    });
    const colon = image.name.lastIndexOf(':');
    return {
      ...image,
      id: imageId(image),
      repository: image.name.slice(0, colon),
      tag: image.name.slice(colon + 1),
      size: layers.reduce((sum, { bytes }) => sum + bytes, 0),
      complete: layers.every(({ complete }) => complete),
    };
  });
  if (format === 'json')
    return rows
      .map(
        ({ name, id, repository, tag, created, layers, config, size }) =>
          `${JSON.stringify({ name, id: `sha256:${id}`, repository, tag, created, layers: layers.map(({ digest }) => digest), config, size })}\n`,
      )
      .join('');
  const now = Date.now();
  return table([
    HEADINGS,
    ...rows.map(({ repository, tag, id, created, size, complete }) => [
      repository,
      tag,
      id.slice(0, SHORT_ID),
      age(now - Date.parse(created)),
      `${sizeText(size)}${complete ? '' : '+'}`,
    ]),
  ]);
}
