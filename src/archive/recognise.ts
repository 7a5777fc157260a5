/** Telling an image's archive from a root file system, without reading all of it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../exec/process.ts';
import { inspectSource } from '../host/import-source.ts';
import { decompressor } from '../plan/image/layer-source.ts';

/** What docker, podman and skopeo write first; no root file system begins so. */
const FIRST_MEMBER =
  /^(\.\/)?(blobs\/?|blobs\/sha256\/?.*|oci-layout|index\.json|manifest\.json|repositories|[0-9a-f]{64}(\.tar|\.json|\/.*)?)$/;

/** Whether the path leads to a docker-archive or an OCI image layout. Throws a UserError when it can't be read, or is compressed in a way that we do not read. */
export async function isImageArchive(path: string, storeRoot: string): Promise<boolean> {
  const source = inspectSource(path, storeRoot);
  const file = source.path;
  if (source.type === 'directory')
    return existsSync(join(file, 'oci-layout')) && existsSync(join(file, 'index.json'));
  const reading =
    source.compression === undefined ? ['cat'] : decompressor({ zstdReadsGzip: false }, source.compression);
  // The first field of a tar header, 100 bytes, is the member's name, ended by NUL if it is shorter; see tar(5).
  const { stdout } = await runCommand(['sh', '-c', '"$@" 2>/dev/null | head -c 100', 'head', ...reading], {
    stdin: file,
  });
  return FIRST_MEMBER.test(stdout.replace(/\0.*$/s, ''));
}
