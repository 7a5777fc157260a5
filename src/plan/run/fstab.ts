/** Lines of an fstab(5): the most readable way to show a container's mounts, and one process for a whole group of them. */

import { type Arg, arg, partsOf } from '../arg.ts';
import type { SpecMount } from '../spec.ts';

export interface FstabEntry {
  readonly source: Arg;
  /** Relative to the new root, which is the working directory of mount(8). */
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** One line. */
export function fstabLine({ source, target, type, options }: FstabEntry): Arg {
  return arg`${field(source)} ${field(target)} ${type} ${options.length === 0 ? 'defaults' : options.join(',')} 0 0\n`;
}

/** A mount of the specification as a line; X-mount.mkdir makes the mount points that the kernel's file systems have not. */
export function mountLine(mount: SpecMount): Arg {
  const nested = mount.destination.split('/').length > 2;
  return fstabLine({
    source: mount.source,
    target: relative(mount.destination),
    type: mount.type,
    options: [...mount.options, ...(nested ? ['X-mount.mkdir'] : [])],
  });
}

/** "/dev/pts" as "dev/pts". */
export function relative(path: string): string {
  return path.replace(/^\/+/, '');
}

/** White space and backslashes as octal escapes, as fstab(5) asks. */
function field(value: Arg): Arg {
  const escaped = partsOf(value).map(part =>
    typeof part === 'string'
      ? part.replaceAll(/[\s\\#]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
      : part,
  );
  return arg`${escaped}`;
}
