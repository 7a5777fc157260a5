/**
 * One line of stdin, and not a byte more: what follows belongs to the container, or to a shell. A shell's `read` takes single bytes from what can not
 * be sought in. It is a process of its own because nobody can take back a read(2) of ours that waits: it would eat the next key.
 */

import { startCommand } from '../exec/process.ts';

/** The last line may lack its end. */
const READ = 'IFS= read -r line && exec printf "%s\\\\n" "$line"; printf %s "$line"; exit 1';

/** Undefined at the end of input, and when `stopped` is aborted. */
export async function readLine(stopped: AbortSignal): Promise<string | undefined> {
  if (stopped.aborted) return undefined;
  const command = startCommand(['sh', '-c', READ], { callersStdin: true, keepStdout: true });
  const stop = () => command.kill('SIGKILL');
  stopped.addEventListener('abort', stop);
  const { stdout, exitStatus } = await command.ended;
  stopped.removeEventListener('abort', stop);
  if (exitStatus === 0) return stdout.replace(/\n$/, '');
  return stdout === '' ? undefined : stdout;
}
