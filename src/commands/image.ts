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

export const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  import: () => import('./image-import.ts'),
  ls: () => import('./images.ts'),
  list: () => import('./images.ts'),
  inspect: () => import('./image-inspect.ts'),
  history: () => import('./history.ts'),
  tag: () => import('./tag.ts'),
  pull: () => import('./pull.ts'),
  load: () => import('./load.ts'),
  save: () => import('./save.ts'),
  rm: () => import('./rmi.ts'),
  remove: () => import('./rmi.ts'),
  prune: () => import('./image-prune.ts'),
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
  const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (load === undefined) {
    const near = nearNames(name, Object.keys(verbs));
    throw usageError(
      `tinydocker image has no verb ${shown(name)}.`,
      near.length > 0
        ? `Did you mean image ${near.join(' or ')}?`
        : 'There are import, pull, load, save, ls, inspect, history, tag, rm and prune.',
    );
  }
  const verb = await load();
  return verb.run(rest, commandLine);
}
