/** Somebody else took the container, or removed it, between our look and our start or renaming. */

import { shown } from '../../plan/names.ts';
import { holderOf, holderText } from '../holder.ts';
import type { Cause } from './scene.ts';

export const claimed: Cause = ({ plan, step, failure, values }) => {
  if (!['make-gate', 'hold-gate', 'claim-container', 'rename'].includes(step.id)) return undefined;
  const name = shown(plan.subject);
  const said = (text: string) => failure.stderr.includes(text);
  const holder = holderOf(values.get('C') ?? '');
  const who = holder === undefined ? 'somebody else' : holderText(holder);
  if (said('the container runs'))
    return { cause: `The container ${name} runs by now: ${who} has started it.`, hint: 'It is left alone.' };
  if (said('it runs')) return { cause: `The container ${name} can not be renamed: ${who} has started it.` };
  if (said('somebody works on it'))
    return {
      cause: `The container ${name} can not be renamed just now: ${who} has it.`,
      hint: 'Try again when that is done.',
    };
  if (said('the container was forked meanwhile'))
    return { cause: `The container ${name} was forked meanwhile.`, hint: 'Try again.' };
  const gone = said('is being removed') || said('was removed meanwhile');
  if (gone || (plan.kind === 'start' && (said('No such file') || said('ENOENT') || said("can't cd"))))
    return { cause: `The container ${name} was removed or renamed just now.` };
  return undefined;
};
