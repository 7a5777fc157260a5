/** An OCI image layout: index.json leads to manifests, and these to blobs named by their digest (OCI image specification, "Image Layout"). */

import { basename } from 'node:path';
import { shown } from '../plan/names.ts';
import { type ArchivedImage, archivedImage } from './archived-image.ts';
import { type Descriptor, damaged, digestOf, manifestsOf, resolveManifest } from './manifest.ts';
import { type Members, verified } from './members.ts';

/** The images of a layout that are for this machine; undefined when it is none. Throws a UserError when it is damaged. */
export async function readOciLayout(members: Members): Promise<readonly ArchivedImage[] | undefined> {
  const { archive } = members;
  const index = await members.text('index.json');
  if (index === undefined) return undefined;
  const load = (descriptor: Descriptor) => blob(members, descriptor);
  const images: ArchivedImage[] = [];
  for (const descriptor of manifestsOf(index, archive)) {
    const found = await resolveManifest(await load(descriptor), { name: archive, load });
    if (found === undefined) continue;
    const { config, layers } = found.manifest;
    const layerOf = (layer: Descriptor, diffId: string) => members.layer(blobFile(archive, layer), diffId);
    const names = namesOf(descriptor, archive);
    images.push(await archivedImage(archive, names, await load(config), layers, layerOf));
  }
  return images;
}

/** "12" alone is a tag, as skopeo writes it; the archive's own name is then the best there is. */
function namesOf({ annotations }: Descriptor, archive: string): readonly string[] {
  const name =
    annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
  if (name === undefined) return [];
  if (/[:/]/.test(name)) return [name];
  return [`${basename(archive).replace(/(\.oci)?\.(tar|tgz|txz)(\.[a-z]+)?$/, '')}:${name}`];
}

async function blob(members: Members, descriptor: Descriptor): Promise<string> {
  const text = await members.text(blobFile(members.archive, descriptor));
  if (text === undefined) throw damaged(members.archive, `the blob ${shown(descriptor.digest)} is missing`);
  return verified(text, digestOf(descriptor, members.archive), `A blob in ${shown(members.archive)}`);
}

function blobFile(archive: string, descriptor: Descriptor): string {
  return `blobs/sha256/${digestOf(descriptor, archive)}`;
}
