/** Images in registries, looked at by skopeo: only manifests and configurations are fetched. */

import { UserError } from '../errors.ts';
import { runCommand } from '../exec/process.ts';
import { programHint } from '../host/packages.ts';
import { findProgram } from '../host/programs.ts';
import { registryCause } from '../host/registry-cause.ts';
import { sha256 } from '../host/sha256.ts';
import type { Compression, LayerSource } from '../plan/image/layer-source.ts';
import { type Blob, pulledLayer } from '../plan/image/plan-pull.ts';
import type { Reference } from '../plan/image/reference.ts';
import { shown } from '../plan/names.ts';
import { type ArchivedImage, archivedImage } from './archived-image.ts';
import { type Descriptor, digestOf, resolveManifest } from './manifest.ts';
import { verified } from './members.ts';

export interface RemoteImage extends ArchivedImage {
  /** The image's own manifest, by its digest. */
  readonly reference: string;
  /** Its layers as the registry has them, lowest first. */
  readonly blobs: readonly Blob[];
}

/** The text, which has the digest that was asked for. skopeo compares none when it only looks. Throws a UserError when it has another. */
function asked(text: string, digest: string, what: string): string {
  return verified(
    text,
    digest,
    what,
    'The registry has something else there than what was asked for, or it was changed on its way.',
  );
}

/** Looks at an image in its registry. Throws a UserError that says why that is not possible. */
export async function inspectRemote(
  { source, repository, digest: wanted, name }: Reference,
  tlsVerify: boolean,
): Promise<RemoteImage> {
  if (findProgram('skopeo') === undefined)
    throw new UserError('Images are pulled by skopeo, and skopeo is not installed.', {
      hint: programHint('skopeo'),
    });
  const inspect = (from: string, ...options: readonly string[]) => skopeo(from, tlsVerify, options);
  const load = async (descriptor: Descriptor) => {
    const digest = digestOf(descriptor, source);
    return asked(await inspect(`${repository}@sha256:${digest}`), digest, `A manifest of ${shown(source)}`);
  };
  const first = await inspect(source);
  if (wanted !== undefined) asked(first, wanted, `The manifest of ${shown(source)}`);
  const found = await resolveManifest(first, { name: source, load });
  if (found === undefined) throw new UserError(`${shown(source)} has no image for this machine.`);
  const { manifest, text } = found;
  const reference = `${repository}@sha256:${sha256(text)}`;
  const configText = asked(
    await inspect(reference, '--config'),
    digestOf(manifest.config, source),
    `The configuration of ${shown(source)}`,
  );
  const layerOf = (layer: Descriptor, diffId: string) => remoteLayer(layer, diffId, source);
  const image = await archivedImage(source, [name], configText, manifest.layers, layerOf);
  const blobs = manifest.layers.map((layer, index) => ({
    digest: digestOf(layer, source),
    size: layer.size ?? 0,
    diffId: image.config.diffIds[index] ?? '',
  }));
  return { ...image, reference, blobs };
}

function remoteLayer(layer: Descriptor, diffId: string, source: string): LayerSource {
  const compression = compressionOf(layer, source);
  const fetched = { ...pulledLayer(digestOf(layer, source)), diffId };
  return compression === undefined ? fetched : { ...fetched, compression };
}

function compressionOf({ mediaType = '' }: Descriptor, source: string): Compression | undefined {
  if (/[+.]gzip$/.test(mediaType)) return 'gzip';
  if (/[+.]zstd$/.test(mediaType)) return 'zstd';
  if (/[.]tar$/.test(mediaType)) return undefined;
  throw new UserError(
    `${shown(source)} has a layer of the type ${shown(mediaType)}, which tinydocker does not read.`,
  );
}

async function skopeo(from: string, tlsVerify: boolean, options: readonly string[]): Promise<string> {
  const { stdout, stderr, exitStatus } = await runCommand(
    [
      ...['skopeo', 'inspect', '--raw', ...options],
      ...(tlsVerify ? [] : ['--tls-verify=false']),
      `docker://${from}`,
    ],
    { callersEnvironment: true },
  );
  if (exitStatus === 0) return stdout;
  const { cause, hint } = registryCause(from, stderr);
  throw new UserError(cause, { hint });
}
