/** `tinydocker save`: images as an archive that docker, podman and skopeo read. */

import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { newOperationId } from '../host/operation.ts';
import { outputPath } from '../host/output-file.ts';
import { savedImages } from '../host/saved-images.ts';
import { storePaths } from '../host/store-paths.ts';
import { planSave } from '../plan/image/plan-save.ts';
import { SAVE_FORMATS, type SaveFormat } from '../plan/image/save-input.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, planOptions } from './plan-options.ts';

export const help = `Save images as an archive that docker, podman and skopeo read.

Examples
  tinydocker save debian -o debian.tar            podman load -i debian.tar
  tinydocker save app:1 app:2 db -o all.tar       several, each layer once
  tinydocker save debian | gzip >debian.tar.gz    to stdout
  tinydocker save --format oci-dir app -o ./app   skopeo inspect oci:./app
  tinydocker save --dry-run app -o app.tar        see what it would do

Usage
  tinydocker save [OPTIONS] IMAGE[:TAG]... [-o FILE]    (also: image save)

The formats, with podman's names:
  docker-archive  docker load and podman load read it, several images included;
                  it is an OCI image layout as well
  oci-archive     an OCI image layout as a tar; oci is short for it
  oci-dir         an OCI image layout as a directory, which must not exist yet

Layers are not compressed, and have the digests that they came with; the id of
an image stays. The same images give the same bytes, whenever they are saved.
FILE is replaced when the archive is whole, not before.

Options
  -o, --output FILE    where to write it; stdout if left out
      --format FORMAT  docker-archive, the default; oci-archive; or oci-dir.
                       With --dry-run once more: sh or json, how to print it
      --dry-run        print the plan as a shell script, and do nothing
      --fail-at STEP   let this step fail on purpose, and undo everything
      --progress MODE  auto, tty, plain, json or quiet
      --pace TIME      wait before each step: 400ms, 2s
      --record FILE    write down what happens, for tinydocker replay
      --lang LANG      en or zh (Simplified Chinese): progress, and the comments
                       of --dry-run
  -q, --quiet          no progress
  -h, --help           print this text

Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

const OPTIONS = {
  ...PLAN_OPTIONS,
  format: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o' },
} as const;

const UNSUPPORTED = {
  compress: 'layers are saved as they are; compress the archive',
  uncompressed: 'layers are never compressed',
  m: 'several images always go into one archive',
  'multi-image-archive': 'several images always go into one archive',
  platform: "an image here is for this machine's kind only",
} as const;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'save',
    anywhere: true,
    unsupported: UNSUPPORTED,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { format, printed } = formats(values.format ?? []);
  const options = planOptions({ ...values, format: printed });
  if (positionals.length === 0)
    throw usageError('save needs the name of an image.', 'tinydocker images lists them.');
  const names = positionals.map(name => valueOf(parseImageName(name)));
  const facts = probeFacts();
  const { output } = values;
  if (output === undefined) refuseStdout(format, options.dryRun);
  const plan = planSave({
    ...savedImages(storePaths(facts.storeRoot), names),
    format,
    ...(output === undefined
      ? {}
      : { output: outputPath(output, format === 'oci-dir' ? 'directory' : 'file', facts.storeRoot) }),
    id: newOperationId(),
    facts,
  });
  return carryOut(plan, options, commandLine);
}

/** The archive's format and, for --dry-run, the plan's: one option for both, because their names differ. Throws a usage error for a name that is neither's. */
function formats(given: readonly string[]): {
  readonly format: SaveFormat;
  readonly printed: string | undefined;
} {
  const known = given.map(name => ({ name, format: archiveFormat(name) }));
  const printed = known.filter(({ format }) => format === undefined).map(({ name }) => name);
  const odd = printed.find(name => name !== 'sh' && name !== 'json');
  if (odd !== undefined)
    throw usageError(
      `--format ${shown(odd)} is not known.`,
      `An image is saved as ${SAVE_FORMATS.join(', ')}.`,
    );
  const archives = known.flatMap(({ format }) => format ?? []);
  if (new Set(archives).size > 1)
    throw usageError(`One archive has one format, and two were given: ${archives.join(', ')}.`);
  return { format: archives[0] ?? 'docker-archive', printed: printed.at(-1) };
}

function archiveFormat(name: string): SaveFormat | undefined {
  return name === 'oci' ? 'oci-archive' : SAVE_FORMATS.find(format => format === name);
}

function refuseStdout(format: SaveFormat, dryRun: boolean): void {
  if (format === 'oci-dir') throw usageError('oci-dir makes a directory, so it needs -o DIRECTORY.');
  if (dryRun || !process.stdout.isTTY) return;
  throw new UserError('An archive is not for a terminal to show.', {
    hint: 'Name a file: -o FILE; or let another program read it: tinydocker save IMAGE | gzip >FILE.',
  });
}
