/** What a user is told when something can't be done: one sentence with the true cause, a way out, and the exit status. */

import type { Diagnosis } from './plan/diagnosis.ts';
import type { PlanFailure, Result } from './plan/result.ts';

/** Exit statuses, as docker and env(1) use them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** tinydocker itself failed; everything was undone. */
  tinydocker: 125,
  cannotExecute: 126,
  notFound: 127,
  interrupted: 130,
} as const;

/** An error that is meant for the user: its message is a whole sentence, and no stack trace is shown. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Undefined: what the verb exits with when it fails, 125 or 1. */
  readonly status: number | undefined;
  readonly hint: string | undefined;
  readonly checked: Diagnosis['checked'];
  readonly lesson: Diagnosis['lesson'];

  constructor(message: string, options: ErrorOptions = {}) {
    super(message);
    this.status = options.status;
    this.hint = options.hint;
    this.checked = options.checked;
    this.lesson = options.lesson;
  }
}

interface ErrorOptions extends Pick<Diagnosis, 'checked' | 'lesson'> {
  readonly status?: number | undefined;
  readonly hint?: string | undefined;
}

/** A cause that was found before anything was made. */
export function diagnosisError({ cause, ...more }: Diagnosis): UserError {
  return new UserError(cause, more);
}

/** The user asked a third time to stop. The process has to end at once, whatever is still going on in it. */
export class GivenUp extends UserError {
  constructor(message: string, hint?: string) {
    super(message, { status: EXIT.interrupted, hint });
  }
}

/** The command line can't be understood; exit status 2. */
export function usageError(message: string, hint?: string): UserError {
  return new UserError(message, { status: EXIT.usage, hint });
}

/** The first of several failures as an error; the others are added to its message. */
export function failureError(failures: readonly PlanFailure[]): UserError {
  const [first] = failures;
  return new UserError(failures.map(failure => failure.message).join('\n'), {
    status: first?.status,
    hint: failures.map(failure => failure.hint).find(hint => hint !== undefined),
  });
}

/** The value of a result. Throws a UserError when there is none. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw failureError(result.failures);
  return result.value;
}

/** What an error says, whatever it is that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system call's error (`ENOENT`), or undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
