/** `tinydocker rename`: another name for a container. */

import process from 'node:process';
import { EXIT, failureError, UserError, usageError } from '../errors.ts';
import { nameInUse } from '../host/causes/name-taken.ts';
import { findContainer, type StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { requireContainer } from '../host/no-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { planRename } from '../plan/life/plan-rename.ts';
import { containerNameFailure, shown } from '../plan/names.ts';
import { inodeOf } from '../plan/prune.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

export const help = `Give a container another name.

Examples
  tinydocker rename c1 web            c1 is web from now on
  tinydocker rename --dry-run c1 web  print the commands that would do it

Usage
  tinydocker rename [OPTIONS] NAME NEW-NAME

Only of a container that does not run: its mounts are known by its name. The
hostname stays what it was, as docker has it.

Options
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  there is none, it runs, or the new name is in use
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, PLAN_OPTIONS, { verb: 'rename', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [name, to, ...more] = positionals;
  if (name === undefined || to === undefined || more.length > 0)
    throw usageError('rename takes two names: the old one and the new one.', 'tinydocker rename c1 web');
  const fault = containerNameFailure(to);
  if (fault !== undefined) throw failureError([fault]);
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const { identity } = await renamable(paths, name);
  if (name === to) throw new UserError(`The container has the name ${shown(name)} already.`);
  const taken = await findContainer(paths, to);
  if (taken !== undefined) {
    const { cause, hint } = nameInUse(to, taken.state);
    throw new UserError(cause, { hint });
  }
  return carryOut(planRename({ name, to, inode: inodeOf(identity), facts }), options, commandLine);
}

/** The container, if it may be renamed. Throws a UserError otherwise. */
async function renamable(paths: StorePaths, name: string): Promise<StoredContainer> {
  const container = await requireContainer(paths, name);
  switch (container.state) {
    case 'kept':
      return container;
    case 'alive':
      throw new UserError(`The container ${shown(name)} runs, and its mounts are known by its name.`, {
        hint: `tinydocker stop ${name} ends it; then it can be renamed.`,
      });
    case 'leftover':
      throw new UserError(`The container ${shown(name)} is what a killed run left behind.`, {
        hint: 'tinydocker prune removes it.',
      });
  }
}
