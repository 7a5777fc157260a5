/** `run --commit`: what a run's container changed becomes an image when the command has ended. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { EXIT } from '../errors.ts';
import type { Outcome } from '../events.ts';
import { mountPlaces } from '../host/changes/container.ts';
import { mountPointsMade } from '../host/changes/goes-in.ts';
import { imageOfContainer } from '../host/container-image.ts';
import { layerDirectories } from '../host/images.ts';
import { newLinkName, newOperationId, timestamp } from '../host/operation.ts';
import type { StorePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import type { Image } from '../plan/image/image.ts';
import { planCommit } from '../plan/image/plan-commit.ts';
import { userMounts } from '../plan/run/mounts.ts';
import { mountPoints } from '../plan/run/record.ts';
import type { Spec } from '../plan/spec.ts';
import type { Plan } from '../plan/step.ts';
import { messageText } from '../ui/messages.ts';
import { type AfterSteps, type ExecuteOptions, execute } from './execute.ts';
import { maxSize } from './import-options.ts';

export interface CommitAfter {
  readonly paths: StorePaths;
  readonly facts: Facts;
  /** What the container is made of; in the store. */
  readonly image: Image;
  readonly spec: Spec;
  /** Paths of volumes that the image declares. */
  readonly imageVolumes: readonly string[];
  /** The new image's name, with its tag; none: there is nothing to commit. */
  readonly commit: string | undefined;
  /** Keep the container all the same. */
  readonly keep: boolean;
}

/** The run's plan, which keeps the container, and after it the one that makes the image. Nobody knows yet what will be in it. */
export function withCommit(
  run: Plan,
  { paths, facts, image, spec, imageVolumes, commit, keep }: CommitAfter,
): Plan {
  if (commit === undefined) return run;
  const created = timestamp();
  const links = image.layers.map(({ link }) => link);
  const base = imageOfContainer(paths, { image: image.name, layers: links, frozen: [] }, created);
  const directories = layerDirectories(paths, image);
  const mounts = mountPoints({ mounts: userMounts(spec), imageVolumes });
  const plan = planCommit({
    ...{ container: run.subject, image: commit, layers: base.layers, frozen: [], base: base.config },
    ...{ changes: { env: [], labels: [] }, created, createdBy: spec.process.args.join(' ') },
    ...{ only: [], except: [], notes: [] },
    mounts: mountPointsMade(directories.toReversed(), mountPlaces(directories, mounts)),
    links: [...links.map(newLinkName), newLinkName()],
    ...{ maxSize: maxSize({}), id: newOperationId(), facts },
  });
  return { ...run, afterwards: { plan, removesKept: !keep } };
}

/**
 * Runs the container's plan, and then the one that makes the image, while the container's name is still reserved. Returns the exit status: the command's,
 * or 125 when there is no image. `carryOut` executes the first; `planned` gives both plans once more, when the command has ended: an image tells when it was made.
 */
export async function runAndCommit(
  paths: StorePaths,
  run: Plan,
  planned: () => Plan,
  options: ExecuteOptions,
  carryOut: (plan: Plan, afterSteps: AfterSteps) => Promise<Outcome>,
): Promise<number> {
  let made: boolean | undefined;
  let left = false;
  let image = '';
  const afterSteps: AfterSteps = async (_stopped, _reporter, removeKept) => {
    const { afterwards } = planned();
    if (afterwards === undefined) return;
    image = afterwards.plan.subject;
    made = false;
    try {
      const outcome = await execute(afterwards.plan, options);
      made = outcome.type === 'succeeded';
      left = outcome.status !== EXIT.ok;
    } finally {
      if (!made) sayKept(run.subject, image, 'error');
    }
    if (made && afterwards.removesKept) removeKept();
  };
  const { status, type } = await carryOut(run, afterSteps);
  // Stopped just when the command began.
  if (made === undefined && type === 'interrupted' && existsSync(join(paths.containers, run.subject)))
    sayKept(run.subject, run.afterwards?.plan.subject ?? image, 'note');
  return made === false || left ? EXIT.tinydocker : status;
}

function sayKept(container: string, commit: string, kind: 'error' | 'note'): void {
  process.stderr.write(
    messageText({
      kind,
      text: `The image ${commit} was not made, so the container ${container} is kept.`,
      hint: `tinydocker commit ${container} ${commit} tries again; tinydocker rm ${container} removes it.`,
    }),
  );
}
