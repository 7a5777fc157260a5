/** An OCI image layout: index.json leads to manifests, and these to blobs named by their digest (OCI image specification, "Image Layout"). */

import { basename } from 'node:path';
import process from 'node:process';
import { UserError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { type ArchivedImage, archivedImage } from './archived-image.ts';
import { type Members, verified } from './members.ts';

interface Descriptor {
  readonly digest: string;
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Indexes in indexes: the specification sets no limit, and one is usual. */
const DEEPEST = 4;

/** Node's names of processors, where Go's differ. */
const GO_ARCHITECTURE: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** The images of a layout that are for this machine; undefined when it is none. Throws a UserError when it is damaged. */
export async function readOciLayout(members: Members): Promise<readonly ArchivedImage[] | undefined> {
  const index = await members.text('index.json');
  if (index === undefined) return undefined;
  const images: ArchivedImage[] = [];
  for (const descriptor of manifestsOf(index, members.archive)) {
    const manifest = await manifestFor(members, descriptor, DEEPEST);
    if (manifest === undefined) continue;
    const text = await blob(members, manifest.config);
    const files = manifest.layers.map(layer => blobFile(members.archive, layer));
    images.push(await archivedImage(members, namesOf(descriptor, members.archive), text, files));
  }
  return images;
}

/** The manifest that a descriptor leads to, of an index the one for this machine; undefined when there is none. */
async function manifestFor(
  members: Members,
  descriptor: Descriptor,
  depth: number,
): Promise<Manifest | undefined> {
  const text = await blob(members, descriptor);
  const value = parsed(text, members.archive) as Partial<Manifest> & { readonly manifests?: unknown };
  if (value.manifests === undefined) {
    if (isDescriptor(value.config) && Array.isArray(value.layers) && value.layers.every(isDescriptor))
      return { config: value.config, layers: value.layers };
    throw damaged(members.archive, 'a manifest does not have the shape that it should have');
  }
  if (depth === 0) throw damaged(members.archive, 'its indexes are nested too deeply');
  for (const candidate of manifestsOf(text, members.archive)) {
    if (!isForUs(candidate)) continue;
    const manifest = await manifestFor(members, candidate, depth - 1);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

function isForUs({ platform }: Descriptor): boolean {
  const architecture = GO_ARCHITECTURE[process.arch] ?? process.arch;
  return platform === undefined || (platform.os === 'linux' && platform.architecture === architecture);
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
  return verified(text, descriptor.digest.slice('sha256:'.length), `A blob in ${shown(members.archive)}`);
}

function blobFile(archive: string, { digest }: Descriptor): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return `blobs/${digest.replace(':', '/')}`;
  throw damaged(archive, `it names a blob ${shown(digest)}, which is no sha256`);
}

function manifestsOf(text: string, archive: string): readonly Descriptor[] {
  const { manifests } = parsed(text, archive);
  if (Array.isArray(manifests) && manifests.every(isDescriptor)) return manifests;
  throw damaged(archive, 'an index does not have the shape that it should have');
}

function parsed(text: string, archive: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw damaged(archive, 'a part of it is no JSON object');
}

function isDescriptor(value: unknown): value is Descriptor {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, annotations, platform } = value as Readonly<Record<string, unknown>>;
  return (
    typeof digest === 'string' &&
    (annotations === undefined ||
      (isObject(annotations) && Object.values(annotations).every(text => typeof text === 'string'))) &&
    (platform === undefined || isObject(platform))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function damaged(archive: string, why: string): UserError {
  return new UserError(`${shown(archive)} is damaged: ${why}.`, {
    hint: 'Get it again, or make it again.',
  });
}
