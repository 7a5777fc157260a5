/** `tinydocker image import`: an image from directories and archives. */

import process from 'node:process';
import { readImageArchive } from '../archive/image-archive.ts';
import { archiveImport } from '../archive/import-archive.ts';
import { isImageArchive } from '../archive/recognise.ts';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { inspectSource } from '../host/import-source.ts';
import { newLinkName, newOperationId, timestamp } from '../host/operation.ts';
import { tooManyLayers } from '../plan/image/image.ts';
import { planImport } from '../plan/image/plan-import.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { IMPORT_OPTIONS, IMPORT_OPTIONS_HELP, maxSize } from './import-options.ts';
import { parseOptions } from './options.ts';
import { carryOut, planOptions } from './plan-options.ts';

export const help = `Make an image from directories and archives.

Examples
  tinydocker image import debian ./debian-rootfs.tar.xz    from an archive
  tinydocker image import mine:2 /srv/rootfs               from a directory
  tinydocker image import app base.tar app.tar             layers, lowest first
  tinydocker image import mine ./docker-save.tar           under another name
  tinydocker image import --dry-run debian rootfs.tar      see what it would do
  debootstrap stable ./rootfs && tinydocker image import debian ./rootfs

Usage
  tinydocker image import [OPTIONS] NAME[:TAG] SOURCE...

Each SOURCE, a directory or a tar archive (plain, or compressed with gzip, xz or
zstd), becomes one layer. A layer is stored once, named by its digest, and never
written again. If NAME is taken, it means the new image from then on.

A SOURCE alone may also be an archive of an image, as docker save, podman save
and skopeo write it; tinydocker load --help tells of these.

An archive with ".." in names, or with members below symbolic links that lead
outside, is refused. A name that begins with "/" lies below the image's root, as
docker has it. Device nodes below /dev are left out: a container has a /dev of
its own.

An archive keeps the owners of its files. When an ordinary user imports a
directory, what is theirs will belong to root, and the files of others to nobody.
What could not be kept (owners, where only one id is mapped; device nodes, where
you are not root; sockets) is counted, and said in one sentence at the end.

Options
${IMPORT_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, IMPORT_OPTIONS, {
    verb: 'image import',
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const limit = maxSize(values);
  const [name, ...paths] = positionals;
  if (name === undefined || paths.length === 0)
    throw usageError(
      name === undefined
        ? 'image import needs a name and a source.'
        : `image import ${shown(name)} needs a source.`,
      'tinydocker image import debian ./debian-rootfs.tar.xz',
    );
  const image = valueOf(parseImageName(name));
  const facts = probeFacts();
  const [path = ''] = paths;
  if (paths.length === 1 && (await isImageArchive(path, facts.storeRoot))) {
    const archive = await readImageArchive(path, facts.storeRoot);
    const input = { ...archiveImport(path, archive, facts, image), maxSize: limit };
    return carryOut(planImport(input, path), options, commandLine);
  }
  const sources = paths.map(path => inspectSource(path, facts.storeRoot));
  const tooMany = tooManyLayers(image, paths);
  if (tooMany !== undefined) throw new UserError(tooMany.message, tooMany);
  const twice = sources.findIndex((source, index) =>
    sources.slice(0, index).some(({ path }) => path === source.path),
  );
  if (twice >= 0)
    throw new UserError(`The source ${shown(paths[twice] ?? '')} is given twice.`, {
      hint: 'Each layer of an image is another one, lowest first.',
    });
  const plan = planImport({
    images: [{ name: image, created: timestamp(), layers: sources.map((_, index) => index + 1), config: {} }],
    sources,
    links: sources.map(newLinkName),
    maxSize: limit,
    id: newOperationId(),
    facts,
  });
  return carryOut(plan, options, commandLine);
}
