/** Ctrl-Z while a container has the caller's terminal without one of its own: it is stopped with us, and goes on with us. See "Job control" in termios(3) and signal(7). */

import process from 'node:process';

/** What can be stopped. */
export interface Suspendable {
  suspend(): void;
  resume(): void;
}

/** Until the returned function is called. */
export function suspendWithUs(container: Suspendable): () => void {
  const stop = (): void => {
    container.suspend();
    // Without a listener the signal does what it does to everybody.
    process.off('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
  };
  const goOn = (): void => {
    container.resume();
    process.off('SIGTSTP', stop);
    process.on('SIGTSTP', stop);
  };
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', goOn);
  return () => {
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', goOn);
  };
}
