/** The debugger's screen on a real terminal. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { leavesNothing } from './host.ts';
import type { Mode, Place } from './modes.ts';
import { eachTerminalMode, type Pty, type PtyOptions, ptyTinydocker, text } from './pty.ts';
import { until } from './until.ts';

/** What a terminal is told to enter the alternate screen, and to leave it. */
export const ALTERNATE = '\u001b[?1049h';
export const LEAVE = '\u001b[?1049l';

/** Registers a test that needs a terminal and an image, after which the machine has to be as before. */
export function onTerminal(
  test: Test,
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  eachTerminalMode(test, name, leavesNothing(body), only);
}

/** A debugger that asks before its first step. The container has no terminal of its own, unless the arguments ask for one. */
export async function startDebugger(
  place: Place,
  args: readonly string[] = ['-i', 'box', 'true'],
  options: PtyOptions = {},
): Promise<Pty> {
  const pty = ptyTinydocker(place, ['run', '--step', ...args], options);
  await seenAfter(pty, 0, /Step 1 {2}reserve the name/);
  return pty;
}

/** Types, and waits for what has to be seen after it. */
export async function press(pty: Pty, keys: string, pattern: RegExp): Promise<void> {
  const before = text(pty.output()).length;
  pty.write(keys);
  await seenAfter(pty, before, pattern);
}

/** Waits for what has to be seen after so many characters. */
export async function seenAfter(pty: Pty, before: number, pattern: RegExp): Promise<void> {
  await until(() => pattern.test(text(pty.output()).slice(before)), 20_000).catch(() => {
    throw new Error(`${pattern} was not seen; the end is ${JSON.stringify(text(pty.output()).slice(-800))}`);
  });
}

/** Names of the containers that there are. */
export function containersIn({ store }: Place): readonly string[] {
  return readdirSync(join(store, 'containers'));
}

/** The screen is gone, and its last words are on the terminal as it was before. */
export function assertLeft(output: string, restored: boolean, last: RegExp): void {
  assert.ok(restored, 'the settings of the terminal are others than before');
  assert.ok(output.lastIndexOf(LEAVE) > output.lastIndexOf(ALTERNATE), 'the alternate screen was not left');
  assert.match(text(output.slice(output.lastIndexOf(LEAVE) + LEAVE.length)), last);
}
