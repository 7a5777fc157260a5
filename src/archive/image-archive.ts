/** An archive of images: what `docker save`, `podman save` and `skopeo copy` write, a docker-archive or an OCI image layout, as a directory or a tar. */

import { UserError } from '../errors.ts';
import type { ImportInput } from '../plan/image/import-input.ts';
import { shown } from '../plan/names.ts';
import type { ArchivedImage } from './archived-image.ts';
import { readDockerArchive } from './docker-archive.ts';
import { openMembers } from './members.ts';
import { readOciLayout } from './oci-layout.ts';

export interface ImageArchive {
  readonly images: readonly ArchivedImage[];
  /** See ImportInput. */
  readonly compressed?: NonNullable<ImportInput['archive']>;
}

/** Reads what the archive at a path holds, its layers excepted. Throws a UserError that says what is wrong with it. Changes nothing. */
export async function readImageArchive(path: string, storeRoot: string): Promise<ImageArchive> {
  const members = openMembers(path, storeRoot);
  const images = (await readDockerArchive(members)) ?? (await readOciLayout(members));
  if (images === undefined)
    throw new UserError(
      `${shown(path)} is no archive of an image: it has neither manifest.json nor index.json.`,
      {
        hint: 'A root file system becomes an image with tinydocker image import NAME SOURCE.',
      },
    );
  if (images.length === 0) throw new UserError(`${shown(path)} holds no image for this machine.`);
  return {
    images,
    ...(members.compression === undefined
      ? {}
      : { compressed: { path: members.path, compression: members.compression } }),
  };
}
