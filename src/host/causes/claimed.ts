/** Somebody else took the container, or removed it, between our look and our start. */

import { shown } from '../../plan/names.ts';
import type { Cause } from './scene.ts';

export const claimed: Cause = ({ plan, step, failure }) => {
  const name = shown(plan.subject);
  if (step.id === 'claim-container' && failure.stderr.includes('the container runs'))
    return {
      cause: `The container ${name} runs by now: somebody else started it.`,
      hint: 'It is left alone.',
    };
  const gone = step.id === 'claim-container' && failure.stderr.includes('the container is being removed');
  if (gone || (step.id === 'make-gate' && failure.stderr.includes('No such file')))
    return { cause: `The container ${name} was removed just now.` };
  return undefined;
};
