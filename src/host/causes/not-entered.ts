/** A container that could not be entered: what src/plan/join/enter-container.ts says, and what it means when it could not even begin. */

import { shown } from '../../plan/names.ts';
import type { Cause } from './scene.ts';

export const notEntered: Cause = ({ plan, step, failure: { stderr } }) => {
  if (plan.kind !== 'exec') return undefined;
  const container = `The container ${shown(plan.subject)}`;
  if (/^the container is just being made$/m.test(stderr))
    return { cause: `${container} is just being made.`, hint: 'Try again in a moment.' };
  const [, missing] = /^missing in \/usr and \/bin: (\S+)$/m.exec(stderr) ?? [];
  if (missing !== undefined)
    return {
      cause: `${container} can not be entered: ${missing} is needed, and is not in /usr/bin, /usr/sbin, /bin or /sbin.`,
      hint: 'While a container is entered, these directories are all that there is of the host.',
    };
  const gone = /^the container has ended$|^nsenter: .*(No such file|No such process)/m.test(stderr);
  const noDirectory = step.id === 'reserve-exec' && /No such file or directory/.test(stderr);
  // A PID namespace whose init has ended takes no more processes.
  const noMore = step.id === 'enter-container' && /[Cc]annot (fork|allocate memory)|fork: /m.test(stderr);
  return gone || noDirectory || noMore ? { cause: `${container} has ended meanwhile.` } : undefined;
};
