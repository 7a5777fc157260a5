/** Small files, read whole. */

import { readFileSync } from 'node:fs';

/** A file's text, empty when it can't be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
