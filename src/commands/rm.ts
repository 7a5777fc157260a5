/** `tinydocker rm`: removes containers that were kept. */

import { existsSync } from 'node:fs';
import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { findContainer, type StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { usedOnlyBy } from '../host/layer-use.ts';
import { removableContainer } from '../host/leftovers.ts';
import { noSuchContainer } from '../host/no-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { containerNameFailure, shown } from '../plan/names.ts';
import { planRemoveContainers, type Removable } from '../plan/prune.ts';
import { renderScript } from '../plan/script.ts';
import { messageText } from '../ui/messages.ts';
import { parseOptions } from './options.ts';
import { removeAll } from './remove.ts';

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  progress: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

const UNSUPPORTED = {
  f: 'a container that runs is not removed; end it where it runs',
  force: 'a container that runs is not removed; end it where it runs',
  v: "a container's own volumes always go with it",
  volumes: "a container's own volumes always go with it",
};

export const help = `Remove containers that were kept.

Examples
  tinydocker rm hello1               remove what run --keep kept
  tinydocker rm hello1 hello2        several at once
  tinydocker rm --dry-run hello1     print the commands that would do it

Usage
  tinydocker rm [OPTIONS] NAME...

A container that runs is not removed: all names are looked at before anything
is. The image stays as it is; what is lost is what the container wrote. Layers
that only the container used go with it: those that a fork froze, and those of an
image whose name means another one by now. Without --keep there is nothing to remove: a container takes itself
away.

Options
      --dry-run        print the plan as a script; change nothing
      --progress MODE  auto, tty, plain, json or quiet
  -q, --quiet          print nothing but errors
  -h, --help           print this text

Exit status
  0  all are removed
  1  one runs, does not exist, or could not be removed
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'rm',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (positionals.length === 0)
    throw usageError('Which container is to be removed?', 'For example: tinydocker rm hello1');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const names = [...new Set(positionals)];
  const containers = await Promise.all(names.map(name => removable(paths, name)));
  const { layers, links } = await usedOnlyBy(paths, names);
  const planOf = (some: readonly Removable[]) => planRemoveContainers(some, facts);
  const things: readonly Removable[] = [
    ...containers.map(container => removableContainer(paths, container)),
    ...layers.map(digest => ({ type: 'layer', digest }) as const),
    ...links.map(name => ({ type: 'link', name }) as const),
  ];
  if (values['dry-run']) {
    process.stdout.write(renderScript([planOf(things)], commandLine));
    return EXIT.ok;
  }
  const quiet = values.quiet ?? false;
  const { failed, interrupted } = await removeAll(things, planOf, {
    ...(values.progress === undefined ? {} : { progress: values.progress }),
    quiet,
    pace: 0,
  });
  if (interrupted !== undefined) return interrupted;
  const tried = containers.filter((_, index) => !failed.includes(things[index] as Removable));
  const stayed = tried.filter(({ directory }) => existsSync(directory));
  for (const { name } of stayed)
    process.stderr.write(
      messageText({
        kind: 'error',
        text: `The container ${shown(name)} was taken into use or changed meanwhile, so it was left alone.`,
        hint: 'Try again.',
      }),
    );
  if (!quiet) process.stdout.write(tried.map(one => (stayed.includes(one) ? '' : `${one.name}\n`)).join(''));
  return failed.length + stayed.length > 0 ? EXIT.failure : EXIT.ok;
}

/** The container, if it may be removed. Throws a UserError otherwise. */
async function removable(paths: StorePaths, name: string): Promise<StoredContainer> {
  const container = containerNameFailure(name) === undefined ? await findContainer(paths, name) : undefined;
  if (container === undefined) throw await noSuchContainer(paths, name, 'kept');
  if (container.state === 'alive')
    throw new UserError(`The container ${shown(name)} runs, so it is not removed.`, {
      hint: 'End it where it runs (exit, or Ctrl-C), then try again.',
    });
  return container;
}
