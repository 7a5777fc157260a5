/** Images in the store, read. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, UserError } from '../errors.ts';
import type { Image, ImageRecord, Layer } from '../plan/image/image.ts';
import { nearNames, parseImageName, shown } from '../plan/names.ts';
import { readInLayers } from './in-root.ts';
import { isOpaque } from './opaque.ts';
import { imageFile, layerFiles, type StorePaths } from './store-paths.ts';

/** The most of an image's or container's passwd or group that is read, in bytes. */
export const LARGEST_TABLE = 1 << 20;

/** The image's record, or undefined when the store has no such image. Throws a UserError for a record that can't be read. */
export function findImage(paths: StorePaths, name: string): ImageRecord | undefined {
  return readRecord(imageFile(paths, name));
}

/** The image with what the planner needs of its files. Throws a UserError that names similar images when there is none. */
export function loadImage(paths: StorePaths, name: string): Image {
  const record = requireImage(paths, name);
  const image = { ...record, layers: visibleLayers(paths, record) };
  const layers = layerDirectories(paths, image);
  const text = (path: string) => readInLayers(layers, path, LARGEST_TABLE)?.toString('utf8') ?? '';
  return { ...image, passwd: text('/etc/passwd'), group: text('/etc/group') };
}

/** Without the layers below one whose root directory is opaque: overlay takes no notice of that attribute there, and would show them. */
function visibleLayers(paths: StorePaths, record: ImageRecord): readonly Layer[] {
  const opaque = layerDirectories(paths, record).findLastIndex(layer => isOpaque(layer, []));
  return record.layers.slice(Math.max(opaque, 0));
}

/** The image's record. Throws a UserError that names similar images when there is none. */
export function requireImage(paths: StorePaths, name: string): ImageRecord {
  const record = findImage(paths, name);
  if (record === undefined) throw noSuchImage(paths, name);
  return record;
}

/** The directories of an image's layers, lowest first. */
export function layerDirectories(paths: StorePaths, record: ImageRecord): readonly string[] {
  return record.layers.map(({ digest }) => layerFiles(paths, digest));
}

/** All images, by name. A record that can't be read is left out; `tell`, if given, gets a UserError that says so. */
export function listImages(
  paths: StorePaths,
  tell?: (unreadable: UserError) => void,
): readonly ImageRecord[] {
  return filesIn(paths.images)
    .filter(file => file.endsWith('.json'))
    .flatMap(file => {
      try {
        return readRecord(join(paths.images, file)) ?? [];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        tell?.(error);
        return [];
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The names in a directory, none when it does not exist. Throws a UserError when it can't be read. */
export function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new UserError(`The store's directory ${directory} can not be read: ${reason(error)}.`, {
      hint: 'TINYDOCKER_ROOT names another store.',
    });
  }
}

function noSuchImage(paths: StorePaths, name: string): UserError {
  const names = listImages(paths).map(image => shortName(image.name));
  const near = nearNames(shortName(name), names);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : names.length > 0
        ? `There are: ${names.slice(0, 8).join(', ')}.`
        : `tinydocker image import ${shortName(name)} DIRECTORY-OR-TAR makes it.`;
  return new UserError(`There is no image ${shown(shortName(name))}.`, { hint });
}

/** "debian:latest" as users write it: "debian". */
export function shortName(name: string): string {
  return name.replace(/:latest$/, '');
}

function readRecord(file: string): ImageRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`The image record ${file} can not be read: ${reason(error)}.`);
  }
  const record = parseRecord(text);
  if (record === undefined)
    throw new UserError(`The image record ${file} is damaged.`, { hint: 'Import the image again.' });
  return record;
}

function reason(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'EACCES':
      return 'permission denied';
    case 'ENOTDIR':
      return 'something in its path is not a directory';
    default:
      return code ?? String(error);
  }
}

/** A record is only believed when every part that becomes a path has the shape that we gave it. */
function parseRecord(text: string): ImageRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const record = value as ImageRecord;
  if (typeof record !== 'object' || record === null || record.version !== 1) return undefined;
  if (typeof record.name !== 'string' || !parseImageName(record.name).ok) return undefined;
  if (!Array.isArray(record.layers) || typeof record.config !== 'object' || record.config === null)
    return undefined;
  const sound = record.layers.every(
    layer => /^[0-9a-f]{64}$/.test(String(layer?.digest)) && /^[A-Z0-9]{8}$/.test(String(layer?.link)),
  );
  return sound ? record : undefined;
}
