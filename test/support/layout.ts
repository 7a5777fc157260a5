/** Small OCI image layouts and docker-archives made by hand, also such as no tool would make. */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Member, tarOf } from './tar.ts';

export interface Layout {
  /** The directory. */
  readonly path: string;
  /** Digests, 64 hexadecimal digits. */
  readonly config: string;
  readonly manifest: string;
  readonly layers: readonly string[];
}

export interface LayoutOptions {
  /** Lowest first. */
  readonly layers: readonly (readonly Member[])[];
  readonly name?: string;
  /** Changes the configuration before it is written. */
  readonly config?: (config: Record<string, unknown>) => unknown;
  readonly index?: (index: Record<string, unknown>) => unknown;
}

/** Writes a layout below `dir` whose layers are plain tars. */
export function makeLayout(dir: string, { layers, name = 'x:1', config, index }: LayoutOptions): Layout {
  mkdirSync(join(dir, 'blobs/sha256'), { recursive: true });
  const sizes = new Map<string, number>();
  const blob = (content: Buffer | string): string => {
    const digest = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(dir, 'blobs/sha256', digest), content);
    sizes.set(digest, Buffer.byteLength(content));
    return digest;
  };
  const descriptor = (mediaType: string, digest: string) => ({
    mediaType,
    digest: `sha256:${digest}`,
    size: sizes.get(digest),
  });
  const digests = layers.map(members => blob(tarOf(members)));
  const described = {
    ...{ os: 'linux', architecture: 'amd64', created: '2020-01-01T00:00:00Z' },
    config: { Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: digests.map(digest => `sha256:${digest}`) },
  };
  const configDigest = blob(JSON.stringify(config === undefined ? described : config(described)));
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      config: descriptor('application/vnd.oci.image.config.v1+json', configDigest),
      layers: digests.map(digest => descriptor('application/vnd.oci.image.layer.v1.tar', digest)),
    }),
  );
  const listed = {
    schemaVersion: 2,
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest),
        annotations: { 'org.opencontainers.image.ref.name': name },
      },
    ],
  };
  writeFileSync(join(dir, 'index.json'), JSON.stringify(index === undefined ? listed : index(listed)));
  writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return { path: dir, config: configDigest, manifest, layers: digests };
}
