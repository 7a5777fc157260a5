/** What is seen of a container while it is made, by the very plan that `run` would carry out. */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import type { PlanEvent } from '../../src/events.ts';
import type { Plan } from '../../src/plan/step.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { newTempDir, removeTree } from './dirs.ts';
import type { Place } from './modes.ts';
import { PROJECT, runAs, tinydocker, tinydockerProgram } from './run.ts';

/** A step with what was seen before and after it; after the gate nobody looks. */
export interface Looked {
  readonly plan: Plan;
  readonly steps: readonly {
    readonly id: string;
    readonly values: ReadonlyMap<string, string>;
    readonly before: Snapshot;
    readonly after: Snapshot | undefined;
  }[];
  readonly events: readonly PlanEvent[];
  /** When everything is undone. */
  readonly end: Snapshot;
}

type Line =
  | PlanEvent
  | { readonly type: 'values'; readonly step: string; readonly values: Record<string, string> };

/** Carries out what `tinydocker ARGS` would, and looks between the steps. */
export async function lookedRun(place: Place, args: readonly string[]): Promise<Looked> {
  const [verb = '', ...rest] = args;
  const printed = await tinydocker(place, [verb, '--dry-run', '--format', 'json', ...rest]);
  assert.is(printed.status, 0, printed.stderr);
  const plan = planOf(printed.stdout);
  const file = join(place.dir, 'plan.json');
  writeFileSync(file, JSON.stringify(plan), { mode: 0o644 });
  const output = join(place.home, 'events.jsonl');
  const [node = ''] = tinydockerProgram();
  const ran = await runAs(place, [node, await program(), file, output]);
  assert.is(ran.status, 0, ran.stderr);
  const lines = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line);
  return { plan, ...steps(lines) };
}

/** What is printed says null where a value is not known. */
function planOf(json: string): Plan {
  const plan = JSON.parse(json) as Plan;
  return {
    ...plan,
    variables: plan.variables.map(({ value, ...variable }) =>
      value === null || value === undefined ? variable : { ...variable, value },
    ),
  };
}

function steps(lines: readonly Line[]): Omit<Looked, 'plan'> {
  const found: { -readonly [Key in keyof Looked['steps'][number]]: Looked['steps'][number][Key] }[] = [];
  let last: Snapshot | undefined;
  for (const line of lines) {
    if (line.type === 'values')
      found.push({
        id: line.step,
        values: new Map(Object.entries(line.values)),
        before: last as Snapshot,
        after: undefined,
      });
    if (line.type !== 'snapshot') continue;
    last = line.snapshot;
    const step = found.at(-1);
    if (line.moment === 'step' && step !== undefined) step.after = line.snapshot;
  }
  return {
    steps: found,
    events: lines.filter((line): line is PlanEvent => line.type !== 'values'),
    end: last as Snapshot,
  };
}

let built: Promise<string> | undefined;

/** Where every user may read it. */
function program(): Promise<string> {
  built ??= buildProgram();
  return built;
}

async function buildProgram(): Promise<string> {
  const dir = newTempDir();
  process.on('exit', () => removeTree(dir));
  const outfile = join(dir, 'looked-run.mjs');
  await build({
    entryPoints: [join(PROJECT, 'test/support/looked-run.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  chmodSync(outfile, 0o644);
  return outfile;
}
