/** Looks the container's command up in the image before anything is made: a sentence beats "no such file or directory" from inside. */

import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { EXIT } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';
import type { PlanFailure } from '../plan/result.ts';
import type { Spec } from '../plan/spec.ts';
import { type Executable, readExecutable } from './elf.ts';
import { findInLayers, readInLayers } from './in-root.ts';
import { isBelow, mountOf } from './mount-table.ts';

/** As much of an executable as is read: the headers, and where linkers put the interpreter's name. In bytes. */
const HEAD = 64 << 10;
/** How often a "#!" interpreter may be a script itself, as in the kernel. */
const MOST_INTERPRETERS = 5;
/** Names looked at for "did you mean". */
const MOST_NAMES = 10_000;

/** ELF machine numbers (e_machine) by Node's names for them, and by the names that people use. */
const MACHINES: Readonly<Record<string, readonly number[]>> = {
  x64: [62, 3],
  ia32: [3],
  arm64: [183, 40],
  arm: [40],
  riscv64: [243],
  ppc64: [21],
  s390x: [22],
  loong64: [258],
};
const MACHINE_NAMES: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86-64',
  183: 'aarch64 (arm64)',
  243: 'riscv64',
  258: 'loongarch64',
};

/**
 * What is wrong with the command, or undefined when it can be executed as far as can be seen. What a volume could supply, and what this
 * user can not read, is taken to be right. `layers` are an image's, or with the writable one those of a container; lowest first.
 */
export function checkCommand(
  spec: Pick<Spec, 'process' | 'mounts'>,
  layers: readonly string[],
  where: Where = 'the image',
): PlanFailure | undefined {
  const image = new ImageView(layers, coveredPaths(spec, layers), where);
  const { args, env, cwd } = spec.process;
  const [command = ''] = args;
  if (command.includes('/'))
    return (
      onNoexecVolume(spec, command, absolute(cwd, command)) ?? image.check(command, absolute(cwd, command))
    );
  const path = env.find(entry => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  const directories = path.split(':').map(directory => absolute(cwd, directory || '.'));
  for (const directory of directories) {
    const found = image.find(`${directory}/${command}`);
    if (found.type === 'unknown') return undefined;
    if (found.type === 'found' && found.stats.isFile() && (found.stats.mode & 0o111) !== 0)
      return image.check(command, `${directory}/${command}`);
  }
  return notInPath(command, path, directories, layers, where);
}

/** A volume keeps the option noexec of the file system that it comes from, and execve(2) obeys it. */
function onNoexecVolume(
  { mounts }: Pick<Spec, 'mounts'>,
  command: string,
  path: string,
): PlanFailure | undefined {
  const volume = mounts
    .filter(({ type, destination }) => type === 'bind' && isBelow(path, destination))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (volume?.source === undefined) return undefined;
  const file = join(volume.source, path.slice(volume.destination.length));
  if (!isPlainFile(file)) return undefined;
  const mount = mountOf(file);
  if (!mount?.options.includes('noexec')) return undefined;
  return cannot(
    `The command ${shown(command)} can not be executed: it is in the volume ${volume.source}, and that is on ${mount.mountPoint}, which is mounted with the option "noexec".`,
    `Copy it into the image, or to another file system; or, as root: mount -o remount,exec ${mount.mountPoint}.`,
  );
}

/** A link would lead to somewhere in the container, not here. */
function isPlainFile(path: string): boolean {
  try {
    return lstatSync(path).isFile() && realpathSync(path) === path;
  } catch {
    return false;
  }
}

/** What is looked at, as the messages call it. */
export type Where = 'the image' | 'the container';

/** Where something else will be mounted, as written and with the image's links resolved. */
export function coveredPaths({ mounts }: Pick<Spec, 'mounts'>, layers: readonly string[]): readonly string[] {
  return mounts.flatMap(({ destination }) => {
    const found = findInLayers(layers, destination);
    return found.type === 'unknown' ? [destination] : [destination, found.place];
  });
}

/** The image as the container will see it, for the questions of execve(2). */
class ImageView {
  readonly #layers: readonly string[];
  readonly #covered: readonly string[];
  readonly #where: Where;

  constructor(layers: readonly string[], covered: readonly string[], where: Where) {
    this.#layers = layers;
    this.#covered = covered;
    this.#where = where;
  }

  find(path: string): ReturnType<typeof findInLayers> {
    return findInLayers(this.#layers, path, this.#covered);
  }

  /** `command` is what the user typed for `path`. */
  check(command: string, path: string): PlanFailure | undefined {
    const found = this.find(path);
    if (found.type === 'unknown') return undefined;
    const name = shown(command);
    if (found.type === 'missing')
      return notFound(`The command ${name} does not exist in ${this.#where}.`, this.#nearby(path));
    if (found.stats.isDirectory())
      return cannot(`The command ${name} can not be executed: it is a directory.`, 'Name a program in it.');
    if (!found.stats.isFile())
      return cannot(`The command ${name} can not be executed: it is not a regular file.`);
    if ((found.stats.mode & 0o111) === 0)
      return cannot(
        `The command ${name} can not be executed: its mode has no execute permission.`,
        `A script can be given to its interpreter: /bin/sh ${command}.`,
      );
    return this.#checkFormat(name, path, 0);
  }

  #checkFormat(name: string, path: string, depth: number): PlanFailure | undefined {
    const bytes = readInLayers(this.#layers, path, HEAD);
    if (bytes === undefined || depth >= MOST_INTERPRETERS) return undefined;
    const executable = readExecutable(bytes);
    if (executable.type === 'other') return undefined;
    if (executable.type === 'elf' && isForeign(executable)) return foreign(name, executable);
    const { interpreter } = executable;
    if (interpreter === undefined || !interpreter.startsWith('/')) return undefined;
    const found = this.find(interpreter);
    if (found.type === 'unknown') return undefined;
    if (found.type === 'missing') return missingInterpreter(name, executable.type, interpreter, this.#where);
    if (!found.stats.isFile() || (found.stats.mode & 0o111) === 0)
      return cannot(
        `The command ${name} can not be executed: its interpreter ${shown(interpreter)} is not an executable file.`,
      );
    return this.#checkFormat(name, interpreter, depth + 1);
  }

  #nearby(path: string): string | undefined {
    const slash = path.lastIndexOf('/');
    const directory = path.slice(0, slash) || '/';
    const near = nearNames(path.slice(slash + 1), namesIn(this.#layers, directory)).map(
      name => `${directory === '/' ? '' : directory}/${name}`,
    );
    // What an upper layer deleted is no suggestion.
    return didYouMean(near.filter(name => this.find(name).type === 'found'));
  }
}

function notInPath(
  command: string,
  path: string,
  directories: readonly string[],
  layers: readonly string[],
  where: Where,
): PlanFailure {
  const names = new Set(directories.flatMap(directory => namesIn(layers, directory)));
  return notFound(
    `The command ${shown(command)} is not in ${where}; looked for in PATH=${path === '' ? '(empty)' : path}.`,
    didYouMean(nearNames(command, [...names])),
  );
}

function missingInterpreter(
  name: string,
  type: 'elf' | 'script',
  interpreter: string,
  where: Where,
): PlanFailure {
  if (type === 'elf')
    return cannot(
      `The command ${name} can not be executed: it is dynamically linked, and ${where} has no ${interpreter}.`,
      `Put the loader and the libraries that ldd(1) lists into ${where}, or use a statically linked program.`,
    );
  if (interpreter.endsWith('\r'))
    return cannot(
      `The command ${name} can not be executed: its lines end in CR LF, so it asks for the interpreter ${shown(interpreter)}.`,
      "Save it with Unix line ends: sed -i 's/\\r$//' FILE.",
    );
  return cannot(
    `The command ${name} can not be executed: it is a script for ${shown(interpreter)}, which ${where} has not.`,
    `Correct its first line, or put the interpreter into ${where}.`,
  );
}

/** Whether this machine can not run it. An emulator that the kernel knows (binfmt_misc) may. */
function isForeign({ machine }: { readonly machine: number }): boolean {
  const own = MACHINES[process.arch];
  return own !== undefined && !own.includes(machine) && !hasEmulator();
}

function foreign(name: string, { machine }: Extract<Executable, { type: 'elf' }>): PlanFailure {
  const own = MACHINE_NAMES[MACHINES[process.arch]?.[0] ?? 0] ?? process.arch;
  return cannot(
    `The command ${name} can not be executed: it is made for ${MACHINE_NAMES[machine] ?? `machine number ${machine}`}, and this machine is ${own}.`,
    `Use an image for ${own}; or install an emulator: sudo apt-get install qemu-user-static.`,
  );
}

function hasEmulator(): boolean {
  try {
    return readdirSync('/proc/sys/fs/binfmt_misc').some(name => name !== 'register' && name !== 'status');
  } catch {
    return false;
  }
}

function notFound(message: string, hint: string | undefined): PlanFailure {
  return {
    code: 'command-not-found',
    status: EXIT.notFound,
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function cannot(message: string, hint?: string): PlanFailure {
  return {
    code: 'command-not-executable',
    status: EXIT.cannotExecute,
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function didYouMean(names: readonly string[]): string | undefined {
  return names.length === 0
    ? undefined
    : `Did you mean ${names.map(name => shown(name).slice(1, -1)).join(' or ')}?`;
}

/** The names in a directory of the image, of all its layers. */
function namesIn(layers: readonly string[], directory: string): readonly string[] {
  const names = new Set<string>();
  for (const layer of layers) {
    const found = findInLayers([layer], directory);
    if (found.type !== 'found') continue;
    try {
      for (const name of readdirSync(found.path).slice(0, MOST_NAMES)) names.add(name);
    } catch {
      // Not a directory, or not for us to read: only a suggestion is lost.
    }
  }
  return [...names];
}

function absolute(cwd: string, path: string): string {
  return path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`;
}
