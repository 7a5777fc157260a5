/** What stands on a terminal, from what was written to it by a full screen: a very small terminal of our own. */

import { type Pty, text } from './pty.ts';
import { until } from './until.ts';

const ENTERED = '\u001b[?1049h';
const LEFT = '\u001b[?1049l';

/** The rows of the screen as they are now; undefined when the terminal is not a full screen at this moment. */
export function screenOf(output: string): string | undefined {
  const begin = output.lastIndexOf(ENTERED);
  if (begin < 0 || output.lastIndexOf(LEFT) > begin) return undefined;
  const rows: string[] = [];
  // What was written from one place on: nothing of ours goes from one row into the next.
  for (const [, clear, row, content = ''] of output
    .slice(begin)
    .matchAll(/\u001b\[(?:(2J)|(\d+);1H)((?:(?!\u001b\[(?:2J|\d+;1H))[\s\S])*)/g)) {
    if (clear !== undefined) rows.length = 0;
    else rows[Number(row) - 1] = text(content).trimEnd();
  }
  return Array.from(rows, row => row ?? '').join('\n');
}

/** Waits until the screen matches, and returns it. Throws with the screen when it does not. */
export async function onScreen(pty: Pty, pattern: RegExp, limit = 15_000): Promise<string> {
  const now = () => screenOf(pty.output()) ?? '';
  try {
    await until(() => pattern.test(now()), limit);
  } catch {
    throw new Error(`${pattern} does not come onto the screen:\n${now() || pty.output().slice(-1500)}`);
  }
  return now();
}

/** Waits until the terminal was given to somebody else, after so much output. */
export async function handedOver(pty: Pty, after: number): Promise<void> {
  await until(() => pty.output().slice(after).includes(LEFT));
}
