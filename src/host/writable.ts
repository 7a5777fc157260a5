/** Where on the store's file system this user can write. */

import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** The directory itself, or the nearest one above it that exists. */
export function nearestDirectory(path: string): string {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory() || candidate === dirname(candidate))
      return candidate;
  }
}

export function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A directory to try things in: on the store's file system when that can be written, else a temporary one. */
export function tryingPlace(storeRoot: string): string {
  const nearest = nearestDirectory(storeRoot);
  return isWritable(nearest) ? nearest : tmpdir();
}
