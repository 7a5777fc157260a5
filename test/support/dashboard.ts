/** The dashboard on a terminal, with containers to show. */

import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { amongContainers, background } from './containers.ts';
import type { Mode, Place } from './modes.ts';
import { GUARD } from './probe.ts';
import { eachTerminalMode, type Pty, type PtyOptions, ptyTinydocker } from './pty.ts';
import { tinydocker } from './run.ts';
import { onScreen, screenOf } from './screen.ts';

export const [DOWN, ENTER, TAB, ESCAPE] = ['\u001b[B', '\r', '\t', '\u001b'];

/** A test with an image, in some modes, where there can be a terminal. */
export function onTerminal(
  test: Test,
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][] = ['root', 'range'],
): void {
  eachTerminalMode(test, name, amongContainers(body), only);
}

/** The dashboard, until the body is done and it was left by q; the terminal has to be as it was then. */
export async function withUi(
  place: Place,
  body: (pty: Pty) => Promise<void>,
  options: PtyOptions = {},
): Promise<void> {
  const pty = ptyTinydocker(place, ['ui'], options);
  try {
    await onScreen(pty, /container/);
    await body(pty);
    pty.write('q');
    const { status, output, restored } = await pty.ended;
    assert.is(status, 0, output.slice(-2000));
    assert.ok(restored, 'the settings of the terminal were not restored');
    assert.is(screenOf(output), undefined);
    assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'), 'the cursor is hidden');
  } finally {
    pty.close();
    await pty.ended.catch(() => undefined);
  }
}

/** A container that has ended and was kept. */
export async function keep(place: Place, name: string, text: string): Promise<void> {
  const command = ['sh', '-c', `${GUARD}${text}`];
  const { status, stderr } = await tinydocker(place, ['run', '-q', '--keep', name, ...command]);
  assert.is(status, 0, stderr);
}

/** One that runs until it is ended. */
export async function sleeper(place: Place, name: string, before = ':'): Promise<void> {
  await background(place, ['-q', name, 'sh', '-c', `${GUARD}${before}; exec sleep 600`]);
}
