/** A file or directory that is made for the user: beside its place first, because rename(2) works within one file system only. */

import { arg, type Variable } from './arg.ts';
import type { PlanVariable, Step } from './step.ts';

/** What is beside the output, until it is whole: its name is nobody else's. */
export const PART: Variable = { var: 'PART' };

/** The variable $PART for an output at an absolute path; `id` is unique. */
export function partVariable(output: string, id: string): PlanVariable {
  const directory = output.slice(0, output.lastIndexOf('/'));
  return {
    name: PART.var,
    value: `${directory}/.tinydocker-${id}.part`,
    meaning: 'the output, until it is whole',
  };
}

/** The last step of a plan: what is in $PART gets the name of the output. It is not undone: nothing whole is ever taken away again. */
export function nameOutputStep(output: string, phase: string): Step {
  return {
    id: 'name-output',
    phase,
    title: 'give it its name',
    where: { type: 'host' },
    action: { type: 'run', argv: ['mv', '-f', '-T', '--', arg`${PART}`, output] },
    undo: { type: 'nothing', reason: 'it is the last step, and all or nothing' },
    why: 'rename(2): whoever opens the name finds what was there before, or all of the new one, and never something in between.',
    pitfalls: ['Is a directory, Directory not empty: something else has this name.'],
  };
}
