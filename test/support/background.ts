/** A container that runs while a test looks at it. */

import type { Place } from './modes.ts';
import { GUARD } from './probe.ts';
import { type Running, startTinydocker } from './run.ts';
import { until } from './until.ts';

/** Runs the shell program in a container, and gives it once it has got to the end of it. The container is stopped afterwards, whatever happens. */
export async function whileRuns<Value>(
  place: Place,
  name: string,
  program: string,
  use: (running: Running) => Promise<Value>,
  options: readonly string[] = [],
): Promise<Value> {
  const text = `${GUARD}${program}\necho up; exec sleep 600`;
  const running = startTinydocker(place, ['run', '-q', ...options, name, 'sh', '-c', text]);
  try {
    await until(() => running.stdout().endsWith('up\n'));
    return await use(running);
  } finally {
    running.kill('SIGTERM');
    await running.ended;
  }
}
