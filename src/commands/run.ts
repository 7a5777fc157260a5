/** `tinydocker run`: one container, from the request to its exit status. */

import process from 'node:process';
import { EXIT, failureError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { loadImage } from '../host/images.ts';
import { storePaths } from '../host/store-paths.ts';
import { createSpec } from '../plan/create-spec.ts';
import { planRun } from '../plan/run.ts';
import { renderScript } from '../plan/script.ts';
import { missingBase } from './base-image.ts';
import { execute } from './execute.ts';
import { freeName } from './free-name.ts';
import { parseRun } from './run-options.ts';

export const help = '';

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const parsed = parseRun(argv);
  if (parsed === 'help') return EXIT.ok;
  const { request } = parsed;
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const base = missingBase(paths, request.image, facts);
  const image = base?.image ?? loadImage(paths, request.image);
  const spec = createSpec(request, image);
  if (!spec.ok) throw failureError(spec.failures);
  const plan = planRun({
    spec: spec.value,
    container: { name: request.name, image: request.image, keep: request.keep, stdin: request.interactive },
    layers: image.layers,
    facts,
  });
  if (!plan.ok) throw failureError(plan.failures);
  if (parsed.dryRun) {
    process.stdout.write(renderScript([...(base === undefined ? [] : [base.plan]), plan.value], commandLine));
    return EXIT.ok;
  }
  await freeName(request.name, facts);
  if (base !== undefined) {
    const { type, status } = await execute(base.plan, parsed);
    if (type !== 'succeeded' || status !== EXIT.ok) return status;
  }
  return (await execute(plan.value, parsed)).status;
}
