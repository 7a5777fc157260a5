/** The caller's terminal in raw mode, for a while: keys go to a container as they are typed. See termios(3). */

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
