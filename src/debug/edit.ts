/** Another command in the place of a step's. Pure. */

import { quoteArgv } from '../plan/quote.ts';
import { failed, ok, type Result } from '../plan/result.ts';
import type { Plan, Step } from '../plan/step.ts';
import { parseWords } from '../plan/unquote.ts';

const EDITED = 'Edited in the debugger. What was planned: ';

/** The step's command as it can be typed, without what takes it into the namespaces. Fails for a step that is no command, or whose command may not be another one. */
export function commandText(step: Step): Result<string> {
  const { action } = step;
  if (action.type !== 'run' && action.type !== 'start')
    return refused(`The step ${step.id} is no command that could be edited: tinydocker does it itself.`);
  if (step.reserves)
    return refused(
      `The step ${step.id} can not be edited: its undo removes what it made, and that has to be ours.`,
    );
  // It runs on the host, in place of what would run in the namespaces.
  if (step.failsOnPurpose)
    return refused(
      `The step ${step.id} can not be edited: --fail-at has put another one in its place. Without that option it can, and f lets it fail.`,
    );
  return ok(quoteArgv(action.argv));
}

/** The step with the words of the text as its command. It runs where it did; its undo stays; to take it back alone, nobody knows how. */
export function edited(plan: Plan, step: Step, text: string): Result<Step> {
  const present = commandText(step);
  if (!present.ok) return present;
  const words = parseWords(
    text,
    plan.variables.map(({ name }) => name),
  );
  if (!words.ok) return words;
  const { action } = step;
  if (action.type !== 'run' && action.type !== 'start') return refused(`The step ${step.id} is no command.`);
  return ok({
    ...step,
    action: { ...action, argv: words.value },
    why: step.why.startsWith(EDITED) ? step.why : `${EDITED}${step.why}`,
    ...(action.type === 'start'
      ? {}
      : {
          back: { type: 'replay', reason: 'it was edited, and nobody knows which command takes it back' },
        }),
  });
}

function refused(message: string): Result<never> {
  return failed({ code: 'not-editable', message });
}
