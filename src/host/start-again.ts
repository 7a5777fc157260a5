/** From what was written down about a kept container to the plan that starts it again. Read-only. */

import { readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, valueOf } from '../errors.ts';
import { completeSpec } from '../plan/create-spec.ts';
import { DEFAULT_LOG_MAX } from '../plan/defaults.ts';
import type { Facts } from '../plan/facts.ts';
import { shown } from '../plan/names.ts';
import { inodeOf } from '../plan/prune.ts';
import { planRun } from '../plan/run/plan-run.ts';
import type { Plan } from '../plan/step.ts';
import { layerLinks, noWritableLayer } from './container-layers.ts';
import { requireContainer } from './no-container.ts';
import { newOperationId } from './operation.ts';
import { checkImage, checkInit } from './preflight.ts';
import { digestOfLayer, type StorePaths } from './store-paths.ts';

export interface StartAgain {
  readonly paths: StorePaths;
  readonly facts: Facts;
  readonly name: string;
  /** In the foreground; otherwise in the background, with a log. */
  readonly attach: { readonly interactive: boolean } | undefined;
  /** When the plan is carried out, it will not run any more. */
  readonly endsBefore?: boolean;
}

/** The plan, or undefined when the container runs already and does not end before. Throws a UserError when there is no such container, or it can not be started. */
export async function planStart({
  paths,
  facts,
  name,
  attach,
  endsBefore,
}: StartAgain): Promise<Plan | undefined> {
  const container = await requireContainer(paths, name);
  if (container.state === 'alive' && !endsBefore) return undefined;
  const { record } = container;
  if (container.state === 'alive' && record?.keep !== true)
    throw new UserError(`The container ${shown(name)} is not kept: when it ends, it is gone.`, {
      hint: 'run -d keeps one that can be started again, and so does run --keep.',
    });
  if (container.state === 'leftover' || record === undefined)
    throw new UserError(`The container ${shown(name)} is what a killed run left behind.`, {
      hint: 'tinydocker prune removes it.',
    });
  if (record.process.args.length === 0)
    throw new UserError(`The record of the container ${shown(name)} does not say what it runs.`, {
      hint: `tinydocker commit ${name} IMAGE makes an image of its files.`,
    });
  const spec = completeSpec(record);
  const { upper } = container;
  const links = layerLinks(paths, container);
  if (upper === undefined) throw noWritableLayer(container);
  const layers = links.map(link => ({
    link,
    digest: digestOfLayer(readlinkSync(join(paths.links, link))),
  }));
  checkImage(paths, layers, spec, [
    ...layers.map(({ link }) => realpathSync(join(paths.links, link))),
    join(container.directory, 'upper'),
  ]);
  if (record.init)
    checkInit(facts, spec, [
      ...layers.map(({ link }) => realpathSync(join(paths.links, link))),
      join(container.directory, 'upper'),
    ]);
  const terminal = record.process.terminal;
  return valueOf(
    planRun({
      spec,
      container: {
        name,
        image: record.image,
        keep: true,
        stdin: attach === undefined ? record.stdin : attach.interactive || terminal,
        ...(attach === undefined ? { log: { max: record.logMax ?? DEFAULT_LOG_MAX } } : {}),
        ...(record.init ? { init: true } : {}),
        ...(record.stopSignal === undefined ? {} : { stopSignal: record.stopSignal }),
        again: { id: newOperationId(), upper: inodeOf(upper) },
      },
      layers,
      imageVolumes: record.imageVolumes,
      facts,
    }),
  );
}
