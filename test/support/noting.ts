/** Plans for tests of the executor: each step and each undo writes its name into a file. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arg } from '../../src/plan/arg.ts';
import type { Plan, Step } from '../../src/plan/step.ts';

const D = { var: 'D' };

/** A step that notes "+ID" in the file log, and whose undo notes "-ID". */
export function noting(id: string, more: Partial<Step> = {}): Step {
  const note = (sign: string) => ['sh', '-c', 'echo "$1" >>"$2"', 'note', `${sign}${id}`, arg`${D}/log`];
  return {
    id,
    phase: 'p',
    title: id,
    where: { type: 'host' },
    action: { type: 'run', argv: note('+') },
    undo: { type: 'command', argv: note('-'), when: 'always' },
    why: '',
    pitfalls: [],
    ...more,
  };
}

/** The step runs this shell program instead. */
export function failing(id: string, program: string): Partial<Step> {
  return { action: { type: 'run', argv: ['sh', '-c', program, id] } };
}

/** A plan of these steps, which write into the directory. */
export function planOf(dir: string, steps: readonly Step[], workspace?: string): Plan {
  return {
    kind: 'prune',
    subject: 'x',
    summary: '',
    variables: [{ name: 'D', value: dir, meaning: '' }],
    phases: [{ id: 'p', title: '' }],
    steps,
    notes: [],
    ...(workspace === undefined ? {} : { workspace }),
  };
}

/** What was written, in order. */
export function logIn(dir: string): readonly string[] {
  return existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8').trim().split('\n') : [];
}
