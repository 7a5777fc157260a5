/** Somebody else made a container of the same name between our look and our mkdir(2). */

import { basename } from 'node:path';
import { C } from '../../plan/arg.ts';
import { NEW } from '../../plan/life/plan-rename.ts';
import { containerStateNow } from '../containers.ts';
import { holderOf, holderText } from '../holder.ts';
import type { Cause, Diagnosis } from './scene.ts';
import { says } from './scene.ts';

const STEPS = new Set(['reserve-name', 'rename']);

export const nameTaken: Cause = scene => {
  const { step, values } = scene;
  const directory = values.get(step.id === 'rename' ? NEW.var : C.var);
  if (!STEPS.has(step.id) || directory === undefined || !says(scene, 'EEXIST')) return undefined;
  const name = basename(directory);
  const diagnosis = nameInUse(name, containerStateNow(directory) ?? 'alive');
  const holder = holderOf(directory);
  return holder === undefined
    ? diagnosis
    : { ...diagnosis, cause: `${diagnosis.cause.replace(/\.$/, '')}: ${holderText(holder)} has it.` };
};

/** What to tell somebody who wants a name that a container has; one sentence for each state. */
export function nameInUse(name: string, state: 'alive' | 'kept' | 'leftover'): Diagnosis {
  switch (state) {
    case 'alive':
      return {
        cause: `The name ${name} is in use: a container of that name is running.`,
        hint: 'End it, or choose another name.',
        lesson: 'two-containers',
      };
    case 'kept':
      return {
        cause: `The name ${name} is in use: a container of that name ended and was kept (--keep).`,
        hint: `tinydocker rm ${name} removes it; or choose another name.`,
        lesson: 'two-containers',
      };
    case 'leftover':
      return {
        cause: `The name ${name} is in use: whoever made the container of that name died and left its directory.`,
        hint: 'tinydocker prune removes it; or choose another name.',
        lesson: 'clean-up',
      };
  }
}
