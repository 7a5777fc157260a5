/** `tinydocker image`: the verbs about images under one roof, as docker has them. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';
import type { Verb } from './verb.ts';

export const help = `Make, list, show and remove images.

Examples
  tinydocker image import debian ./debian-rootfs.tar.xz    make an image
  tinydocker image ls                                      list them
  tinydocker image inspect debian                          everything about one
  tinydocker image rm debian                               remove one
  tinydocker image prune                                   and what is unused

Usage
  tinydocker image VERB [OPTIONS] [ARGUMENTS]

The verbs are import, pull, load, save, ls, inspect, history, tag, rm and prune.

Each of them has a --help of its own. tinydocker images is short for image ls,
tinydocker rmi for image rm; pull, load, save, history and tag go without image,
too.

Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

const VERBS: Readonly<Record<string, () => Promise<Verb['run']>>> = {
  import: async () => (await import('./image-import.ts')).importImage,
  ls: async () => (await import('./images.ts')).run,
  list: async () => (await import('./images.ts')).run,
  inspect: async () => (await import('./image-inspect.ts')).inspectImages,
  history: async () => (await import('./history.ts')).run,
  tag: async () => (await import('./tag.ts')).run,
  pull: async () => (await import('./pull.ts')).run,
  load: async () => (await import('./load.ts')).run,
  save: async () => (await import('./save.ts')).run,
  rm: async () => (await import('./rmi.ts')).run,
  remove: async () => (await import('./rmi.ts')).run,
  prune: async () => (await import('./image-prune.ts')).run,
};

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (name === undefined)
    throw usageError(
      'image needs a verb: import, pull, load, save, ls, inspect, history, tag, rm or prune.',
      'tinydocker image --help shows how.',
    );
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    const near = nearNames(name, Object.keys(VERBS));
    throw usageError(
      `tinydocker image has no verb ${shown(name)}.`,
      near.length > 0
        ? `Did you mean image ${near.join(' or ')}?`
        : 'There are import, pull, load, save, ls, inspect, history, tag, rm and prune.',
    );
  }
  const verb = await load();
  return verb(rest, commandLine);
}
