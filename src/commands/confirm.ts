/** Asking before something is removed. */

import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../errors.ts';

/** Asks on the terminal whether the things that were listed may go. Throws a UserError when there is none; `verb` is who asks. */
export async function confirmed(count: number, verb: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UserError(`Nothing was removed: ${verb} asks first, and there is no terminal to ask on.`, {
      hint: '--force removes without a question; --dry-run prints the commands.',
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Remove ${count === 1 ? 'it' : `all ${count}`}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
