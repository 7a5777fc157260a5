/** Failures as values: a pure function says what is wrong with its input instead of throwing. */

/** One thing that is wrong with what was asked, in a sentence, and the way out when there is one. */
export interface PlanFailure {
  /** Stable kebab-case name, for programs and tests. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The exit status, where it is not 125 (tinydocker itself failed). */
  readonly status?: number;
}

export type Result<Value, Failure = readonly PlanFailure[]> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failures: Failure };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function failed(...failures: readonly PlanFailure[]): {
  readonly ok: false;
  readonly failures: readonly PlanFailure[];
} {
  return { ok: false, failures };
}
