/** The shell of a lesson: each block runs in a new one, which has the variables and the directory that the last one left. */

import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import {
  descriptors,
  ended,
  environment,
  FOR_COMMAND,
  killGroup,
  needDescriptors,
  SURROUNDINGS,
} from './process.ts';

export interface LessonShell {
  /** Runs a block to its end. Whatever it leaves in the background goes on. */
  run(script: string, stopped: AbortSignal): Promise<{ readonly text: string; readonly status: number }>;
}

/** How long a block may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Words: a file that keeps the variables, the block. */
const KEEPING = `
LESSON_STATE=$1 LESSON_BLOCK=$2
if [ -e "$LESSON_STATE" ]; then . "$LESSON_STATE"; cd "$PWD"; fi
shift 2
umask 022
trap 'export -p >"$LESSON_STATE"' EXIT
set -a
eval "$LESSON_BLOCK"`;

/** A shell that begins in `work`, with these variables besides the caller's; it keeps its state in `directory`. */
export function lessonShell(
  { work, directory }: { readonly work: string; readonly directory: string },
  variables: Readonly<Record<string, string>>,
): LessonShell {
  const env = { ...process.env, ...environment(), ...variables };
  let blocks = 0;
  return {
    async run(script, stopped) {
      needDescriptors(FOR_COMMAND);
      blocks += 1;
      // A file, not a pipe: nobody then waits for what a block leaves in the background.
      const file = join(directory, `output.${blocks}`);
      const output = openSync(file, 'a', 0o600);
      const child = execa('sh', ['-c', KEEPING, 'lesson', join(directory, 'state'), script], {
        ...SURROUNDINGS,
        cwd: work,
        env,
        detached: true,
        stdio: descriptors('ignore', output, output),
      });
      closeSync(output);
      const end = new AbortController();
      const kill = () => killGroup(child.pid, 'SIGKILL');
      stopped.addEventListener('abort', kill);
      void sleep(PATIENCE_MS, undefined, { signal: end.signal }).then(kill, () => undefined);
      const { exitStatus, stderr } = ended(await child);
      stopped.removeEventListener('abort', kill);
      end.abort();
      return { text: readFileSync(file, 'utf8') + stderr, status: exitStatus ?? 137 };
    },
  };
}
