/** A program: carries out the plan in the file that it is given, looks at the container between the steps, and writes every event, and the values before each step, as a line of JSON in another file. */

import { appendFileSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { runPlan } from '../../src/exec/run-plan.ts';
import type { Plan } from '../../src/plan/step.ts';
import { takeSnapshot } from '../../src/snapshot/take.ts';

const [, , file = '', events = ''] = process.argv;
const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
const tell = (line: object) => appendFileSync(events, `${JSON.stringify(line)}\n`);

await runPlan(plan, {
  emit: tell,
  look: takeSnapshot,
  beforeStep: (step, values) => {
    tell({ type: 'values', step: step.id, values: Object.fromEntries(values) });
    return Promise.resolve(undefined);
  },
  giveUp: () => process.exit(1),
});
