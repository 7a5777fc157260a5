/** `tinydocker run`: one container, from the request to its exit status. */

import process from 'node:process';
import { EXIT, failureError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { idMappings } from '../host/id-mappings.ts';
import { layerDirectories, loadImage } from '../host/images.ts';
import { checkImage, checkName } from '../host/preflight.ts';
import { storePaths } from '../host/store-paths.ts';
import { createSpec } from '../plan/create-spec.ts';
import { failAt } from '../plan/fail-at.ts';
import { renderJson } from '../plan/json.ts';
import { renderOci } from '../plan/oci.ts';
import type { Result } from '../plan/result.ts';
import { planRun } from '../plan/run.ts';
import { renderScript } from '../plan/script.ts';
import { execute } from './execute.ts';
import { RUN_HELP } from './run-help.ts';
import { parseRun } from './run-options.ts';

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
  const image = loadImage(paths, request.image);
  const spec = valueOf(createSpec(request, image));
  const whole = valueOf(
    planRun({
      spec,
      container: { name: request.name, image: request.image, keep: request.keep, stdin: request.interactive },
      layers: image.layers,
      facts,
    }),
  );
  const plan = parsed.failAt === undefined ? whole : valueOf(failAt(whole, parsed.failAt));
  if (parsed.dryRun) {
    switch (parsed.format) {
      case 'sh':
        process.stdout.write(renderScript([plan], commandLine));
        break;
      case 'json':
        process.stdout.write(renderJson(plan));
        break;
      case 'oci':
        process.stdout.write(renderOci(spec, idMappings(facts)));
        break;
    }
    return EXIT.ok;
  }
  checkImage(paths, image.layers, spec, layerDirectories(paths, image));
  // A leftover of that name is removed here, before the plan reserves the name anew.
  await checkName(paths, request.name);
  return (await execute(plan, parsed)).status;
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw failureError(result.failures);
  return result.value;
}
