/** docker-archive: manifest.json lists the images, each with its configuration and its layers (the "combined image JSON" of Docker's image specification 1.2). */

import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { type ArchivedImage, archivedImage } from './archived-image.ts';
import { type Members, verified } from './members.ts';

interface Entry {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** The images of a docker-archive; undefined when it is none. Throws a UserError when it is damaged. */
export async function readDockerArchive(members: Members): Promise<readonly ArchivedImage[] | undefined> {
  const manifest = await members.text('manifest.json');
  if (manifest === undefined) return undefined;
  const images: ArchivedImage[] = [];
  for (const { Config, RepoTags, Layers } of parse(manifest, members.archive)) {
    const text = await members.text(Config);
    if (text === undefined)
      throw new UserError(
        `${shown(members.archive)} lacks ${shown(Config)}, the configuration that its manifest names.`,
      );
    const digest = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(Config)?.[1];
    if (digest !== undefined) verified(text, digest, `The configuration in ${shown(members.archive)}`);
    const layerOf = (file: string, diffId: string) => members.layer(file, diffId);
    images.push(await archivedImage(members.archive, RepoTags ?? [], text, Layers, layerOf));
  }
  return images;
}

function parse(text: string, archive: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (Array.isArray(value) && value.every(isEntry)) return value;
  throw new UserError(
    `${shown(archive)} is damaged: its manifest.json does not have the shape that it should have.`,
  );
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Entry;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.Config === 'string' &&
    (entry.RepoTags === null || entry.RepoTags === undefined || isStrings(entry.RepoTags)) &&
    isStrings(entry.Layers)
  );
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(part => typeof part === 'string');
}
