/** Manifests and indexes of images, as text from wherever they lie (OCI image specification, "Image Manifest", "Image Index"; docker's are of the same shape). */

import { UserError } from '../errors.ts';
import { architecture } from '../host/architecture.ts';
import { shown } from '../plan/names.ts';

export interface Descriptor {
  /** "sha256:" and 64 hexadecimal digits. */
  readonly digest: string;
  readonly mediaType?: string;
  /** In bytes. */
  readonly size?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

export interface Manifest {
  readonly config: Descriptor;
  /** Lowest first. */
  readonly layers: readonly Descriptor[];
}

/** Indexes in indexes: the specification sets no limit, and one is usual. */
const DEEPEST = 4;

/** What a text is part of, for messages, and how to get what it refers to. */
export interface Origin {
  readonly name: string;
  /** The text with the digest. Throws a UserError when there is none. */
  readonly load: (descriptor: Descriptor) => Promise<string>;
}

/** A manifest with its text, which has the digest that its descriptor names. */
export interface FoundManifest {
  readonly manifest: Manifest;
  readonly text: string;
}

/** The manifest in a text, of an index the one for this machine; undefined when there is none. Throws a UserError when it is damaged. */
export async function resolveManifest(
  text: string,
  origin: Origin,
  depth = DEEPEST,
): Promise<FoundManifest | undefined> {
  const { manifests, config, layers } = parsed(text, origin.name);
  if (manifests === undefined) {
    if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor))
      throw damaged(origin.name, 'a manifest does not have the shape that it should have');
    return { manifest: { config, layers }, text };
  }
  if (depth === 0) throw damaged(origin.name, 'its indexes are nested too deeply');
  for (const descriptor of manifestsOf(text, origin.name)) {
    if (!isForUs(descriptor)) continue;
    const found = await resolveManifest(await origin.load(descriptor), origin, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What an index lists. Throws a UserError when it is none. */
export function manifestsOf(text: string, name: string): readonly Descriptor[] {
  const { manifests } = parsed(text, name);
  if (Array.isArray(manifests) && manifests.every(isDescriptor)) return manifests;
  throw damaged(name, 'an index does not have the shape that it should have');
}

/** The 64 digits of a descriptor's digest. Throws a UserError when it is no sha256. */
export function digestOf({ digest }: Descriptor, name: string): string {
  const [, digits] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (digits !== undefined) return digits;
  throw damaged(name, `it names a blob ${shown(digest)}, which is no sha256`);
}

export function damaged(name: string, why: string): UserError {
  return new UserError(`${shown(name)} is damaged: ${why}.`, { hint: 'Get it again, or make it again.' });
}

function isForUs({ platform }: Descriptor): boolean {
  return platform === undefined || (platform.os === 'linux' && platform.architecture === architecture());
}

function parsed(text: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw damaged(name, 'a part of it is no JSON object');
}

function isDescriptor(value: unknown): value is Descriptor {
  if (!isObject(value)) return false;
  const { digest, mediaType, size, annotations, platform } = value as Readonly<Record<string, unknown>>;
  return (
    typeof digest === 'string' &&
    (mediaType === undefined || typeof mediaType === 'string') &&
    (size === undefined || (Number.isSafeInteger(size) && Number(size) >= 0)) &&
    (annotations === undefined ||
      (isObject(annotations) && Object.values(annotations).every(text => typeof text === 'string'))) &&
    (platform === undefined || isObject(platform))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
