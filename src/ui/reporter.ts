/** Who tells the user what happens while a plan runs. All of them consume the same events. */

import type { PlanEvent } from '../events.ts';
import type { Diagnosis } from '../plan/diagnosis.ts';
import type { Step } from '../plan/step.ts';

/**
 * How progress is shown. `auto` chooses `tty` on a capable terminal and `plain` on any other; where stderr is no terminal it says, as docker
 * does, nothing unless something goes wrong.
 */
export const PROGRESS_MODES = ['auto', 'tty', 'plain', 'json', 'quiet'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** A sentence that is not about one event: what the plan leaves out, or why it failed and the way out. */
export interface Message extends Pick<Diagnosis, 'checked' | 'lesson'> {
  readonly kind: 'note' | 'error';
  readonly text: string;
  readonly hint?: string | undefined;
}

export interface Reporter {
  /** It tells nothing but errors: what else there may be to say need not be found out. */
  readonly errorsOnly?: boolean;
  emit(event: PlanEvent): void;
  say(message: Message): void;
  /** Awaited before each step and the pause before it. */
  beforeStep?(step: Step): Promise<void>;
  /** Awaited before the container's command starts: from here until it has ended, the terminal is the container's. */
  release?(): Promise<void>;
  /** Everything has been written. Nothing is said or emitted after it. */
  close(): Promise<void>;
}

/** Where a reporter writes: stderr, or a test's buffer. */
export type Write = (text: string) => unknown;
