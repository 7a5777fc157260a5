/** Small programs in C that tests put into images. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { newTempDir, removeTree } from './dirs.ts';
import { PROJECT } from './run.ts';

/** A static program from fixtures/NAME.c, or undefined where nothing compiles it. */
export function compiled(name: string): string | undefined {
  const dir = newTempDir();
  process.on('exit', () => removeTree(dir));
  const program = join(dir, name);
  const built = spawnSync('cc', ['-static', '-o', program, join(PROJECT, `fixtures/${name}.c`)]);
  return built.status === 0 ? program : undefined;
}
