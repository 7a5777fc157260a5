/** Who uses what in the store: layers by digest, short links by name. */

import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRecord } from '../plan/image/image.ts';
import { recordFile } from '../plan/names.ts';
import { identityOf, listContainers, recordedLinks, type StoredContainer } from './containers.ts';
import { diskUsage } from './disk-usage.ts';
import { filesIn, listImages } from './images.ts';
import { digestOfLayer, imageFile, type StorePaths } from './store-paths.ts';
import { readText } from './text-file.ts';

export interface Unused {
  readonly links: readonly string[];
  readonly layers: readonly string[];
}

/** What `image prune` may remove. */
export interface UnusedImages {
  readonly images: readonly {
    readonly name: string;
    /** Which record was looked at; see identityOf in containers.ts. */
    readonly identity: string;
  }[];
  readonly layers: readonly {
    readonly digest: string;
    /** What its files take on the disk, in bytes, as far as this user can see them. */
    readonly bytes: number;
  }[];
  readonly links: readonly string[];
}

/**
 * The images that no container stands on and the filter means, with the links and layers that nothing names once they are gone; and, if asked, those
 * that nothing names already.
 */
export async function findUnused(
  paths: StorePaths,
  filter: (image: ImageRecord) => boolean,
  others: boolean,
): Promise<UnusedImages> {
  const containers = new Set((await listContainers(paths)).flatMap(recordedLinks));
  const images = listImages(paths).filter(
    image => filter(image) && !image.layers.some(({ link }) => containers.has(link)),
  );
  const names = images.map(({ name }) => name);
  const unused = await unusedWithout(paths, names);
  const before = others ? { links: [], layers: [] } : await unusedWithout(paths, []);
  return {
    images: images.flatMap(({ name }) => {
      const stats = lstatSync(imageFile(paths, name), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? [] : [{ name, identity: identityOf(stats) }];
    }),
    layers: unused.layers
      .filter(digest => !before.layers.includes(digest))
      .map(digest => ({ digest, bytes: diskUsage(join(paths.layers, digest)).bytes })),
    links: unused.links.filter(link => !before.links.includes(link)),
  };
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

/** Links and layers that nothing names once the given images and containers are gone: theirs, and those of images whose name another one took. */
export async function unusedWithout(
  paths: StorePaths,
  names: readonly string[],
  containers: readonly string[] = [],
): Promise<Unused> {
  const records = recordTexts(paths, names);
  const links = new Set(records.flatMap(text => text.match(/\b[A-Z0-9]{8}\b/g) ?? []));
  const staying = (await listContainers(paths)).filter(({ name }) => !containers.includes(name));
  for (const link of staying.flatMap(recordedLinks)) links.add(link);
  const digests = new Set([
    ...records.flatMap(text => text.match(/\b[0-9a-f]{64}\b/g) ?? []),
    ...[...links].flatMap(link => target(paths, link)),
  ]);
  return {
    links: filesIn(paths.links).filter(link => !links.has(link)),
    layers: filesIn(paths.layers).filter(digest => !digests.has(digest)),
  };
}

/** Links and layers that only these containers use: their image was removed, or its name means another one by now. */
export async function usedOnlyBy(paths: StorePaths, containers: readonly string[]): Promise<Unused> {
  const now = await unusedWithout(paths, []);
  const then = await unusedWithout(paths, [], containers);
  return {
    links: then.links.filter(link => !now.links.includes(link)),
    layers: then.layers.filter(digest => !now.layers.includes(digest)),
  };
}

/**
 * The records of all images but these, and those that imports at work are about to publish. Their texts only: a record may be half written, and one
 * that is damaged still says which layers somebody may want to rescue.
 */
function recordTexts(paths: StorePaths, without: readonly string[]): readonly string[] {
  const going = without.map(recordFile);
  return [
    ...filesIn(paths.images)
      .filter(file => !going.includes(file))
      .map(file => readText(join(paths.images, file))),
    ...filesIn(paths.tmp).flatMap(id => pendingRecords(join(paths.tmp, id))),
  ];
}

/** The texts of the records that an image operation is about to publish, or was when it died. */
export function pendingRecords(workspace: string): readonly string[] {
  let files: readonly string[];
  try {
    files = readdirSync(workspace);
  } catch {
    // It went away just now, or is none of ours.
    return [];
  }
  return files.filter(file => /^image(-\d+)?\.json$/.test(file)).map(file => readText(join(workspace, file)));
}

function linksOf(images: readonly ImageRecord[]): ReadonlySet<string> {
  return new Set(images.flatMap(({ layers }) => layers.map(({ link }) => link)));
}

/** The layer that a short link leads to. */
function target(paths: StorePaths, link: string): readonly string[] {
  try {
    return [digestOfLayer(readlinkSync(join(paths.links, link)))];
  } catch {
    return [];
  }
}
