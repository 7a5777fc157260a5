/** `tinydocker run`: one container, from the request to its exit status. */

import process from 'node:process';
import { EXIT, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { idMappings } from '../host/id-mappings.ts';
import { layerDirectories, loadImage } from '../host/images.ts';
import { checkImage } from '../host/preflight.ts';
import { storePaths } from '../host/store-paths.ts';
import { createSpec } from '../plan/create-spec.ts';
import type { Facts } from '../plan/facts.ts';
import { failAt } from '../plan/fail-at.ts';
import { renderJson } from '../plan/json.ts';
import { renderOci } from '../plan/oci.ts';
import { planRun } from '../plan/run/plan-run.ts';
import { renderScript } from '../plan/script.ts';
import type { Spec } from '../plan/spec.ts';
import type { Plan } from '../plan/step.ts';
import { missingBase } from './base-image.ts';
import { tellDiscarded } from './discarded.ts';
import { execute } from './execute.ts';
import { freeName } from './free-name.ts';
import { RUN_HELP } from './run-help.ts';
import { parseRun, type RunFormat } from './run-options.ts';

export const help = RUN_HELP;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const parsed = parseRun(argv);
  if (parsed === 'help') {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { request } = parsed;
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const base = missingBase(paths, request.image, facts);
  const image = base?.image ?? loadImage(paths, request.image);
  const spec = valueOf(createSpec(request, image));
  const planned = valueOf(
    planRun({
      spec,
      container: { name: request.name, image: request.image, keep: request.keep, stdin: request.interactive },
      layers: image.layers,
      facts,
    }),
  );
  const whole = { ...planned, notes: [...planned.notes, ...parsed.notes] };
  const plan = parsed.failAt === undefined ? whole : valueOf(failAt(whole, parsed.failAt));
  if (parsed.dryRun) {
    process.stdout.write(printed(parsed.format, { base: base?.plan, plan, spec, facts, commandLine }));
    return EXIT.ok;
  }
  await freeName(request.name, facts);
  if (base === undefined) checkImage(paths, image.layers, spec, layerDirectories(paths, image));
  else {
    const made = await execute(base.plan, parsed);
    if (made.type !== 'succeeded') return made.status;
  }
  const discarded = request.keep ? undefined : tellDiscarded(paths, request.name, facts);
  return (await execute(plan, parsed, discarded)).status;
}

interface Printable {
  /** Runs first, when the default image has to be made. */
  readonly base: Plan | undefined;
  readonly plan: Plan;
  readonly spec: Spec;
  readonly facts: Facts;
  readonly commandLine: string;
}

function printed(format: RunFormat, { base, plan, spec, facts, commandLine }: Printable): string {
  const before = base === undefined ? [] : [base];
  switch (format) {
    case 'sh':
      return renderScript([...before, plan], commandLine);
    case 'json':
      return renderJson(plan, before);
    case 'oci':
      return renderOci(spec, idMappings(facts));
  }
}
