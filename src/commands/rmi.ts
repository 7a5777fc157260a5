/** `tinydocker rmi`: removes images, and layers that nobody uses any more. */

import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import type { StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { requireImage, shortName } from '../host/images.ts';
import { containersOf, unusedWithout } from '../host/layer-use.ts';
import { newOperationId } from '../host/operation.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { planRemoveImage } from '../plan/image/remove-image.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

export const help = `Remove images.

Examples
  tinydocker rmi debian                remove an image
  tinydocker rmi mine:1 mine:2         remove two
  tinydocker rmi --dry-run debian      see what it would do

Usage
  tinydocker rmi [OPTIONS] NAME[:TAG]...      (also: tinydocker image rm)

Every layer that no other image and no container uses goes with them. An image
that a container uses, running or kept, is not removed.

Options
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, PLAN_OPTIONS, {
    verb: 'rmi',
    anywhere: true,
    unsupported: { f: 'an image in use is never removed', force: 'an image in use is never removed' },
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  if (positionals.length === 0)
    throw usageError('rmi needs the name of an image.', 'tinydocker images lists them.');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const names = [...new Set(positionals.map(name => valueOf(parseImageName(name))))];
  for (const name of names) await refuseUsed(paths, name);
  const unused = await unusedWithout(paths, names);
  return carryOut(planRemoveImage({ names, ...unused, id: newOperationId(), facts }), options, commandLine);
}

async function refuseUsed(paths: StorePaths, name: string): Promise<void> {
  const image = requireImage(paths, name);
  const [container] = await containersOf(paths, image);
  if (container === undefined) return;
  throw new UserError(
    `The image ${shown(shortName(name))} is used by the container ${container.name}, which ${stateText(container)}.`,
    {
      hint: wayOut(container),
    },
  );
}

function stateText({ state }: StoredContainer): string {
  switch (state) {
    case 'alive':
      return 'runs';
    case 'kept':
      return 'was kept';
    case 'leftover':
      return 'a crash left behind';
  }
}

function wayOut({ name, state }: StoredContainer): string {
  switch (state) {
    case 'alive':
      return `End ${name} first.`;
    case 'kept':
      return `tinydocker rm ${name} removes the container, and then the image can go.`;
    case 'leftover':
      return 'tinydocker prune removes what crashes left, and then the image can go.';
  }
}
