/** Which undos run, and in which order. */

import type { Step } from './step.ts';

/** The steps, of those that were begun, whose undo does something: newest first. After a success, undos for the case of failure are left out. */
export function undosOf(begun: readonly Step[], succeeded: boolean): readonly Step[] {
  return begun.toReversed().filter(({ undo }) => {
    switch (undo.type) {
      case 'nothing':
      case 'with':
        return false;
      case 'stop-init':
        return true;
      case 'command':
        return undo.when === 'always' || !succeeded;
    }
  });
}
