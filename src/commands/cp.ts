/** `tinydocker cp`: files into a container, and out of one. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { containerView } from '../host/container-view.ts';
import {
  containerPath,
  containerTarget,
  hostPath,
  hostSource,
  hostTarget,
  nameIn,
} from '../host/copy-paths.ts';
import { probeFacts } from '../host/facts.ts';
import { newOperationId } from '../host/operation.ts';
import { storePaths } from '../host/store-paths.ts';
import { type CopyIn, type CopyOut, planCopy } from '../plan/files/plan-copy.ts';
import { shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

const OPTIONS = {
  ...PLAN_OPTIONS,
  archive: { type: 'boolean', short: 'a' },
  'follow-link': { type: 'boolean', short: 'L' },
} as const;

export const help = `Copy files out of a container, and into one.

Examples
  tinydocker cp c1:/etc/hosts .        out, into this directory
  tinydocker cp c1:/var/log ./logs     a directory; ./logs is made of it
  tinydocker cp ./site/. c1:/srv/www   in: the content of a directory
  tinydocker cp c1:/etc - | tar -t     out, as a tar archive on stdout
  tinydocker cp - c1:/srv <site.tar    in: a tar archive from stdin
  tinydocker cp --dry-run a.txt c1:/   see what it would do

Usage
  tinydocker cp [OPTIONS] NAME:SOURCE TARGET
  tinydocker cp [OPTIONS] SOURCE NAME:TARGET

It works while the container runs, and after it ended with run --keep. A path of
the host that has a ":" in it is written with a "/" before: ./a:b.

The rules are docker's. A file takes the name of a TARGET that does not exist,
replaces one that is a file, and goes into one that is a directory. A directory
becomes a TARGET that does not exist, and goes into one that does; with "/." at
the end of SOURCE only its content does. Directories of the same name are
joined. A file never replaces a directory, nor a directory a file.

What is copied in belongs to root of the container, what is copied out to you;
with -a, owners stay as numbers. Links are copied as links, and none leads out
of the container. From a running container files of volumes can be copied; into
a volume nothing is copied, because it is a directory of the host. /proc, /sys
and /dev are left out.

Options
  -a, --archive        keep the owners, as numbers
  -L, --follow-link    when SOURCE is a symbolic link, copy what it leads to
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'cp', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [source, target, surplus] = positionals;
  if (source === undefined || target === undefined)
    throw usageError('cp needs a source and a target.', 'For example: tinydocker cp c1:/etc/hosts .');
  if (surplus !== undefined)
    throw usageError(`cp takes one source and one target, and got ${shown(surplus)} too.`);
  const { name, copy } = copyOf(source, target, values['follow-link'] ?? false);
  if (copy.to === 'stdout' && !options.dryRun && process.stdout.isTTY)
    throw new UserError('An archive is not for a terminal to show.', {
      hint: `Let another program read it: tinydocker cp ${shown(source)} - | tar -t.`,
    });
  const facts = probeFacts();
  const view = await containerView(storePaths(facts.storeRoot), name);
  const plan = planCopy({ view, copy, archive: values.archive ?? false, id: newOperationId(), facts });
  return carryOut(plan, options, commandLine);
}

/** Which container, and what goes where. Throws a UserError when it can not be. */
function copyOf(
  source: string,
  target: string,
  follow: boolean,
): { readonly name: string; readonly copy: CopyIn | CopyOut } {
  const [from, to] = [inContainer(source), inContainer(target)];
  if (from !== undefined && to !== undefined)
    throw usageError(
      'Nothing is copied from one container to another.',
      `tinydocker cp ${source} - | tinydocker cp - ${target} does it.`,
    );
  if (from !== undefined) {
    const typed = containerPath(from.path);
    const name = nameIn(typed);
    return {
      name: from.name,
      copy: {
        direction: 'out',
        source: {
          path: `${typed.path}${typed.content ? '/.' : ''}`,
          link: typed.slash ? 'directory' : follow ? 'follow' : 'nofollow',
        },
        to: target === '-' ? 'stdout' : hostTarget(hostPath(target), target, name),
      },
    };
  }
  if (to === undefined)
    throw usageError(
      `Neither ${shown(source)} nor ${shown(target)} is in a container.`,
      'A path in a container is written NAME:PATH, as in c1:/etc/hosts.',
    );
  const typed = hostPath(source);
  return {
    name: to.name,
    copy:
      source === '-'
        ? {
            direction: 'in',
            source: { type: 'stdin' },
            // An archive is unpacked into a directory that is there.
            to: { path: `${containerPath(to.path).path}/.`, slash: true, as: '' },
          }
        : {
            direction: 'in',
            source: hostSource(typed, source, follow),
            to: containerTarget(containerPath(to.path), nameIn(typed)),
          },
  };
}

/** NAME:PATH, unless what is before the colon can only be a path. */
function inContainer(text: string): { readonly name: string; readonly path: string } | undefined {
  const match = /^([^/:.][^/:]*):(.*)$/s.exec(text);
  return match === null ? undefined : { name: match[1] ?? '', path: match[2] ?? '' };
}
