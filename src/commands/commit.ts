/** `tinydocker commit`: an image of what a container changed. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { assertStillThere, containerStack } from '../host/changes/container.ts';
import { findWhatGoesIn, mountPointsMade } from '../host/changes/goes-in.ts';
import { imageOfContainer } from '../host/container-image.ts';
import type { StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { imageId } from '../host/image-details.ts';
import { requireImage, shortName } from '../host/images.ts';
import { requireContainer } from '../host/no-container.ts';
import { newLinkName, newOperationId, timestamp } from '../host/operation.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import type { Facts } from '../plan/facts.ts';
import { planCommit } from '../plan/image/plan-commit.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { inodeOf } from '../plan/prune.ts';
import { visibleBytes } from '../ui/changes-text.ts';
import { askOwner, isOwner, runForLook } from './as-owner.ts';
import { CONFIG_OPTIONS, configChanges, UNSUPPORTED } from './commit-options.ts';
import { IMPORT_OPTIONS, IMPORT_OPTIONS_HELP, maxSize } from './import-options.ts';
import { parseOptions } from './options.ts';
import { carryOut, planOptions } from './plan-options.ts';

export const help = `Make an image of what a container changed.

Examples
  tinydocker commit c1 mine                     the image, and c1's changes
  tinydocker commit --only /etc c1 mine:2       only what changed there
  tinydocker commit --except /tmp --except /var/log c1 mine
  tinydocker commit --cmd '["nginx"]' -e A=b -m 'with nginx' c1 web
  tinydocker commit --dry-run c1 mine           see what goes in, and how

Usage
  tinydocker commit [OPTIONS] NAME IMAGE[:TAG]

It works after the container ended with run --keep, and while it runs. The new
image has the layers that the container stands on, which it shares with the
container's image, and one more with the changes. The container stays as it is.
If IMAGE is taken, it means the new image from then on.

What goes in is what tinydocker diff lists; --dry-run lists it, too. A PATH is
absolute, or relative to /, and means everything below it. Directories on the
way to it go in as well. A container that changed nothing gives an image with
an empty layer. Volumes, and sockets, are no part of an image. What a fork froze
becomes a layer of its own.

What goes in
      --only PATH          take only what changed there (may be repeated)
      --except PATH        leave out what changed there (may be repeated)

The image
  -m, --message TEXT       a comment for the image's history
  -a, --author TEXT        who made it
      --cmd COMMAND        what it runs: a JSON array of words; or text for
                           /bin/sh -c; "" for nothing
      --entrypoint PROG    a program, or a JSON array; drops the command
  -e, --env NAME=VALUE     set a variable (may be repeated)
  -w, --workdir DIR        where the command starts
  -u, --user USER[:GROUP]  who runs it
  -l, --label NAME=VALUE   a label (may be repeated)
      --stop-signal NAME   what stops it: SIGTERM

Options
${IMPORT_OPTIONS_HELP}
Exit status
  0  done; stdout has the image's id
  1  failed; everything was undone
  2  the command line is wrong
`;

const OPTIONS = {
  ...IMPORT_OPTIONS,
  ...CONFIG_OPTIONS,
  only: { type: 'string', multiple: true },
  except: { type: 'string', multiple: true },
  message: { type: 'string', short: 'm' },
  author: { type: 'string', short: 'a' },
} as const;

/** What only the owner of the container's files can find out. */
interface Look {
  readonly contents: readonly string[];
  readonly only: readonly string[];
  readonly except: readonly string[];
  readonly mounts: readonly string[];
  readonly notes: readonly string[];
}

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, {
    verb: 'commit',
    unsupported: UNSUPPORTED,
    anywhere: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const changes = configChanges(values);
  const limit = maxSize(values);
  const [name, imageName, surplus] = positionals;
  if (name === undefined || imageName === undefined)
    throw usageError('commit needs a container and a name for the image.', 'tinydocker commit c1 mine');
  if (surplus !== undefined)
    throw usageError(`commit takes a container and a name, and got ${shown(surplus)} too.`);
  const { only = [], except = [], message, author } = values;
  const empty = [...only, ...except].includes('');
  if (empty) throw usageError('A path of --only or --except is an empty word.');
  const image = valueOf(parseImageName(imageName));
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const container = await requireContainer(paths, name);
  const look = await lookAs(facts, paths, container, { only, except, argv });
  if (typeof look === 'number') return look;
  const created = timestamp();
  const base = imageOfContainer(paths, container, created);
  const plan = planCommit({
    ...{ container: name, image, layers: base.layers, frozen: base.frozen, base: base.config },
    ...(container.upper === undefined ? {} : { inode: inodeOf(container.upper) }),
    ...{ changes, created, createdBy: container.args.join(' ') || `tinydocker commit ${name}` },
    ...(message === undefined ? {} : { message }),
    ...(author === undefined ? {} : { author }),
    ...look,
    notes: [...notesOn(container, base.known), ...look.notes],
    links: [...base.layers, ...base.frozen, 'writable'].map(newLinkName),
    ...{ maxSize: limit, id: newOperationId(), facts },
  });
  const status = await carryOut(plan, options, commandLine);
  if (status === EXIT.ok && !options.dryRun)
    process.stdout.write(`sha256:${imageId(requireImage(paths, image))}\n`);
  return status;
}

/** Looks at the changes as their owner: an ordinary user's process asks a second one of itself. The status of that, when it failed. */
async function lookAs(
  facts: Facts,
  paths: StorePaths,
  container: StoredContainer,
  {
    only,
    except,
    argv,
  }: {
    readonly only: readonly string[];
    readonly except: readonly string[];
    readonly argv: readonly string[];
  },
): Promise<Look | number> {
  if (facts.mapping !== 'host' && !isOwner()) {
    const answer = await askOwner(facts, 'commit', argv);
    return typeof answer === 'number' ? answer : (JSON.parse(answer.toString('utf8')) as Look);
  }
  const look = await lookAt(paths, container, only, except);
  if (!isOwner()) return look;
  process.stdout.write(JSON.stringify(look));
  return EXIT.ok;
}

async function lookAt(
  paths: StorePaths,
  container: StoredContainer,
  only: readonly string[],
  except: readonly string[],
): Promise<Look> {
  const { name } = container;
  const stack = await containerStack(paths, container);
  const found = await findWhatGoesIn({
    ...{ container: name, stack, only, except, run: runForLook },
    prefix: isOwner() ? 'user' : 'trusted',
  });
  assertStillThere(stack, name);
  const { changes, sockets, needless } = found;
  return {
    contents: changes.map(({ letter, path }) => `${letter} ${visibleBytes(path)}`),
    only: found.only,
    except: found.except,
    mounts: mountPointsMade(stack.lower, stack.mounts),
    notes: [
      ...needless.map(path => `--except ${shown(path)} names nothing that the container changed`),
      ...(sockets === 0
        ? []
        : [
            `${sockets === 1 ? 'a socket is' : `${sockets} sockets are`} left out: an archive can not hold one`,
          ]),
      ...(changes.length === 0 ? ['nothing changed goes in: the new layer is empty'] : []),
    ],
  };
}

function notesOn({ name, state, image }: StoredContainer, known: boolean): readonly string[] {
  return [
    ...(state === 'alive'
      ? [`${name} runs, and goes on while it is read: what it writes meanwhile may be missing`]
      : []),
    ...(known
      ? []
      : [
          `the image ${shown(shortName(image ?? 'unknown'))} that ${name} stands on is gone: its command, variables and so on are not known`,
        ]),
  ];
}
