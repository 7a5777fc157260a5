/** What the default image can be made of on this machine. Looks only; no program is started. */

import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { BaseTools } from '../plan/image/base-image.ts';
import { readExecutable } from './elf.ts';
import { findProgram } from './programs.ts';

/** For looking around in a container and changing what one finds; those that the machine lacks are left out. */
const PROGRAMS =
  'sh bash ls cat echo printf mkdir rmdir rm cp mv ln touch chmod chown id whoami env ps hostname mount umount grep sed head tail wc sort sleep test [ true false tty stty uname date df du dd find readlink kill pwd more';

/** As much of a program as is looked at, in bytes: linkers put what asks for a dynamic linker at the very beginning. */
const HEADER = 1 << 16;

/** A static busybox when there is one, else programs. Throws a UserError when the machine has no sh. */
export function findBaseTools(): BaseTools {
  const busybox = staticBusybox();
  if (busybox !== undefined) return { type: 'busybox', path: busybox };
  if (findProgram('ldd') === undefined)
    throw new UserError('The default image can not be made: there is neither a static busybox nor ldd.', {
      hint: 'Install busybox-static, or import an image: tinydocker image import NAME DIRECTORY-OR-TAR.',
    });
  return { type: 'programs', paths: PROGRAMS.split(' ').flatMap(name => findProgram(name) ?? []) };
}

/** The real path of a busybox that needs no library, if there is one. */
export function staticBusybox(): string | undefined {
  const path = ['busybox', 'busybox.static', 'busybox-static']
    .map(findProgram)
    .find(found => found !== undefined && isStatic(found));
  return path === undefined ? undefined : realpathSync(path);
}

/** Whether a file is an ELF program that runs without a dynamic linker. */
export function isStatic(path: string): boolean {
  const header = firstBytes(path, HEADER);
  if (header === undefined) return false;
  const program = readExecutable(header);
  return program.type === 'elf' && program.interpreter === undefined;
}

function firstBytes(path: string, limit: number): Buffer | undefined {
  try {
    const fd = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(limit);
      return buffer.subarray(0, readSync(fd, buffer, 0, limit, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
