/** `tinydocker inspect`: everything that is known of containers and images, as JSON. */

import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { containerDetails } from '../host/container-details.ts';
import { lookAt } from '../host/container-look.ts';
import { findContainer } from '../host/containers.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { findImage } from '../host/images.ts';
import { noSuchContainer } from '../host/no-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { containerNameFailure, parseImageName, shown } from '../plan/names.ts';
import { type Data, fillTemplate, parseTemplate } from '../plan/template.ts';
import { messageText } from '../ui/messages.ts';
import { imageDescription } from './image-inspect.ts';
import { parseOptions } from './options.ts';

const TYPES = ['container', 'image'] as const;
type Type = (typeof TYPES)[number];

export const help = `Show everything that is known of containers and images, as JSON.

Examples
  tinydocker inspect c1
  tinydocker inspect --format '{{.State.Status}} {{.State.ExitCode}}' c1
  tinydocker inspect --format '{{json .Mounts}}' c1
  tinydocker inspect c1 | jq -r '.[0].Config.Env[]'

Usage
  tinydocker inspect [OPTIONS] NAME...

The output is one JSON array, with docker's names for what there is. A name is
that of a container; when there is none, that of an image. State is what the
kernel says. State.Pid is the host's number of the container's PID 1.

Options
  -f, --format TEMPLATE  one line for each, by docker's templates; json is the
                         array
      --type TYPE        container or image: look only there
  -h, --help             print this text

Exit status
  0  done
  1  one of them does not exist; the others are printed
  2  the command line is wrong
`;

const OPTIONS = {
  format: { type: 'string', short: 'f' },
  type: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const UNSUPPORTED = { size: 'tinydocker ps -s tells what writable layers take' };

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'inspect',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const type = typeOf(values.type);
  if (positionals.length === 0)
    throw usageError(
      'inspect needs the name of a container or an image.',
      'tinydocker ps -a lists containers.',
    );
  const { format } = values;
  const template = format === undefined || format === 'json' ? undefined : valueOf(parseTemplate(format));
  const paths = storePaths(probeStoreRoot());
  const found: Data[] = [];
  const missing: UserError[] = [];
  for (const name of positionals) {
    const details = await detailsOf(paths, name, type);
    if (details instanceof UserError) missing.push(details);
    else found.push(details);
  }
  process.stdout.write(
    template === undefined
      ? `${JSON.stringify(found, undefined, 2)}\n`
      : found.map(details => `${valueOf(fillTemplate(template, details))}\n`).join(''),
  );
  for (const { message: text, hint } of missing)
    process.stderr.write(messageText({ kind: 'error', text, hint }));
  return missing.length > 0 ? EXIT.failure : EXIT.ok;
}

function typeOf(text: string | undefined): Type | undefined {
  const type = TYPES.find(candidate => candidate === text);
  if (text !== undefined && type === undefined)
    throw usageError(`--type ${shown(text)} is not known.`, 'There are container and image.');
  return type;
}

/** The container or the image of that name; an error as a value when there is none. */
async function detailsOf(paths: StorePaths, name: string, type: Type | undefined): Promise<Data | UserError> {
  if (type !== 'image' && containerNameFailure(name) === undefined) {
    const container = await findContainer(paths, name);
    if (container !== undefined) return containerDetails(paths, lookAt(container));
  }
  const imageName = parseImageName(name);
  const image = type === 'container' || !imageName.ok ? undefined : findImage(paths, imageName.value);
  // What is printed as JSON is what templates see: without what is undefined.
  if (image !== undefined) return JSON.parse(JSON.stringify(imageDescription(paths, image))) as Data;
  if (type === 'container') return noSuchContainer(paths, name, 'all');
  return new UserError(`There is no ${type ?? 'container and no image'} ${shown(name)}.`, {
    hint: `tinydocker ${type === undefined ? 'ps -a and tinydocker ' : ''}images list${type === undefined ? '' : 's'} what there is.`,
  });
}
