/** Which steps need a variable of the plan. */

import { variablesIn } from './arg.ts';
import type { Step } from './step.ts';

/** Whether the step's command or the command of its undo has the variable in one of its words. */
export function usesVariable({ action, undo }: Step, name: string): boolean {
  return [action, undo].some(
    command => 'argv' in command && command.argv.some(word => variablesIn(word).includes(name)),
  );
}
