/** `tinydocker image`: the verbs about images under one roof, as docker has them. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';
import type { Verb } from './verb.ts';

export const help = `Make, list and remove images.

Examples
  tinydocker image import debian ./debian-rootfs.tar.xz    make an image
  tinydocker image ls                                      list them
  tinydocker image rm debian                               remove one

Usage
  tinydocker image import|ls|rm [OPTIONS] [ARGUMENTS]

Each of them has a --help of its own. tinydocker images is short for image ls,
and tinydocker rmi for image rm.

Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

const VERBS: Readonly<Record<string, () => Promise<Verb['run']>>> = {
  import: async () => (await import('./image-import.ts')).importImage,
  ls: async () => (await import('./images.ts')).run,
  list: async () => (await import('./images.ts')).run,
  rm: async () => (await import('./rmi.ts')).run,
  remove: async () => (await import('./rmi.ts')).run,
};

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === 'help') {
    process.stdout.write(help);
    return EXIT.ok;
  }
  if (name === undefined)
    throw usageError('image needs a verb: import, ls or rm.', 'tinydocker image --help shows how.');
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    const near = nearNames(name, Object.keys(VERBS));
    throw usageError(
      `tinydocker image has no verb ${shown(name)}.`,
      near.length > 0 ? `Did you mean image ${near.join(' or ')}?` : 'There are import, ls and rm.',
    );
  }
  const verb = await load();
  return verb(rest, commandLine);
}
