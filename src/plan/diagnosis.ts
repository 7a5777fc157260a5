/** Why something failed: the true cause, what was looked at to find it, the way out, and where it is explained. Only data. */

import type { LessonName } from './lessons.ts';

export interface Diagnosis {
  /** One clear sentence. */
  readonly cause: string;
  /** A way out. */
  readonly hint?: string;
  /** What was looked at to find the cause, in the order in which the kernel looks. */
  readonly checked?: readonly Check[];
  /** The lesson that explains it. */
  readonly lesson?: LessonName;
}

/** A statement about the machine, as a learner would make it: "$M is a mount point". */
export interface Check {
  readonly what: string;
  /** Whether it is true; undefined when that could not be found out. */
  readonly holds: boolean | undefined;
  /** This is what the command failed for. */
  readonly culprit?: true;
}
