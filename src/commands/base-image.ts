/** The default image, when a run asks for it and the store has none: its own plan comes first. */

import { findBaseTools } from '../host/base-tools.ts';
import { findImage } from '../host/images.ts';
import { newLinkName, newOperationId, timestamp } from '../host/operation.ts';
import type { StorePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import { type BaseInput, planBaseImage, plannedBaseImage } from '../plan/image/base-image.ts';
import type { Image } from '../plan/image/image.ts';
import { DEFAULT_IMAGE } from '../plan/names.ts';
import type { Plan } from '../plan/step.ts';

/** The plan that makes the default image and what the image will be; undefined when `name` is another image, or the store has it. */
export function missingBase(
  paths: StorePaths,
  name: string,
  facts: Facts,
): { readonly plan: Plan; readonly image: Image } | undefined {
  if (name !== `${DEFAULT_IMAGE}:latest` || findImage(paths, name) !== undefined) return undefined;
  const input: BaseInput = {
    name,
    tools: findBaseTools(),
    link: newLinkName(),
    id: newOperationId(),
    created: timestamp(),
    facts,
  };
  return { plan: planBaseImage(input), image: plannedBaseImage(input) };
}
