/** The keys that leave a container without ending it, by default ctrl-p ctrl-q, as docker writes them. */

import { usageError } from '../errors.ts';
import { shown } from '../plan/names.ts';

export const DETACH_KEYS = 'ctrl-p,ctrl-q';

/** Takes what was typed; gives what is meant for the container, and whether the last keys were those that leave it. */
export type DetachFilter = (typed: Buffer) => { readonly input: Buffer; readonly detach: boolean };

/** The bytes of keys in docker's words: `ctrl-p,ctrl-q`, `ctrl-],x`. Throws a usage error for others, and for none. */
export function parseDetachKeys(text: string): Buffer {
  const bytes = text.split(',').map(key => {
    const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) - 64;
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
    throw usageError(
      `--detach-keys ${shown(text)} is not known.`,
      'Write keys with commas between them: ctrl-p,ctrl-q, or ctrl-],x.',
    );
  });
  return Buffer.from(bytes);
}

/** Keys that may be the beginning of the sequence are held back until the next one decides, so nothing that was typed is lost. */
export function detachFilter(keys: Buffer): DetachFilter {
  let matched = 0;
  return typed => {
    const input: number[] = [];
    for (const byte of typed) {
      while (matched > 0 && byte !== keys[matched]) {
        // The longest end of what was held back, with this key, that may still be a beginning.
        const held = keys.subarray(0, matched);
        const next = longestBeginning(keys, held.subarray(1));
        input.push(...held.subarray(0, matched - next));
        matched = next;
      }
      if (byte === keys[matched]) matched += 1;
      else input.push(byte);
      if (matched === keys.length) return { input: Buffer.from(input), detach: true };
    }
    return { input: Buffer.from(input), detach: false };
  };
}

function longestBeginning(keys: Buffer, bytes: Buffer): number {
  for (let length = bytes.length; length > 0; length--) {
    if (keys.subarray(0, length).equals(bytes.subarray(bytes.length - length))) return length;
  }
  return 0;
}
