/** Verbs that take several containers: what is wrong with one name does not keep the others from their due, as docker does it. */

import { EXIT, UserError } from '../errors.ts';
import { tellError } from './tell-error.ts';

export interface Looked<Value> {
  readonly found: readonly Value[];
  /** The exit status: of the first name that could not be found, 0 if there is none. */
  readonly status: number;
}

/** Looks each name up, once, and tells what is wrong with those that `look` throws a UserError for. */
export async function eachName<Value>(
  names: readonly string[],
  look: (name: string) => Promise<Value>,
): Promise<Looked<Value>> {
  const found: Value[] = [];
  let status: number = EXIT.ok;
  for (const name of new Set(names)) {
    try {
      found.push(await look(name));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tellError(error);
      status ||= error.status ?? EXIT.failure;
    }
  }
  return { found, status };
}
