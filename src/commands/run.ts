/** `tinydocker run`: one container, from the request to its exit status. */

import process from 'node:process';
import { EXIT, UserError, valueOf } from '../errors.ts';
import type { Outcome } from '../events.ts';
import { probeFacts } from '../host/facts.ts';
import { idMappings } from '../host/id-mappings.ts';
import { layerDirectories, loadImage, shortName } from '../host/images.ts';
import { checkImage, checkInit } from '../host/preflight.ts';
import { storePaths } from '../host/store-paths.ts';
import type { Language } from '../lang/choose-language.ts';
import { createSpec } from '../plan/create-spec.ts';
import type { Facts } from '../plan/facts.ts';
import { failAt } from '../plan/fail-at.ts';
import type { Image } from '../plan/image/image.ts';
import { renderJson } from '../plan/json.ts';
import { renderOci } from '../plan/oci.ts';
import { imageVolumes } from '../plan/run/image-volumes.ts';
import { planRun } from '../plan/run/plan-run.ts';
import type { Spec } from '../plan/spec.ts';
import type { Plan } from '../plan/step.ts';
import { executeInBackground } from './background.ts';
import { missingBase } from './base-image.ts';
import { tellDiscarded } from './discarded.ts';
import { type AfterSteps, execute } from './execute.ts';
import { freeName } from './free-name.ts';
import { scriptText } from './plan-options.ts';
import { RUN_HELP } from './run-help.ts';
import { parseRun, type RunFormat } from './run-options.ts';

export const help = RUN_HELP;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const parsed = parseRun(argv);
  if (parsed === 'help') {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { request, commit } = parsed;
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const base = missingBase(paths, request.image, facts);
  const image = base?.image ?? loadImage(paths, request.image);
  const spec = valueOf(createSpec(request, image));
  const volumes = valueOf(imageVolumes(image.config, request));
  const stopSignal = request.stopSignal ?? image.config.StopSignal;
  const planned = valueOf(
    planRun({
      spec,
      container: {
        name: request.name,
        image: request.image,
        keep: request.keep || commit !== undefined,
        stdin: request.interactive,
        ...(parsed.background === undefined ? {} : { log: { max: parsed.background.logMax } }),
        ...(request.init ? { init: true } : {}),
        ...(stopSignal === undefined ? {} : { stopSignal }),
      },
      layers: image.layers,
      imageVolumes: volumes.paths,
      facts,
    }),
  );
  const whole: Plan = { ...planned, notes: [...planned.notes, ...volumes.notes, ...parsed.notes] };
  const failing = (plan: Plan) => (parsed.failAt === undefined ? plan : valueOf(failAt(plan, parsed.failAt)));
  // Most runs have no use for it, and need not load it.
  const committing = commit === undefined ? undefined : await import('./run-commit.ts');
  const withCommit = (image: Image): Plan =>
    failing(
      committing?.withCommit(whole, {
        ...{ paths, facts, image, spec, commit },
        ...{ imageVolumes: volumes.paths, keep: request.keep },
      }) ?? whole,
    );
  const plan = base === undefined ? withCommit(image) : failing(whole);
  if (parsed.dryRun) {
    if (commit !== undefined && base !== undefined) throw notYetMade(request.image);
    process.stdout.write(printed(parsed, { base: base?.plan, plan, spec, facts, commandLine }));
    return EXIT.ok;
  }
  await freeName(request.name, facts);
  if (base === undefined) {
    const directories = layerDirectories(paths, image);
    checkImage(paths, image.layers, spec, directories);
    if (request.init) checkInit(facts, spec, directories);
  }
  if (base !== undefined) {
    const made = await execute(base.plan, parsed);
    if (made.type !== 'succeeded') return made.status;
  }
  if (parsed.background !== undefined) {
    const outcome = await executeInBackground(plan, parsed);
    if (outcome === undefined) process.stdout.write(`${request.name}\n`);
    return outcome?.status ?? EXIT.ok;
  }
  const { debug } = parsed;
  const debugging = debug === undefined ? undefined : await import('./debug-run.ts');
  const carryOut = (whole: Plan, afterSteps?: AfterSteps): Promise<Outcome> =>
    debug === undefined || debugging === undefined
      ? execute(whole, parsed, afterSteps)
      : debugging.debugRun(whole, { ...parsed, debug, facts, spec, commandLine }, afterSteps);
  if (committing === undefined) {
    const discarded = request.keep ? undefined : tellDiscarded(paths, request.name, facts);
    return (await carryOut(plan, discarded)).status;
  }
  const stored = base === undefined ? image : loadImage(paths, request.image);
  return committing.runAndCommit(paths, plan, () => withCommit(stored), parsed, carryOut);
}

/** A script that makes an image names the layers that it stands on. */
function notYetMade(image: string): UserError {
  return new UserError(
    `The script can not be printed yet: the image ${shortName(image)} is made by the first run, and with --commit the script has to name its layers.`,
    { hint: 'Make it first: tinydocker run first true' },
  );
}

interface Printable {
  /** Runs first, when the default image has to be made. */
  readonly base: Plan | undefined;
  readonly plan: Plan;
  readonly spec: Spec;
  readonly facts: Facts;
  readonly commandLine: string;
}

function printed(
  options: { readonly format: RunFormat; readonly lang?: Language },
  { base, plan, spec, facts, commandLine }: Printable,
): string {
  const before = base === undefined ? [] : [base];
  switch (options.format) {
    case 'sh':
      return scriptText([...before, plan], commandLine, options);
    case 'json':
      return renderJson(plan, before);
    case 'oci':
      return renderOci(spec, idMappings(facts));
  }
}
