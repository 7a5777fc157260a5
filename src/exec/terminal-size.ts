/** The size of a container's terminal, as that of the window that shows it. */

import { closeSync } from 'node:fs';
import process from 'node:process';
import { openContainerTerminal } from '../host/container-terminal.ts';
import { runCommand } from './process.ts';

/** Makes the size follow our window's until the returned function is called. */
export function followWindow(directory: string): () => void {
  let [first, busy, again] = [true, false, false];
  const change = async (): Promise<void> => {
    again = true;
    if (busy) return;
    for (busy = true; again; first = false) {
      again = false;
      // The container may end meanwhile.
      await setSize(directory, first).catch(() => undefined);
    }
    busy = false;
  };
  const changed = () => void change();
  process.on('SIGWINCH', changed);
  changed();
  return () => void process.off('SIGWINCH', changed);
}

/** At first to another size: a program that fills the screen draws it anew only when the size changes, and we have not seen what it drew before. */
async function setSize(directory: string, first: boolean): Promise<void> {
  const window = [process.stdout, process.stderr].find(stream => stream.isTTY);
  const [columns = 0, rows = 0] = window?.getWindowSize() ?? [];
  if (rows === 0 || columns === 0) return;
  const terminal = openContainerTerminal(directory);
  if (terminal === undefined) return;
  const stty = (height: number) =>
    runCommand(['stty', 'rows', String(height), 'cols', String(columns)], {
      stdin: `/proc/self/fd/${terminal}`,
    });
  try {
    if (first) await stty(rows + 1);
    await stty(rows);
  } finally {
    closeSync(terminal);
  }
}
