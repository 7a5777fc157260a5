/** `tinydocker load`: images from an archive that docker, podman or skopeo wrote. */

import process from 'node:process';
import { readImageArchive } from '../archive/image-archive.ts';
import { archiveImport } from '../archive/import-archive.ts';
import { EXIT, usageError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { planImport } from '../plan/image/plan-import.ts';
import { shown } from '../plan/names.ts';
import { IMPORT_OPTIONS, IMPORT_OPTIONS_HELP, maxSize } from './import-options.ts';
import { parseOptions } from './options.ts';
import { carryOut, planOptions } from './plan-options.ts';

export const help = `Load images from an archive.

Examples
  tinydocker load debian.tar       docker save -o debian.tar debian made it
  tinydocker load app.tar.gz       podman save app | gzip >app.tar.gz
  tinydocker load ./debian         skopeo copy docker://debian oci:debian:12
  tinydocker load --dry-run x.tar  see what it would do

Usage
  tinydocker load [OPTIONS] ARCHIVE                (also: load -i ARCHIVE)

ARCHIVE is a docker-archive or an OCI image layout: a tar (plain, or compressed
with gzip, xz or zstd) or a directory. All its images are loaded under their own
names; tinydocker image import NAME ARCHIVE gives its only image another one.

Each layer is compared with the digest that the image's configuration names, and
stored once. Layers that the store has already are not read again. Of an image
for several kinds of machines, the one for this machine is taken.

Options
  -i, --input ARCHIVE  the archive, as docker spells it
${IMPORT_OPTIONS_HELP}
Exit status
  0  done; stdout has the images' names
  1  failed; everything was undone
  2  the command line is wrong

See also
  tinydocker image import --help    an image from a root file system
`;

const OPTIONS = { ...IMPORT_OPTIONS, input: { type: 'string', short: 'i' } } as const;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'load', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [path, surplus] = values.input === undefined ? positionals : [values.input, ...positionals];
  if (path === undefined) throw usageError('load needs an archive.', 'tinydocker load ./debian.tar');
  if (surplus !== undefined) throw usageError(`load takes one archive, and got ${shown(surplus)} too.`);
  const facts = probeFacts();
  const archive = await readImageArchive(path, facts.storeRoot);
  const input = { ...archiveImport(path, archive, facts), maxSize: maxSize(values) };
  const status = await carryOut(planImport(input, path), options, commandLine);
  if (status === EXIT.ok && !options.dryRun)
    process.stdout.write(input.images.map(({ name }) => `Loaded image: ${name}\n`).join(''));
  return status;
}
