/** What is known about a failed step: where the search for its cause begins. */

import type { StepFailure } from '../../events.ts';
import { type Arg, resolve, type Values } from '../../plan/arg.ts';
import type { Diagnosis } from '../../plan/diagnosis.ts';
import type { Plan, Step } from '../../plan/step.ts';

export type { Check, Diagnosis } from '../../plan/diagnosis.ts';

export interface Scene {
  readonly plan: Plan;
  readonly step: Step;
  readonly failure: StepFailure;
  /** Values of the plan's variables, as far as they are known. */
  readonly values: Values;
  /** Absolute path of the store. */
  readonly store: string;
}

/** Looks at the machine and says what is wrong, or undefined when it is not this. Changes nothing. */
export type Cause = (scene: Scene) => Diagnosis | undefined;

/** A system call's error, as a tool (`LC_ALL=C`) or Node words it; see errno(3). */
const ERROR_TEXTS = {
  EACCES: /permission denied|EACCES/i,
  EAGAIN: /resource temporarily unavailable|cannot fork|EAGAIN/i,
  EDQUOT: /disk quota exceeded|EDQUOT/i,
  EEXIST: /file exists|EEXIST/i,
  EINVAL: /invalid argument|EINVAL|wrong fs type/i,
  EMFILE: /too many open files|EMFILE/i,
  ENOENT: /no such file or directory|ENOENT|does not exist/i,
  ENOSPC: /no space left on device|ENOSPC/i,
  EPERM: /operation not permitted|EPERM/i,
  EROFS: /read-only file system|EROFS|read-only/i,
  EUSERS: /too many users|EUSERS/i,
} as const;

/** Whether the step's messages speak of that error. */
export function says({ failure }: Scene, code: keyof typeof ERROR_TEXTS): boolean {
  return ERROR_TEXTS[code].test(failure.stderr);
}

/** The word with what is known put in, or undefined when something in it is not known yet. */
export function valueOf(scene: Scene, word: Arg): string | undefined {
  try {
    return resolve(word, scene.values);
  } catch {
    return undefined;
  }
}

/** What a tool said in one line: the first line that says something about this failure. */
export function saidLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  return lines.find(line => !line.startsWith('dmesg(1) may have')) ?? '';
}

/** The last line of what a tool said, where the others only lead to it. */
export function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}
