/** Somebody else made a container of the same name between our look and our mkdir(2). */

import { containerStateNow } from '../containers.ts';
import type { Cause, Diagnosis } from './scene.ts';
import { says } from './scene.ts';

export const nameTaken: Cause = scene => {
  const { plan, step, values } = scene;
  const directory = values.get('C');
  if (step.id !== 'reserve-name' || directory === undefined || !says(scene, 'EEXIST')) return undefined;
  return nameInUse(plan.subject, containerStateNow(directory) ?? 'alive');
};

/** What to tell somebody who wants a name that a container has; one sentence for each state. */
export function nameInUse(name: string, state: 'alive' | 'kept' | 'leftover'): Diagnosis {
  switch (state) {
    case 'alive':
      return {
        cause: `The name ${name} is in use: a container of that name is running.`,
        hint: 'End it, or choose another name.',
      };
    case 'kept':
      return {
        cause: `The name ${name} is in use: a container of that name ended and was kept (--keep).`,
        hint: `tinydocker rm ${name} removes it; or choose another name.`,
      };
    case 'leftover':
      return {
        cause: `The name ${name} is in use: whoever made the container of that name died and left its directory.`,
        hint: 'tinydocker prune removes it; or choose another name.',
      };
  }
}
