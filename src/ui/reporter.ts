/** Who tells the user what happens while a plan runs. All of them consume the same events. */

import type { PlanEvent } from '../events.ts';
import type { Step } from '../plan/step.ts';

/** How progress is shown. `auto` chooses `tty` on a capable terminal, else `plain`. */
export const PROGRESS_MODES = ['auto', 'tty', 'plain', 'json', 'quiet'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

export interface Reporter {
  emit(event: PlanEvent): void;
  /** Awaited before each step; the terminal must be free when the step that starts the container's command runs. */
  beforeStep?(step: Step): Promise<void>;
  /** Everything has been written. */
  close(): Promise<void>;
}
