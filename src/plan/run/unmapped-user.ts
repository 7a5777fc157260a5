/** Users that a container can not have, because their id is not mapped. */

import type { Facts } from '../facts.ts';
import type { PlanFailure } from '../result.ts';
import type { Spec } from '../spec.ts';

/** What is wrong with the process's user, if anything: with a single id mapped there is only root. */
export function unmappedUser(
  { process }: Pick<Spec, 'process'>,
  { mapping, mappingReason }: Pick<Facts, 'mapping' | 'mappingReason'>,
): readonly PlanFailure[] {
  const { uid, gid } = process.user;
  if (mapping !== 'single' || (uid === 0 && gid === 0)) return [];
  return [
    {
      code: 'no-such-id',
      message: `The container can not run as user ${uid}:${gid}: ${mappingReason ?? 'only one id is mapped'}, so it has no user but root.`,
      hint: 'Run it with -u root, or let root add ranges: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER.',
    },
  ];
}
