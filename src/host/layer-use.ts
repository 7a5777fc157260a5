/** Who uses what in the store: layers by digest, short links by name. */

import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImageRecord } from '../plan/image/image.ts';
import { listContainers, type StoredContainer } from './containers.ts';
import { filesIn, listImages } from './images.ts';
import type { StorePaths } from './store-paths.ts';

export interface Unused {
  readonly links: readonly string[];
  readonly layers: readonly string[];
}

/** The containers, running, kept or left by a crash, that stand on a short link of the image which no other image has. */
export async function containersOf(
  paths: StorePaths,
  image: ImageRecord,
): Promise<readonly StoredContainer[]> {
  const others = linksOf(listImages(paths).filter(({ name }) => name !== image.name));
  const own = image.layers.map(({ link }) => link).filter(link => !others.has(link));
  const containers = await listContainers(paths);
  return containers.filter(({ layers }) => layers.some(link => own.includes(link)));
}

/** Links and layers that nothing names once the given images are gone: theirs, and those of images whose name another one took. */
export async function unusedWithout(paths: StorePaths, names: readonly string[]): Promise<Unused> {
  const images = listImages(paths).filter(({ name }) => !names.includes(name));
  const planned = recordsAtWork(paths);
  const links = new Set([...linksOf(images), ...planned.links]);
  for (const { layers } of await listContainers(paths)) for (const link of layers) links.add(link);
  const digests = new Set([
    ...digestsOf(images),
    ...planned.digests,
    ...[...links].flatMap(link => target(paths, link)),
  ]);
  return {
    links: filesIn(paths.links).filter(link => !links.has(link)),
    layers: filesIn(paths.layers).filter(digest => !digests.has(digest)),
  };
}

function linksOf(images: readonly ImageRecord[]): ReadonlySet<string> {
  return new Set(images.flatMap(({ layers }) => layers.map(({ link }) => link)));
}

function digestsOf(images: readonly ImageRecord[]): ReadonlySet<string> {
  return new Set(images.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
}

/** The layer that a short link leads to. */
function target(paths: StorePaths, link: string): readonly string[] {
  try {
    return [basename(readlinkSync(join(paths.links, link)))];
  } catch {
    return [];
  }
}

/** What imports at work are about to publish, found in the text of their records: these may be half written. */
function recordsAtWork(paths: StorePaths): {
  readonly links: readonly string[];
  readonly digests: readonly string[];
} {
  const texts = filesIn(paths.tmp).map(id => textOf(join(paths.tmp, id, 'image.json')));
  return {
    links: texts.flatMap(text => text.match(/\b[A-Z0-9]{8}\b/g) ?? []),
    digests: texts.flatMap(text => text.match(/\b[0-9a-f]{64}\b/g) ?? []),
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
