/** Signals that ask us to stop: they are counted, not obeyed at once, because whatever was begun has to be undone first. */

import process from 'node:process';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

export const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const NUMBERS: Readonly<Record<StopSignal, number>> = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGQUIT: 3 };

/**
 * Calls `listener` for each of them until the returned function is called. SIGPIPE needs no listener: Node ignores it, so that writing to a closed pipe is
 * an error and not the end of the process; and taking a listener back would give it the kernel's default action.
 */
export function onStopSignal(listener: (signal: StopSignal) => void): () => void {
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, listener);
  };
}

/** The exit status of whoever was killed by the signal: 128 + n. */
export function signalStatus(signal: StopSignal): number {
  return 128 + NUMBERS[signal];
}

/** Whether a process has a handler for the signal: PID 1 of a container ignores it otherwise. See SigCgt in proc(5). */
export function catchesSignal(statusText: string, signal: StopSignal): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(statusText)?.[1];
  return caught !== undefined && ((BigInt(`0x${caught}`) >> BigInt(NUMBERS[signal] - 1)) & 1n) === 1n;
}
