/** The caller's terminal in raw mode, for a while: keys go to a container, or to a screen, as they are typed. See termios(3). */

import { startSurvivor } from './background-process.ts';

/** It ignores what may end us, and is in a session of its own: a background process may not change the settings of its own terminal. */
const KEEPER_TEXT = `
trap '' INT QUIT HUP TERM
saved=$(stty -g) || exit
stty raw -echo
echo raw
read -r _ <&3
stty "$saved"
`.trim();

export interface RawTerminal {
  /** Gives the terminal its settings back. */
  restore(): Promise<void>;
}

/** Makes the terminal behind our stdin raw. Whoever gives it its settings back outlives us, if it has to be: a killed process tidies up nothing. */
export async function rawTerminal(): Promise<RawTerminal> {
  const keeper = startSurvivor(['sh', '-c', KEEPER_TEXT, 'keep']);
  await keeper.ready;
  return { restore: () => keeper.finish() };
}

/** The same for who makes it raw himself, and shows something on it that has to go as well. */
const WATCHER_TEXT = `
trap '' INT QUIT HUP TERM
saved=$(stty -g) || exit
echo ready
read -r word <&3
[ "$word" = left ] && exit
stty "$saved"
printf %s "$1" >&0
`.trim();

export interface TerminalWatcher {
  /** The terminal is as it was already, and nobody has to do anything for it when we end. */
  release(): Promise<void>;
}

/** Gives the terminal behind our stdin its settings of this moment back, and writes `leave` to it, when we end without having released it: by kill -9. */
export async function watchTerminal(leave: string): Promise<TerminalWatcher> {
  const watcher = startSurvivor(['sh', '-c', WATCHER_TEXT, 'watch', leave]);
  await watcher.ready;
  return { release: () => watcher.finish('left') };
}
