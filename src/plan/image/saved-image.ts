/** The images of a save: configuration, manifest, and the index that names them, beside the blobs of their layers. */

import { type Arg, arg } from '../arg.ts';
import type { Step } from '../step.ts';
import {
  blobFile,
  dockerManifestText,
  indexText,
  LAYOUT_TEXT,
  manifestOf,
  manifestText,
} from './image-layout.ts';
import type { SavedImage, SaveInput } from './save-input.ts';

/** Where the layout is put together, and what removes it. */
export interface Layout {
  readonly path: Arg;
  readonly undo: Step['undo'];
}

const HOST = { type: 'host' } as const;
const phase = 'describe';

/** An image's configuration and manifest. The manifest's name is its digest, so it is written first and named then. */
export function imageSteps(
  { layers }: Pick<SaveInput, 'layers'>,
  image: SavedImage,
  number: number,
  { path, undo }: Layout,
): readonly Step[] {
  const { digest, size } = manifestOf(number);
  const manifest = arg`${path}/manifest-${String(number)}.json`;
  return [
    {
      id: `write-config-${number}`,
      phase,
      title: `write the configuration of image ${number}`,
      where: HOST,
      action: { type: 'write', path: arg`${path}/${blobFile(image.id)}`, text: image.config, mode: '0600' },
      undo,
      why: "Byte for byte what the image came with. Its sha256 is the image's id, and it names the digest of each layer.",
      pitfalls: [],
    },
    {
      id: `write-manifest-${number}`,
      phase,
      title: `write the manifest of image ${number}`,
      where: HOST,
      action: { type: 'write', path: manifest, text: manifestText(image, layers), mode: '0600' },
      undo,
      why: 'The manifest holds an image together: digests and sizes of its configuration and of its layers, lowest first.',
      pitfalls: [],
    },
    {
      id: `digest-manifest-${number}`,
      phase,
      title: `compute the digest of manifest ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['sha256sum'], stdin: manifest, capture: digest.var },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'The index names the manifest by its sha256, which only now can be known: it holds the sizes of the layers.',
      pitfalls: [],
    },
    {
      id: `measure-manifest-${number}`,
      phase,
      title: `measure manifest ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['stat', '-c', '%s', '--', manifest], capture: size.var },
      undo: { type: 'nothing', reason: 'it only looks' },
      why: 'The index gives its size too, as stat(2) tells it.',
      pitfalls: [],
    },
    {
      id: `name-manifest-${number}`,
      phase,
      title: `give manifest ${number} its name`,
      where: HOST,
      action: { type: 'run', argv: ['mv', '-T', '--', manifest, arg`${path}/${blobFile(digest)}`] },
      undo,
      why: 'Like all blobs it is found by its digest: rename(2) gives it that name.',
      pitfalls: [],
    },
  ];
}

/** What tells how the blobs become images. */
export function indexSteps({ images, layers, format }: SaveInput, { path, undo }: Layout): readonly Step[] {
  const file = (name: string, text: Arg, why: string): Step => ({
    id: `write-${name.replace('.json', '')}`,
    phase,
    title: `write ${name}`,
    where: HOST,
    action: { type: 'write', path: arg`${path}/${name}`, text, mode: '0600' },
    undo,
    why,
    pitfalls: [],
  });
  return [
    file(
      'index.json',
      indexText({ images, format }),
      'Where the reading begins: each name, in annotations, and the manifest that it means.',
    ),
    file('oci-layout', LAYOUT_TEXT, 'The mark by which an OCI image layout is recognised, with its version.'),
    ...(format === 'docker-archive'
      ? [
          file(
            'manifest.json',
            dockerManifestText(images, layers),
            "docker's own list of the images, which docker load reads in all its releases since 1.10 (2016), and podman and skopeo as docker-archive. It names the same blobs, so both descriptions share them.",
          ),
        ]
      : []),
  ];
}
