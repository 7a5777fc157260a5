/** Before a run: the name may be taken by what a killed run left behind. */

import process from 'node:process';
import { UserError } from '../errors.ts';
import { removableContainer } from '../host/leftovers.ts';
import { checkName } from '../host/preflight.ts';
import { storePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import { shown } from '../plan/names.ts';
import { planPrune } from '../plan/prune.ts';
import { removeAll } from './remove.ts';

/**
 * Removes the leftover of that name, if there is one, and says so. Throws a UserError when a container of that name runs or was kept, or when
 * the leftover can't be removed.
 */
export async function freeName(name: string, facts: Facts): Promise<void> {
  const paths = storePaths(facts.storeRoot);
  const container = await checkName(paths, name);
  if (container === undefined) return;
  const { failed, interrupted } = await removeAll(
    [removableContainer(paths, container)],
    removables => planPrune(removables, facts),
    { quiet: true, pace: 0 },
  );
  if (failed.length > 0)
    throw new UserError(`A killed run left ${shown(name)} behind, and it could not be removed.`, {
      hint: 'Use another name, or see to it and try again: tinydocker prune --dry-run prints the commands.',
    });
  if (interrupted !== undefined)
    throw new UserError('Stopped before anything was started.', { status: interrupted });
  process.stderr.write(`tinydocker: note: ${name}: removed what a killed run left behind\n`);
}
