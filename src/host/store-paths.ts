/** Where things are in the store. */

import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { UserError, usageError } from '../errors.ts';
import { LAYER_ARCHIVE, LAYER_FILES } from '../plan/image/image.ts';
import { recordFile, shown } from '../plan/names.ts';

export interface StorePaths {
  readonly root: string;
  /** One JSON file for each image. */
  readonly images: string;
  /** One directory for each layer, named by its digest. */
  readonly layers: string;
  /** Short links to layers, because overlay's option string has to fit in one page. */
  readonly links: string;
  /** One directory for each container. */
  readonly containers: string;
  /** Image operations at work. */
  readonly tmp: string;
  /** Recordings of what was done lately. */
  readonly ops: string;
}

/** /var/lib/tinydocker for root, $XDG_DATA_HOME/tinydocker for others; TINYDOCKER_ROOT overrides. Always absolute. Throws a UserError when there is none. */
export function storeRoot(isRoot: boolean, environment: NodeJS.ProcessEnv = process.env): string {
  const override = environment['TINYDOCKER_ROOT'];
  if (override !== undefined && override !== '') {
    if (!override.startsWith('/'))
      throw usageError(`TINYDOCKER_ROOT is ${shown(override)}, which is not an absolute path.`);
    return override.replace(/\/+$/, '') || '/';
  }
  if (isRoot) return '/var/lib/tinydocker';
  const data = environment['XDG_DATA_HOME'];
  return join(data?.startsWith('/') ? data : join(home(environment), '.local/share'), 'tinydocker');
}

/** A HOME that is empty or relative is no place: what it names would depend on where one stands, and steps stand elsewhere. */
function home(environment: NodeJS.ProcessEnv): string {
  const given = environment['HOME'];
  if (given?.startsWith('/')) return given;
  try {
    const { homedir } = userInfo();
    if (homedir.startsWith('/')) return homedir;
  } catch {
    // This user has no entry in passwd(5).
  }
  throw new UserError('You have no home directory, so there is no place for the store.', {
    hint: 'TINYDOCKER_ROOT=/a/directory/of/yours gives it one.',
  });
}

export function storePaths(root: string): StorePaths {
  return {
    root,
    images: join(root, 'images'),
    layers: join(root, 'layers'),
    links: join(root, 'l'),
    containers: join(root, 'containers'),
    tmp: join(root, 'tmp'),
    ops: join(root, 'ops'),
  };
}

/** The directory that holds a layer's files: what overlay gets. */
export function layerFiles(paths: StorePaths, digest: string): string {
  return join(paths.layers, digest, LAYER_FILES);
}

/** The archive of a layer, plain or compressed; a layer may have none. */
export function layerArchive(paths: StorePaths, digest: string): string {
  return join(paths.layers, digest, LAYER_ARCHIVE);
}

/** The digest of the layer whose files are in a directory. */
export function digestOfLayer(files: string): string {
  return basename(dirname(files));
}

/** Where an image's record is. */
export function imageFile(paths: StorePaths, name: string): string {
  return join(paths.images, recordFile(name));
}
