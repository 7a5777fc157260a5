/** The volumes that an image declares ("Volumes" in the OCI image configuration, VOLUME in a Dockerfile). Pure. */

import type { ImageConfig } from '../image/image.ts';
import { shown } from '../names.ts';
import type { RunRequest } from '../request.ts';
import { failed, ok, type Result } from '../result.ts';

/** No image that is meant to be run has more; each takes a mount. */
const MOST = 100;

/** Made by the plan itself, so that no image may have a volume there. */
const OWN = ['proc', 'sys', 'dev'];

export interface ImageVolumes {
  /** Absolute paths in the container, each once, a directory before what is in it. Links in them are followed later, inside the new root. */
  readonly paths: readonly string[];
  /** Sentences about what was left out. */
  readonly notes: readonly string[];
}

/** The image's volumes without those in whose place the user mounts something. */
export function imageVolumes(
  { Volumes = {} }: Pick<ImageConfig, 'Volumes'>,
  request: Pick<RunRequest, 'volumes' | 'tmpfs'>,
): Result<ImageVolumes> {
  const taken = new Set([...request.volumes, ...request.tmpfs].map(({ target }) => clean(target)));
  const declared = new Set(Object.keys(Volumes).map(clean));
  const paths = [...declared].filter(path => !taken.has(path));
  const impossible = paths.filter(
    path => path === '/' || path.includes('\0') || OWN.includes(firstName(path)),
  );
  const kept = paths.filter(path => !impossible.includes(path)).toSorted(byDepth);
  if (kept.length > MOST)
    return failed({
      code: 'too-many-volumes',
      message: `The image declares ${kept.length} volumes, and tinydocker makes at most ${MOST}.`,
      hint: 'tinydocker image inspect shows them.',
    });
  return ok({
    paths: kept,
    notes: impossible
      .slice(0, 1)
      .map(
        path =>
          `the image declares ${impossible.length === 1 ? `the volume ${shown(path)}` : `${impossible.length} volumes, ${shown(path)} among them,`} where tinydocker mounts its own: left out`,
      ),
  });
}

/** As docker does (filepath.Clean in Go): from the root, without "//", "." and, before any link is looked at, "..". */
function clean(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function firstName(path: string): string {
  return path.split('/')[1] ?? '';
}

function byDepth(one: string, other: string): number {
  return one.split('/').length - other.split('/').length || (one < other ? -1 : 1);
}
