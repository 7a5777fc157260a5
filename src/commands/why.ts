/** `tinydocker why`: which layer supplies a path. */

import { realpathSync } from 'node:fs';
import process from 'node:process';
import { EXIT, UserError, usageError, valueOf } from '../errors.ts';
import { assertStillThere, containerStack } from '../host/changes/container.ts';
import { xray } from '../host/changes/xray.ts';
import { findContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { findImage, layerDirectories, shortName } from '../host/images.ts';
import { noSuchContainer } from '../host/no-container.ts';
import { digestOfLayer, type StorePaths, storePaths } from '../host/store-paths.ts';
import { answerWords, type LayerName, layerWords, roleOf, type XrayView } from '../plan/changes/xray.ts';
import { containerNameFailure, parseImageName, shown } from '../plan/names.ts';
import { bytesJson, entryJson, visibleBytes } from '../ui/changes-text.ts';
import { isOwner, rerunAsOwner, runForLook } from './as-owner.ts';
import { parseOptions } from './options.ts';

const OPTIONS = { format: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** The version of --format json. It changes when a field changes its meaning or goes; new fields may come at any time. */
const VERSION = 1;

/** Mounted over in every container. */
const SYSTEM = ['/proc', '/sys', '/dev'];

export const help = `Show which layer supplies a file, and what it hides.

Examples
  tinydocker why c1 /etc/passwd             in a container
  tinydocker why debian:latest /bin/sh      in an image
  tinydocker why --format json c1 /etc      for programs

Usage
  tinydocker why [OPTIONS] NAME|IMAGE PATH

A container sees its layers as one tree: from the topmost layer that has a path
comes what is seen. It hides what lower layers have there: a file that was
changed is copied up first (a copy), one that was deleted is hidden by a
whiteout, and a directory that was made anew is opaque. Directories are joined.
This shows every layer, topmost first, with what it has at the path. A frozen
layer was the writable one until the container was forked.

A name of both a container and an image is the container's; with its tag it is
the image's. Links on the way are followed inside the root; if PATH itself is a
link, it is the link that is asked for. What is mounted over the layers while
the container runs is not shown, but said.

Options
      --format FORMAT  how to print it: text or json
  -h, --help           print this text

Exit status
  0  done
  1  there is no such container or image, or no layer has such a path
  2  the command line is wrong
`;

interface Subject {
  /** "the container c1". */
  readonly title: string;
  /** Topmost first. */
  readonly directories: readonly string[];
  readonly names: readonly LayerName[];
  /** Where something is mounted over the layers. */
  readonly mounts: readonly string[];
  /** Throws a UserError when the layers are others by now. */
  assertSame(): void;
}

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'why', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { format = 'text' } = values;
  if (format !== 'text' && format !== 'json')
    throw usageError(`--format ${shown(format)} is not known.`, 'It is printed as text or json.');
  const [name, path, surplus] = positionals;
  if (name === undefined || path === undefined)
    throw usageError(
      'why needs a container or an image, and a path.',
      'For example: tinydocker why hello1 /etc/passwd',
    );
  if (surplus !== undefined) throw usageError(`why takes one path, and got ${shown(surplus)} too.`);
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const subject = await subjectOf(paths, name);
  const status = await rerunAsOwner(facts, 'why', argv);
  if (status !== undefined) return status;

  const view = await xray(subject.directories, path, isOwner() ? 'user' : 'trusted', runForLook);
  subject.assertSame();
  if (view.layers.every(({ entry }) => entry === undefined) && coverOf(view, subject) === undefined)
    throw new UserError(`No layer of ${subject.title} has ${shown(String(view.path))}.`);
  process.stdout.write(format === 'json' ? json(view, subject) : text(view, subject));
  return EXIT.ok;
}

async function subjectOf(paths: StorePaths, name: string): Promise<Subject> {
  const container = containerNameFailure(name) === undefined ? await findContainer(paths, name) : undefined;
  if (container !== undefined) {
    const stack = await containerStack(paths, container);
    const { own, lower, mounts } = stack;
    const [, ...frozen] = own;
    return {
      title: `the container ${name}`,
      directories: [...own, ...lower],
      names: [{ title: 'writable layer' }, ...frozenNames(frozen), ...layerNames(lower)],
      mounts: [...SYSTEM, ...mounts],
      assertSame: () => assertStillThere(stack, name),
    };
  }
  const image = findImage(paths, valueOf(parseImageName(name)));
  if (image === undefined) {
    const { hint } = await noSuchContainer(paths, name, 'all');
    throw new UserError(`There is no container and no image ${shown(name)}.`, { hint });
  }
  const all = layerDirectories(paths, image);
  const lower = all.filter((layer, index) => !all.includes(layer, index + 1)).toReversed();
  return {
    title: `the image ${shortName(image.name)}`,
    directories: lower.map(directory => real(directory, image.name)),
    names: layerNames(lower),
    mounts: [],
    assertSame: () => undefined,
  };
}

function real(directory: string, image: string): string {
  try {
    return realpathSync(directory);
  } catch {
    throw new UserError(`A layer of the image ${shown(shortName(image))} is gone: ${directory}.`, {
      hint: 'Import the image again.',
    });
  }
}

function frozenNames(frozen: readonly string[]): readonly LayerName[] {
  return frozen.map((directory, index) => ({
    title: `frozen layer ${frozen.length - index} of ${frozen.length}`,
    digest: digestOfLayer(directory),
    frozen: true,
  }));
}

function layerNames(lower: readonly string[]): readonly LayerName[] {
  return lower.map((directory, index) => ({
    title: `layer ${lower.length - index} of ${lower.length}`,
    digest: digestOfLayer(directory),
  }));
}

/** The mount that covers the path in a container that runs. */
function coverOf({ path }: XrayView, { mounts }: Subject): string | undefined {
  const text = String(path);
  return mounts.find(mount => text === mount || text.startsWith(`${mount}/`));
}

function text(view: XrayView, subject: Subject): string {
  const { names, title } = subject;
  const width = Math.max(...names.map(name => name.title.length));
  const rows = view.layers.map(layer => {
    const { title: name = '', digest = '', frozen } = names[layer.layer] ?? {};
    const what = frozen ? 'by a fork' : digest.slice(0, 12);
    const mark = roleOf(view, layer) === 'supplies' ? '>' : ' ';
    return `${mark} ${name.padEnd(width)}  ${what.padEnd(12)}  ${layerWords(view, layer, names, visibleBytes)}\n`;
  });
  const links = view.links.map(
    ({ path, target }) => `${visibleBytes(path)} is a link to ${visibleBytes(target)}.\n`,
  );
  const cover = coverOf(view, subject);
  const mounted =
    cover === undefined
      ? ''
      : `\nWhile the container runs, a mount on ${cover} covers it: what it sees there comes from no layer.\n`;
  return `${links.join('')}${visibleBytes(view.path)} in ${title} ${answerWords(view, names)}.\n\n${rows.join('')}${mounted}`;
}

/** What was never packed has no digest. */
function digestIn(name: LayerName | undefined): string | undefined {
  return name?.frozen ? undefined : name?.digest;
}

function json(view: XrayView, subject: Subject): string {
  return `${JSON.stringify(
    {
      version: VERSION,
      subject: subject.title,
      ...bytesJson('path', view.path),
      links: view.links.map(({ path, target }) => ({
        ...bytesJson('path', path),
        ...bytesJson('target', target),
      })),
      mount: coverOf(view, subject) ?? null,
      layers: view.layers.map(layer => ({
        name: subject.names[layer.layer]?.title,
        digest: digestIn(subject.names[layer.layer]) ?? null,
        frozen: subject.names[layer.layer]?.frozen ?? false,
        role: roleOf(view, layer),
        entry: layer.entry === undefined || layer.whiteout ? null : entryJson(layer.entry),
        whiteout: layer.whiteout,
        opaque: layer.opaque,
        hiddenBy:
          layer.hiddenBy === undefined
            ? null
            : {
                layer: subject.names[layer.hiddenBy.layer]?.title,
                how: layer.hiddenBy.how,
                ...bytesJson('path', layer.hiddenBy.path),
              },
      })),
    },
    null,
    2,
  )}\n`;
}
