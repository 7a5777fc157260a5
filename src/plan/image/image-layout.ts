/**
 * What an archive of images says of itself: an OCI image layout (OCI image specification, "Image Layout", "Image Manifest", "Image Index"), and beside
 * it, for docker, manifest.json (Docker's image specification 1.2). Sizes of layers are known when they are there, so they are variables here.
 */

import { type Arg, arg, join, type Variable } from '../arg.ts';
import { withRegistry } from './reference.ts';
import type { SavedImage, SavedLayer, SaveInput } from './save-input.ts';

/** The file oci-layout: the version of the layout. Every text ends with a line end, so that a script has it as a here-document. */
export const LAYOUT_TEXT = '{"imageLayoutVersion":"1.0.0"}\n';

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** The word $SIZEn: bytes of layer n. */
export function sizeOf(layer: number): Variable {
  return { var: `SIZE${layer}` };
}

/** The words $MANIFESTn and $MANIFEST_SIZEn: sha256 and bytes of the manifest of image n. */
export function manifestOf(image: number): { readonly digest: Variable; readonly size: Variable } {
  return { digest: { var: `MANIFEST${image}` }, size: { var: `MANIFEST_SIZE${image}` } };
}

/** Where a blob lies in the layout. */
export function blobFile(digest: Arg | Variable): Arg {
  return arg`blobs/sha256/${digest}`;
}

/** The manifest of an image: its configuration and its layers. */
export function manifestText(
  { config, id, layers: numbers }: SavedImage,
  layers: readonly SavedLayer[],
): Arg {
  const bytes = String(new TextEncoder().encode(config).length);
  const described = numbers.map(number =>
    descriptor(TYPES.layer, layers[number - 1]?.digest ?? '', sizeOf(number)),
  );
  return arg`{"schemaVersion":2,"mediaType":"${TYPES.manifest}",\n"config":${descriptor(TYPES.config, id, bytes)},"layers":[\n${join(described, ',\n')}\n]}\n`;
}

/** The index: one entry for each name, as podman and skopeo look for them, and, in a docker-archive, docker where it keeps its images in containerd. */
export function indexText({ images, format }: Pick<SaveInput, 'images' | 'format'>): Arg {
  const entries = images.flatMap(({ names }, index) => {
    const { digest, size } = manifestOf(index + 1);
    return names.map(name => {
      const annotations = JSON.stringify({
        ...(format === 'docker-archive' ? { 'io.containerd.image.name': withRegistry(name) } : {}),
        'org.opencontainers.image.ref.name': name,
      });
      return descriptor(TYPES.manifest, digest, size, `,"annotations":${annotations}`);
    });
  });
  return arg`{"schemaVersion":2,"mediaType":"${TYPES.index}","manifests":[\n${join(entries, ',\n')}\n]}\n`;
}

/** docker's manifest.json: the same blobs by their paths. */
export function dockerManifestText(images: readonly SavedImage[], layers: readonly SavedLayer[]): string {
  const entries = images.map(({ id, names, layers: numbers }) =>
    JSON.stringify({
      Config: blobFile(id),
      RepoTags: names,
      Layers: numbers.map(number => blobFile(layers[number - 1]?.digest ?? '')),
    }),
  );
  return `[\n${entries.join(',\n')}\n]\n`;
}

function descriptor(type: string, digest: Arg | Variable, size: Arg | Variable, more = ''): Arg {
  return arg`{"mediaType":"${type}","digest":"sha256:${digest}","size":${size}${more}}`;
}
