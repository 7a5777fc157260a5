/** `tinydocker rm`: removes containers that were kept. */

import { lstatSync } from 'node:fs';
import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { findContainer, identityOf, type StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { heldError } from '../host/holder.ts';
import { usedOnlyBy } from '../host/layer-use.ts';
import { removableContainer } from '../host/leftovers.ts';
import { type Found, findLiving } from '../host/living.ts';
import { noSuchContainer } from '../host/no-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { askedLanguage, LANG_OPTION } from '../lang/choose-language.ts';
import { planStop } from '../plan/life/plan-stop.ts';
import { containerNameFailure, shown } from '../plan/names.ts';
import { inodeOf, planRemoveContainers, type Removable, removableName } from '../plan/prune.ts';
import { execute } from './execute.ts';
import { parseOptions } from './options.ts';
import { scriptText } from './plan-options.ts';
import { removeAll } from './remove.ts';
import { tellError } from './tell-error.ts';

const OPTIONS = {
  force: { type: 'boolean', short: 'f' },
  'dry-run': { type: 'boolean' },
  progress: { type: 'string' },
  ...LANG_OPTION,
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

const UNSUPPORTED = {
  v: "a container's own volumes always go with it",
  volumes: "a container's own volumes always go with it",
};

export const help = `Remove containers that were kept.

Examples
  tinydocker rm hello1               remove what run --keep kept
  tinydocker rm hello1 hello2        several at once
  tinydocker rm -f hello1            kill it first, if it runs
  tinydocker rm --dry-run hello1     print the commands that would do it

Usage
  tinydocker rm [OPTIONS] NAME...

A container that runs is removed only with -f, which kills it first: all names
are looked at before anything is done. The image stays as it is; what is lost is
what the container wrote. Layers that only the container used go with it: those
that a fork froze, and those of an image whose name means another one by now.
What was run without --keep or -d takes itself away when it ends.

Options
  -f, --force          kill what runs, and take no offence at a name that no
                       container has
      --dry-run        print the plan as a script; change nothing
      --progress MODE  auto, tty, plain, json or quiet
      --lang LANG      en or zh (Simplified Chinese)
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
  const lang = askedLanguage(values.lang);
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { force = false, quiet = false } = values;
  const looked = await Promise.all(
    [...new Set(positionals)].map(name => (force ? whatever(paths, name) : removable(paths, name))),
  );
  const found = looked.filter(one => one !== undefined);
  const names = found.map(({ container }) => container.name);
  const living = found.flatMap(one => one.living ?? []);
  const { layers, links } = await usedOnlyBy(paths, names);
  const planOf = (some: readonly Removable[]) => planRemoveContainers(some, facts);
  const things: readonly Removable[] = [
    ...found.map(({ container, living }) => {
      const { identity } = container;
      // Its end changes the directory.
      return {
        ...removableContainer(paths, container),
        identity: living === undefined ? identity : inodeOf(identity),
      };
    }),
    ...layers.map(digest => ({ type: 'layer', digest }) as const),
    ...links.map(name => ({ type: 'link', name }) as const),
  ];
  const kill = living.length === 0 ? [] : [planStop(living, 0, facts)];
  if (values['dry-run']) {
    process.stdout.write(scriptText([...kill, planOf(things)], commandLine, lang));
    return EXIT.ok;
  }
  const options = {
    ...(values.progress === undefined ? {} : { progress: values.progress }),
    ...lang,
    quiet,
    pace: 0,
  };
  for (const plan of kill) {
    const { type, status } = await execute(plan, options);
    if (type !== 'succeeded') return type === 'interrupted' ? status : EXIT.failure;
  }
  const { failed, interrupted } = await removeAll(things, planOf, options);
  if (interrupted !== undefined) return interrupted;
  const left = found.filter(({ container }) => stillThere(container));
  for (const { container } of left) {
    if (failed.every(thing => removableName(thing) !== container.name))
      tellError(heldError(container.directory, container.name, 'removed'));
  }
  const gone = names.filter(name => left.every(({ container }) => container.name !== name));
  if (!quiet) process.stdout.write(gone.map(name => `${name}\n`).join(''));
  return failed.length > 0 || left.length > 0 ? EXIT.failure : EXIT.ok;
}

/** Whether the directory that was to be removed is there: somebody else may have taken it meanwhile. */
function stillThere({ directory, identity }: StoredContainer): boolean {
  const stats = lstatSync(directory, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && inodeOf(identityOf(stats)) === inodeOf(identity);
}

/** With -f: whatever it does, and also if there is none. */
async function whatever(paths: StorePaths, name: string): Promise<Found | undefined> {
  return (await containerOf(paths, name)) === undefined ? undefined : findLiving(paths, name);
}

async function containerOf(paths: StorePaths, name: string): Promise<StoredContainer | undefined> {
  return containerNameFailure(name) === undefined ? findContainer(paths, name) : undefined;
}

/** The container, if it may be removed. Throws a UserError otherwise. */
async function removable(paths: StorePaths, name: string): Promise<Found> {
  const container = await containerOf(paths, name);
  if (container === undefined) throw await noSuchContainer(paths, name, 'kept');
  if (container.state === 'alive')
    throw new UserError(`The container ${shown(name)} runs, so it is not removed.`, {
      hint: `tinydocker stop ${name} ends it; tinydocker rm -f ${name} kills it and removes it.`,
    });
  return { container, living: undefined };
}
