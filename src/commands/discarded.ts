/** What a container is about to lose, told when it has ended. */

import { containerStack } from '../host/changes/container.ts';
import { type Count, countChanges } from '../host/changes/count.ts';
import { recordedContainer } from '../host/containers.ts';
import type { StorePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import { runForLook } from './as-owner.ts';
import type { AfterSteps } from './execute.ts';

/** How long the walk may take, in milliseconds. To remove what can be counted in that time takes longer. */
const PATIENCE_MS = 300;

/**
 * Counts the changes and tells their number, unless nobody would see it. As an ordinary user it looks as it is: to be the owner of the files takes a
 * second process. It is for information only: whatever goes wrong with it, the run ends as it would have.
 */
export function tellDiscarded(
  paths: StorePaths,
  name: string,
  { mapping }: Pick<Facts, 'mapping'>,
): AfterSteps {
  return async (stopped, reporter) => {
    if (reporter.errorsOnly || stopped.aborted) return;
    const enough = new Promise<undefined>(resolve => {
      stopped.addEventListener('abort', () => resolve(undefined));
    });
    const counting = count(paths, name, mapping).catch(() => undefined);
    const counted = await Promise.race([counting, enough]);
    if (counted !== undefined && counted.changes > 0)
      reporter.emit({ type: 'changes-discarded', ...counted });
  };
}

async function count(paths: StorePaths, name: string, mapping: Facts['mapping']): Promise<Count | undefined> {
  const container = recordedContainer(paths, name);
  if (container.layers.length === 0) return undefined;
  const stack = await containerStack(paths, { ...container, state: 'alive' });
  const prefix = mapping === 'host' ? 'trusted' : 'user';
  return countChanges(stack, { prefix, run: runForLook, limit: PATIENCE_MS });
}
