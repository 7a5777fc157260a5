/** The options that every verb shares which makes images of what comes from elsewhere. */

import { byteSize } from './options.ts';
import { PLAN_OPTIONS, PLAN_OPTIONS_HELP } from './plan-options.ts';

export const IMPORT_OPTIONS = { ...PLAN_OPTIONS, 'max-size': { type: 'string' } } as const;

/** For the end of a help text. */
export const IMPORT_OPTIONS_HELP = `      --max-size SIZE  the most that a layer may become when it is decompressed,
                       32g if left out
${PLAN_OPTIONS_HELP}`;

/** No honest layer is larger; a few kilobytes can decompress to as much as there is room for. */
const LARGEST = '32g';

/** The limit for a layer, in bytes. Throws a usage error for what is no size. */
export function maxSize({
  'max-size': text = LARGEST,
}: {
  readonly 'max-size'?: string | undefined;
}): number {
  return byteSize(text);
}
